import { randomBytes } from 'node:crypto';
import { openCountries } from '@ringfence/geoip';
import { openStore, type Store } from '@ringfence/store';
import { startRedis } from '@ringfence/store/testing';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import type { Test } from 'tap';
import { type ApiOptions, buildApi } from './app.js';
import { type CheckDocumented, documentedBy } from './testing/documented.js';

/** The API of a test file over a Redis of its own, with two resellers' worth of customers. */
export interface TestApi {
  app: FastifyInstance;
  store: Store;
  server: Awaited<ReturnType<typeof startRedis>>;
  /** The clock of the store, ms since 1970. */
  clock: { now: number };
  /**
   * Calls the API with one of the {@link TestApi.tokens}.
   * @throws Error when the response is not as the API's own description says
   */
  call(
    token: string,
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    payload?: unknown,
  ): Promise<LightMyRequestResponse>;
  /** The text of each token by its name. */
  tokens: Record<string, string>;
  /** Ids of what there is by its name: customers `own`, `sibling`, `foreign`, `inactive`, and an extension of each. */
  ids: Record<string, string>;
}

/** Id of the reseller that has the customers `own` and `sibling`. */
const RESELLER = 'e0e0e0e0e0e0e0e0e0e0e0e0';

/** Starts everything, and ends it after the test. */
export async function startApi(t: Test, options: Partial<ApiOptions> = {}): Promise<TestApi> {
  const server = await startRedis('--appendonly', 'yes');
  const clock = { now: Date.parse('2030-01-01T00:00:00Z') };
  const store = openStore({
    ...{ url: server.url, masterKey: randomBytes(32), onError: () => {} },
    now: () => clock.now,
  });
  const countries = await openCountries({ provider: 'maxmind', networks: '198.51.100.0/24=DK,203.0.113.0/24=SE' });
  const app = buildApi({
    ...{ store, countries, credentialsOverlap: 60_000, webhookNetworks: ['127.0.0.1'], ...options },
  });
  let checkDocumented: CheckDocumented | undefined;
  t.teardown(async () => {
    await app.close();
    await store.close();
    await server.close();
    countries.close();
  });
  const ids = await createCustomers(store);
  const tokens = await createTokens(store, ids.own as string);
  const call: TestApi['call'] = async (token, method, url, payload) => {
    const request: InjectOptions = { method, url, headers: { authorization: `Bearer ${tokens[token] ?? token}` } };
    const response = await app.inject(payload === undefined ? request : { ...request, payload: payload as object });
    const { statusCode: status, headers, body } = response;
    // Tests add routes before their first call, after which nothing can be added.
    checkDocumented ??= documentedBy(app.swagger());
    checkDocumented({ method, url, status, headers, body });
    return response;
  };
  return { app, store, server, clock, call, tokens, ids };
}

async function createCustomers({ directory }: Store): Promise<Record<string, string>> {
  const ids: Record<string, string> = {};
  const customers = {
    own: { reseller: RESELLER },
    sibling: { reseller: RESELLER },
    foreign: {},
    inactive: { active: false },
  };
  for (const [name, customer] of Object.entries(customers)) {
    const { _id } = await directory.createCustomer({ name, ...customer });
    ids[name] = _id;
    ids[`${name} extension`] = (await directory.createExtension({ customer: _id, number: '100', name }))._id;
  }
  return ids;
}

/** A token of each level, named as the level; those below RESELLER are of the customer `own`. */
async function createTokens({ tokens }: Store, customer: string): Promise<Record<string, string>> {
  const made = {
    ADMIN: await tokens.create({ level: 'ADMIN', name: 'test' }),
    RESELLER: await tokens.create({ level: 'RESELLER', reseller: RESELLER, name: 'test' }),
    OWNER: await tokens.create({ level: 'OWNER', customer, name: 'test' }),
    MANAGER: await tokens.create({ level: 'MANAGER', customer, name: 'test' }),
    VIEWER: await tokens.create({ level: 'VIEWER', customer, name: 'test' }),
    PERSONAL: await tokens.create({ level: 'PERSONAL', customer, name: 'test' }),
  };
  return Object.fromEntries(Object.entries(made).map(([level, { text }]) => [level, text]));
}
