import type { Redis } from 'ioredis';
import { type Event, eventFields, type StoredEvent, toEvent } from './event.js';
import { keys } from './keys.js';

/** How many events the stream keeps; older ones fall out. */
export const EVENTS_KEPT = 100_000;

/** The bounded stream of everything that happened. */
export class Events {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Appends an event that belongs to no other write. */
  async append(event: Event): Promise<void> {
    await this.#redis.xadd(keys.events, 'MAXLEN', '~', EVENTS_KEPT, '*', ...eventFields(event));
  }

  /**
   * Events after a position, oldest first.
   * @param after a stream id; `0` for the oldest kept
   * @param count how many at most
   * @param until the id of the last that is wanted
   */
  async read(after: string, count: number, until = '+'): Promise<StoredEvent[]> {
    const entries = await this.#redis.xrange(keys.events, `(${after}`, until, 'COUNT', count);
    return entries.map(([id, fields]) => toEvent(id, fields));
  }

  /** Whether the event of an id is kept, and with it every later one: the stream is cut from its beginning. */
  async has(id: string): Promise<boolean> {
    return (await this.#redis.xrange(keys.events, id, id)).length > 0;
  }
}
