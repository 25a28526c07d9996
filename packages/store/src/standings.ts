import type { IpMode } from '@ringfence/phone';
import type { Redis } from 'ioredis';
import { parseBinding } from './binding.js';
import { keys } from './keys.js';

/** How one phone stands, as far as numbers of many phones are made of it. */
export interface Standing {
  /** Id of its model. */
  model: string;
  mode: IpMode;
  online: boolean;
  /** The address it was last seen at. */
  address?: string;
}

/** Phones that are read at once. */
const BATCH = 500;

/**
 * How the phones of customers stand.
 * @param customers their ids
 * @param now ms since 1970
 */
export async function* readStandings(redis: Redis, customers: Iterable<string>, now: number): AsyncGenerator<Standing> {
  for (const customer of customers) {
    const ids = await redis.smembers(keys.customerPhones(customer));
    for (let at = 0; at < ids.length; at += BATCH) {
      yield* await Promise.all(ids.slice(at, at + BATCH).map((id) => readStanding(redis, id, now)));
    }
  }
}

/** Ids of all phones that have a binding, in no order; a phone that has several may come more than once. */
export async function* registeredPhones(redis: Redis): AsyncGenerator<string> {
  let cursor = '0';
  do {
    const [next, entries] = await redis.zscan(keys.expiries, cursor, 'COUNT', BATCH);
    // Of each entry its member and its score.
    for (let i = 0; i < entries.length; i += 2) yield (entries[i] as string).split('|', 1)[0] as string;
    cursor = next;
  } while (cursor !== '0');
}

async function readStanding(redis: Redis, id: string, now: number): Promise<Standing> {
  const [[model, mode, address], bindings] = await Promise.all([
    redis.hmget(keys.phone(id), 'model', 'ip.mode', 'publicIpAddress'),
    redis.hvals(keys.bindings(id)),
  ]);
  const online = bindings.some((json) => parseBinding(json).expiresAt > now);
  return { model: model ?? '', mode: (mode ?? 'OPEN') as IpMode, online, ...(address ? { address } : {}) };
}
