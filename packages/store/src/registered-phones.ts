import type { Redis } from 'ioredis';
import { keys } from './keys.js';

/** Phones that are looked for at once. */
const BATCH = 500;

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
