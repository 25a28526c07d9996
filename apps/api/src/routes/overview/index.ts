import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { IpMode } from '@ringfence/phone';
import { CUSTOMER_NOT_FOUND, type Fleet, type FleetRow, OVERALL, type Store } from '@ringfence/store';
import { Type } from 'typebox';
import { READERS } from '../../access.js';
import { chooseScope, customersIn, isInScope, ownerOf, scopeQuery } from '../../scope.js';

const Query = Type.Object(scopeQuery, { additionalProperties: false });
const count = (description: string) => Type.Integer({ description });
const byMode = { OPEN: count('OPEN phones'), LOCKED: count('LOCKED phones'), ROAMING: count('ROAMING phones') };

const Overview = Type.Object(
  {
    phones: count('How many phones there are'),
    online: count('How many of them are online'),
    calls: count('How many calls ring or are going on'),
    bans: count('How many bans there are'),
    refusedLastHour: count('How many requests were refused in the last 60 minutes'),
    byMode: Type.Object(byMode, { description: 'How many phones there are by `ip.mode`' }),
    byCountry: Type.Array(
      Type.Object({
        country: Type.String({ description: 'Country of their address, ISO 3166-1 alpha-2', examples: ['DK'] }),
        online: count('How many phones are online from there'),
      }),
      { description: 'Where phones are online, the most first; phones whose address has no country are left out' },
    ),
    byModel: Type.Array(
      Type.Object({
        _id: Type.String({ description: 'Id of the model', examples: ['63f000000000000000010003'] }),
        brand: Type.Optional(Type.String({ description: 'Its brand', examples: ['SNOM'] })),
        model: Type.Optional(Type.String({ description: 'Its name', examples: ['D785'] })),
        phones: count('How many phones are of it'),
        online: count('How many of them are online'),
      }),
      { description: 'What the phones are, the most first' },
    ),
  },
  { description: 'How things stand now' },
);

/** `GET /overview`: how things stand, in numbers. */
const routes: FastifyPluginAsyncTypebox<{ store: Store; fleet: Fleet }> = async (app, { store, fleet }) => {
  app.get(
    '/overview',
    {
      config: { access: READERS, errors: [CUSTOMER_NOT_FOUND] },
      schema: {
        ...{ tags: ['Live'], summary: 'Read the overview', description: 'How things stand now, in numbers.' },
        ...{ querystring: Query, response: { 200: Overview } },
      },
    },
    async ({ caller, query }) => {
      const scope = await chooseScope(caller, query.customer, store.directory);
      const customers = await customersIn(scope, store.directory);
      const numbers = new Numbers(store.now());
      for (const row of await fleet.rows(customers)) numbers.count(row);
      const [calls, bans] = await Promise.all([
        store.calls.list(scope === 'all' ? undefined : scope),
        store.bans.list(),
      ]);
      return {
        ...numbers.told(),
        byModel: await nameModels(store, numbers.byModel),
        calls: calls.length,
        bans: bans.filter(({ customer }) => isInScope(scope, customer)).length,
        refusedLastHour: await refusedLastHour(store, ownerOf(caller, query.customer, scope)),
      };
    },
  );
};

export default routes;

const HOUR = 3_600_000;

async function refusedLastHour({ counts, now }: Store, owner = OVERALL): Promise<number> {
  const minutes = await counts.read(owner, now() - HOUR, now() + 1, 60);
  return minutes.reduce((sum, { refused }) => sum + refused, 0);
}

interface Count {
  phones: number;
  online: number;
}

/** Adds up how phones stand. */
class Numbers {
  readonly #now: number;
  readonly #all: Count = { phones: 0, online: 0 };
  readonly #byMode: Record<IpMode, number> = { OPEN: 0, LOCKED: 0, ROAMING: 0 };
  readonly #byCountry = new Map<string, number>();
  /** By the id of the model. */
  readonly byModel = new Map<string, Count>();

  /** @param now ms since 1970 */
  constructor(now: number) {
    this.#now = now;
  }

  count({ model, mode, expiresAt, country }: FleetRow): void {
    const online = expiresAt > this.#now;
    const ofModel = this.byModel.get(model) ?? { phones: 0, online: 0 };
    this.byModel.set(model, ofModel);
    for (const numbers of [this.#all, ofModel]) {
      numbers.phones++;
      if (online) numbers.online++;
    }
    this.#byMode[mode]++;
    if (online && country !== undefined) this.#byCountry.set(country, (this.#byCountry.get(country) ?? 0) + 1);
  }

  told() {
    const byCountry = [...this.#byCountry].map(([country, online]) => ({ country, online }));
    return {
      ...this.#all,
      byMode: this.#byMode,
      byCountry: byCountry.sort((a, b) => b.online - a.online || (a.country < b.country ? -1 : 1)),
    };
  }
}

async function nameModels({ models }: Store, counts: ReadonlyMap<string, Count>) {
  const sorted = [...counts].sort(([id, a], [other, b]) => b.phones - a.phones || (id < other ? -1 : 1));
  return Promise.all(
    sorted.map(async ([_id, count]) => {
      const known = await models.get(_id);
      return { _id, ...(known && { brand: known.brand, model: known.model }), ...count };
    }),
  );
}
