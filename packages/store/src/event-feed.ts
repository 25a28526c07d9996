import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type StoredEvent, toEvent } from './event.js';
import { EVENTS_KEPT } from './events.js';
import { keys } from './keys.js';

/** Who is told what a feed reads. What it throws is told to the feed's `onError` and harms nobody else. */
export interface FeedListener {
  /** Told of events, oldest first, each once; has done with them when it returns. */
  events(batch: readonly StoredEvent[]): void;
  /** Told that events before the next ones can no longer be read: they fell out of the stream, or Redis lost them. */
  missed(): void;
}

/** Most events that are read, and handed out, at once. */
const BATCH = 500;

/** Milliseconds that Redis waits for the next event before it answers that there is none. */
const BLOCK = 5_000;

/** Milliseconds after which a connection that says nothing is taken for dead. */
const SILENCE = BLOCK + 3_000;

/** Milliseconds between two attempts while Redis can't be read. */
const PAUSE = 200;

/** Where a stream without any entry begins. */
const BEGINNING = '0-0';

/**
 * Follows the event stream live: hands every event to every listener, once and in order. After a lost connection it goes
 * on where it was, and says so when events are gone meanwhile.
 */
export class EventFeed {
  readonly #redis: Redis;
  readonly #onError: (error: unknown) => void;
  readonly #listeners = new Set<FeedListener>();
  readonly #ended: Promise<void>;
  #ready: () => void = () => {};
  /** Resolves when the place in the stream is settled: no later event is passed over. */
  readonly ready = new Promise<void>((resolve) => {
    this.#ready = resolve;
  });
  #position: string | undefined;
  /** Whether the stream may have been cut beyond the position. */
  #isUncertain: boolean;
  #isClosed = false;

  /**
   * @param redis a connection to Redis; a second one is made like it, since reading blocks it
   * @param onError told each time that Redis can't be read, and what listeners throw
   * @param after the stream id of the last event that is known, as `<ms>-<sequence>`; the last there is when left out
   */
  constructor(redis: Redis, onError: (error: unknown) => void, after?: string) {
    this.#redis = redis.duplicate({ commandTimeout: SILENCE });
    this.#redis.on('error', () => {});
    this.#onError = onError;
    this.#position = after;
    this.#isUncertain = after !== undefined && after !== BEGINNING;
    this.#ended = this.#follow();
  }

  /** The stream id of the last event that was handed out; undefined until the feed is ready. */
  get position(): string | undefined {
    return this.#position;
  }

  /** Adds a listener, which is told what comes from now on. @returns removes it */
  listen(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Ends the feed and its connection; no listener is called any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#listeners.clear();
    this.#redis.disconnect();
    await this.#ended;
  }

  async #follow(): Promise<void> {
    while (!this.#isClosed) {
      try {
        await this.#next();
      } catch (error) {
        if (this.#isClosed) return;
        this.#isUncertain = this.#position !== undefined;
        this.#onError(error);
        // A connection may be dead without a word; a new one takes its place.
        if (this.#redis.status === 'ready') this.#redis.disconnect(true);
        await sleep(PAUSE);
      }
    }
  }

  async #next(): Promise<void> {
    this.#position ??= await this.#lastId();
    this.#ready();
    if (this.#isUncertain) {
      if (!(await this.#isWhole(this.#position))) this.#tell((listener) => listener.missed());
      this.#isUncertain = false;
    }
    const batch = await this.#whileConnected(this.#read(this.#position));
    this.#position = batch.at(-1)?.id ?? this.#position;
    // Whoever is a whole batch behind may be so far behind that the stream is cut before it catches up.
    this.#isUncertain = batch.length === BATCH;
    if (batch.length > 0) this.#tell((listener) => listener.events(batch));
  }

  async #read(position: string): Promise<StoredEvent[]> {
    const read = await this.#redis.xread('COUNT', BATCH, 'BLOCK', BLOCK, 'STREAMS', keys.events, position);
    return (read?.[0]?.[1] ?? []).map(([id, fields]) => toEvent(id, fields));
  }

  /** A command that was under way when its connection broke would be waited for until it is timed out. */
  async #whileConnected<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const broken = () => reject(new Error('Connection is closed.'));
      this.#redis.once('close', broken);
      answer.then(resolve, reject).finally(() => this.#redis.off('close', broken));
    });
  }

  async #lastId(): Promise<string> {
    const [last] = await this.#redis.xrevrange(keys.events, '+', '-', 'COUNT', 1);
    return last?.[0] ?? BEGINNING;
  }

  /** Whether every event after a position is still there: the stream is cut from its beginning, so it is if that one is. */
  async #isWhole(position: string): Promise<boolean> {
    if (position === BEGINNING) return (await this.#redis.xlen(keys.events)) < EVENTS_KEPT;
    return (await this.#redis.xrange(keys.events, position, position)).length > 0;
  }

  #tell(what: (listener: FeedListener) => void): void {
    for (const listener of [...this.#listeners]) {
      if (this.#isClosed) return;
      try {
        what(listener);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
