import type { EventFeed, StoredEvent } from '@ringfence/store';
import { passes } from './filter.js';
import { eventFrame, MISSED_FRAME } from './frame.js';
import type { Reader } from './reader.js';

/** Milliseconds between two rounds at least: what happens meanwhile is written together. */
const ROUND = 40;

/** How long the process does something else after a round, in times that the round took: many readers don't take all of it. */
const REST = 1;

/** Events that are waiting for the next round at most; more are written at once. */
const WAITING = 2_000;

/** Readers with the same filter. */
interface Group {
  readers: Set<Reader>;
  frames: Buffer[];
}

/**
 * Tells readers of what happens from now on. Each event is written once, and each round once for all readers with the same
 * filter, however many there are.
 */
export class Broadcast {
  /** By the places where events are looked up, then by the name of the filter. */
  readonly #groups = new Map<string, Map<string, Group>>();
  readonly #stopListening: () => void;
  /** Resolves when the place in the stream is settled. */
  readonly ready: Promise<void>;
  #waiting: StoredEvent[] = [];
  #position = '';
  #restUntil = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(feed: EventFeed) {
    this.ready = feed.ready.then(() => {
      this.#position ||= feed.position as string;
    });
    this.#stopListening = feed.listen({
      events: (batch) => this.#take(batch),
      missed: () => this.#tellMissed(),
    });
  }

  /** Id of the last event that readers were told of; empty until {@link Broadcast.ready}. */
  get position(): string {
    return this.#position;
  }

  /** Tells a reader of what comes after {@link Broadcast.position}. */
  add(reader: Reader): void {
    const place = placeOf(reader);
    const groups = this.#groups.get(place) ?? new Map<string, Group>();
    const group = groups.get(reader.filterName) ?? { readers: new Set(), frames: [] };
    this.#groups.set(place, groups.set(reader.filterName, group));
    group.readers.add(reader);
  }

  /** Forgets a reader; must be called before its filter becomes another. */
  remove(reader: Reader): void {
    const groups = this.#groups.get(placeOf(reader));
    const group = groups?.get(reader.filterName);
    group?.readers.delete(reader);
    if (group?.readers.size === 0) groups?.delete(reader.filterName);
    if (groups?.size === 0) this.#groups.delete(placeOf(reader));
  }

  /** Whether a reader is told of what happens. */
  has(reader: Reader): boolean {
    return this.#groups.get(placeOf(reader))?.get(reader.filterName)?.readers.has(reader) ?? false;
  }

  close(): void {
    this.#stopListening();
    clearTimeout(this.#timer);
  }

  #take(batch: readonly StoredEvent[]): void {
    this.#waiting.push(...batch);
    const rest = this.#restUntil - performance.now();
    if (rest <= 0 || this.#waiting.length >= WAITING) this.#writeRound();
    else this.#timer ??= setTimeout(() => this.#writeRound(), rest);
  }

  #writeRound(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const startedAt = performance.now();
    const events = this.#waiting;
    this.#waiting = [];
    const touched = new Set<Group>();
    for (const event of events) this.#sort(event, touched);
    this.#position = events.at(-1)?.id ?? this.#position;
    for (const group of touched) {
      const bytes = Buffer.concat(group.frames);
      group.frames = [];
      for (const reader of group.readers) reader.send(bytes);
    }
    const took = performance.now() - startedAt;
    this.#restUntil = startedAt + Math.max(ROUND, took * (1 + REST));
  }

  /** Puts an event to the groups that want it. */
  #sort(event: StoredEvent, touched: Set<Group>): void {
    let frame: Buffer | undefined;
    for (const place of placesOf(event)) {
      for (const group of this.#groups.get(place)?.values() ?? []) {
        const [one] = group.readers;
        if (one === undefined || !passes(one.filter, event)) continue;
        frame ??= eventFrame(event);
        group.frames.push(frame);
        touched.add(group);
      }
    }
  }

  #tellMissed(): void {
    this.#writeRound();
    for (const groups of this.#groups.values()) {
      for (const { readers } of groups.values()) for (const reader of readers) reader.send(MISSED_FRAME);
    }
  }
}

/** Where a reader's filter is looked up: by the phone or the one customer that it is about, if there is one. */
function placeOf({ filter: { scope, phone } }: Reader): string {
  if (phone !== undefined) return phone;
  const [customer] = scope === 'all' || scope.size !== 1 ? [] : scope;
  return customer ?? '';
}

/** Where the filters are looked up that an event may pass. */
function placesOf({ customer, phone, answeredBy }: StoredEvent): Set<string> {
  return new Set(['', customer, phone, answeredBy].filter((place) => place !== undefined));
}
