import { CATALOGUE, newId } from '@ringfence/phone';
import type { Settings } from '@ringfence/service';
import { type Customer, keys, type Store } from '@ringfence/store';
import type { DataDir } from './data-dir.js';
import { reachStore } from './reach-store.js';

/** The numbers of the demo customer's extensions. */
const DEMO_NUMBERS = Array.from({ length: 10 }, (_, i) => String(100 + i));

/** What is in the store from the first start on. */
export interface Seeded {
  /** Where the admin token is, undefined when the settings have it. */
  tokenFile: string | undefined;
  /** Id of the soft phone model, for a first phone. */
  model: string;
  /** Id of the first extension of the first customer, when there is one. */
  extension: string | undefined;
}

/**
 * Makes sure that the API can be used: its admin token opens it and, in a store without any customer, there is a demo
 * customer with ten extensions. The admin token is the demo customer's own, so that a first phone needs no `customer`.
 */
export async function seed(
  settings: Pick<Settings, 'RINGFENCE_ADMIN_TOKEN' | 'DEMO'>,
  dataDir: DataDir,
  { url, masterKey }: { url: string; masterKey: Buffer },
): Promise<Seeded> {
  const store = await reachStore(url, masterKey);
  try {
    const customer = await firstCustomer(store, settings.DEMO);
    const token = settings.RINGFENCE_ADMIN_TOKEN ?? dataDir.secret('admin-token', 24);
    await store.tokens.ensure(token, { level: 'ADMIN', name: 'admin', ...(customer && { customer: customer._id }) });
    const extensions = customer && (await store.directory.extensions.list(customer._id, { offset: 0, limit: 1 }));
    return {
      tokenFile: settings.RINGFENCE_ADMIN_TOKEN === undefined ? dataDir.file('admin-token') : undefined,
      model: CATALOGUE.find(({ brand }) => brand === 'GENERIC')?._id ?? '',
      extension: extensions?.entries[0]?._id,
    };
  } finally {
    await store.close();
  }
}

/** The first customer; in a store without any the demo customer, which is finished if an earlier start was cut short. */
async function firstCustomer(store: Store, makeDemo: boolean): Promise<Customer | undefined> {
  const { directory, redis } = store;
  const { entries } = await directory.customers.list(undefined, { offset: 0, limit: 1 });
  const unfinished = await redis.get(keys.unfinishedDemo);
  if (unfinished === null && (entries[0] || !makeDemo)) return entries[0];
  const id = unfinished ?? newId();
  await redis.set(keys.unfinishedDemo, id);
  const customer = (await directory.customer(id)) ?? (await directory.createCustomer({ _id: id, name: 'Demo' }));
  for (const number of DEMO_NUMBERS) {
    if ((await directory.extensionByNumber(id, number)) !== undefined) continue;
    await directory.createExtension({ customer: id, number, name: `Extension ${number}` });
  }
  await redis.del(keys.unfinishedDemo);
  return customer;
}
