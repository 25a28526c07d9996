import type { Bindings } from '@ringfence/store';
import { repeat } from './repeat.js';

const EVERY = 500;
const AT_ONCE = 500;
const ROUNDS = 20;

/**
 * Removes bindings that ran out, every {@link EVERY} ms, so that each is told within a second or so and without any request.
 * @param onError told when the store cannot be swept, once until it can be again
 * @returns stops it
 */
export function startSweep(bindings: Bindings, now: () => number, onError: (error: unknown) => void): () => void {
  return repeat(
    EVERY,
    async () => {
      for (let round = 0; round < ROUNDS; round++) {
        if ((await bindings.expire(now(), AT_ONCE)) < AT_ONCE) break;
      }
    },
    onError,
  );
}
