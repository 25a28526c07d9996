import type { Redis } from 'ioredis';
import { applyChange } from './change.js';
import { eventFields } from './event.js';
import { EVENTS_KEPT } from './events.js';
import { keys } from './keys.js';

/** Whose messages a summary tells of: those of a phone, or of an extension. */
export type Mailbox = { customer: string } & ({ phone: string } | { extension: string });

/** Seconds that a summary is kept when it is not told again: a year. */
const KEPT = 365 * 24 * 60 * 60;

/** What PBX clusters last told of messages that wait (RFC 3842), one summary for each phone and extension. */
export class Messages {
  readonly #redis: Redis;
  readonly #now: () => number;

  /** @param now the clock, ms since 1970 */
  constructor(redis: Redis, now: () => number = Date.now) {
    this.#redis = redis;
    this.#now = now;
  }

  /** Keeps a summary in the place of the last one, and appends `messages.changed`. */
  async set(mailbox: Mailbox, summary: string): Promise<void> {
    const event = { type: 'messages.changed', at: this.#now(), ...mailbox } as const;
    const id = 'phone' in mailbox ? mailbox.phone : mailbox.extension;
    await applyChange(
      this.#redis,
      [],
      [
        ['SET', keys.messages(id), summary, 'EX', KEPT],
        ['XADD', keys.events, 'MAXLEN', '~', EVENTS_KEPT, '*', ...eventFields(event)],
      ],
    );
  }

  /**
   * The first summary that there is.
   * @param ids ids of phones and extensions
   */
  async first(ids: readonly string[]): Promise<string | undefined> {
    const found = await Promise.all(ids.map((id) => this.#redis.get(keys.messages(id))));
    return found.find((summary) => summary !== null) ?? undefined;
  }
}
