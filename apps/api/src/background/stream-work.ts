import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Consumer, Overtaken, type Store, type StoredEvent } from '@ringfence/store';

/** What is done for every event, once, by one of all processes. */
export interface StreamWork {
  /** Prepares, each time that this process takes the work up. */
  begin(): Promise<void>;
  /** Does it for the next events; gives what is to be written in one step with how far the work has come. */
  handle(events: readonly StoredEvent[]): Promise<Command[]>;
  /** What is to be written because of the time. */
  tick(): Promise<Command[]>;
  /** Ends what it has begun, when this process gives the work away. */
  end(): Promise<void>;
}

/** Events that are handled at once. */
const BATCH = 200;

/** Milliseconds between two looks for events, when all are handled: what happens meanwhile is handled together. */
const PACE = 200;

/** Milliseconds between two renewals of the lease, and between two attempts to take the work from another process. */
const RENEWAL = 3_000;

/** Commands that are written in one step because of the time: Redis does nothing else meanwhile. */
const WRITTEN_AT_ONCE = 1_000;

/** Names the work in Redis. */
const NAME = 'background';

/**
 * Does work for the events of the stream whenever no other process does it.
 * @param works what is done, all of it together
 * @param onError told when it can't be done for now; it is tried again
 * @returns ends it, after what is under way, and leaves it to another process
 */
export function runStreamWork(
  store: Store,
  works: readonly StreamWork[],
  onError: (error: unknown) => void,
): () => Promise<void> {
  const consumer = new Consumer(store.redis, store.events, NAME, randomUUID());
  const ending = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, { signal: ending.signal }).catch(() => {});

  const whileHeld = async () => {
    await consumer.open('0-0');
    await Promise.all(works.map((work) => work.begin()));
    for (let renewAt = 0; !ending.signal.aborted; ) {
      if (performance.now() >= renewAt) {
        if (!(await consumer.hold())) return;
        renewAt = performance.now() + RENEWAL;
      }
      const events = await consumer.next(BATCH);
      const last = events.at(-1);
      if (last !== undefined) {
        const done = await Promise.all(works.map((work) => work.handle(events)));
        await consumer.commit(last.id, done.flat());
      }
      const due = (await Promise.all(works.map((work) => work.tick()))).flat();
      for (let at = 0; at < due.length; at += WRITTEN_AT_ONCE)
        await consumer.write(due.slice(at, at + WRITTEN_AT_ONCE));
      if (events.length < BATCH) await pause(PACE);
    }
  };

  const run = async () => {
    while (!ending.signal.aborted) {
      try {
        if (await consumer.hold()) await whileHeld();
      } catch (error) {
        if (!(error instanceof Overtaken)) onError(error);
      } finally {
        await Promise.all(works.map((work) => work.end()));
      }
      await pause(RENEWAL);
    }
    await consumer.release().catch(onError);
  };

  const ended = run();
  return async () => {
    ending.abort();
    await ended;
  };
}
