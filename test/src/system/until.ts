import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds between two looks. */
const PAUSE = 50;

/**
 * Looks again and again until `look` gives something.
 * @param what what is waited for, for the error
 * @param look gives the thing, or undefined while it isn't there
 * @param limit milliseconds to wait
 * @throws Error when it was not there in time
 */
export async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>, limit = 20_000) {
  const deadline = Date.now() + limit;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${limit} ms`);
    await delay(PAUSE);
  }
}
