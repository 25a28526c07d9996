import { setTimeout as sleep } from 'node:timers/promises';
import type { IpMode } from '@ringfence/phone';
import type { Redis } from 'ioredis';
import type { Page, Part } from '../directory/entries.js';
import { type EventType, isEarlier, type StoredEvent } from '../event.js';
import type { EventFeed } from '../event-feed.js';
import { keys } from '../keys.js';
import type { Models } from '../models.js';
import { StoreBehind } from '../unavailable.js';
import { Bucket } from './bucket.js';
import { type FleetOrder, pageOf } from './order.js';
import { type CountryOf, type FleetRow, longNotesContain } from './row.js';

/** Which phones a list is to hold, and in which order; what is left out says nothing. */
export interface FleetQuery {
  /** Text in the MAC address, IP address, handset address, notes, or number or name of the extension, in any case. */
  text?: string | undefined;
  /** Only those without an extension. */
  available?: boolean | undefined;
  online?: boolean | undefined;
  mode?: IpMode | undefined;
  order: FleetOrder;
  descending: boolean;
}

/** What the index works with. */
export interface FleetParts {
  redis: Redis;
  models: Pick<Models, 'list'>;
  /** What says how the phones change. */
  feed: EventFeed;
  countryOf: CountryOf;
  /** The clock, ms since 1970. */
  now: () => number;
}

/** Phones that the index keeps; customers that were not asked for lately make room. */
const ROWS_KEPT = 200_000;

/** Customers that are read at once. */
const CUSTOMERS_READ = 50;

/** Milliseconds that a list waits for the event stream to be read. */
const PATIENCE = 2_000;

/**
 * An index in memory of all phones that lists are filtered and ordered by. It reads the phones of a customer when they are
 * first asked for and keeps up by the event stream; what was written before a list is asked for is in it.
 */
export class Fleet {
  readonly #parts: FleetParts;
  readonly #buckets = new Map<string, Bucket>();
  readonly #waiting = new Set<{ position: string; reached: () => void }>();

  constructor(parts: FleetParts) {
    this.#parts = parts;
    parts.feed.listen({
      events: (batch) => {
        for (const event of batch) this.#note(event);
        for (const { position, reached } of this.#waiting)
          if (!isEarlier(parts.feed.position ?? '', position)) reached();
      },
      missed: () => this.#buckets.clear(),
    });
  }

  /**
   * Lists phones of customers.
   * @param customers their ids
   * @throws StoreBehind when the event stream can't be read in time; the errors of Redis
   */
  async list(customers: readonly string[], query: FleetQuery, page: Page): Promise<Part<FleetRow>> {
    const rows = await this.rows(customers);
    const matching = await this.#matching(rows, query);
    const models = query.order === 'model' ? await this.#modelPlaces() : new Map<string, number>();
    const entries = pageOf(matching, query, page, { now: this.#parts.now(), models });
    return { total: matching.length, entries };
  }

  /**
   * All phones of customers, in no order.
   * @throws StoreBehind when the event stream can't be read in time; the errors of Redis
   */
  async rows(customers: readonly string[]): Promise<FleetRow[]> {
    await this.#catchUp();
    const rows: FleetRow[] = [];
    for (let at = 0; at < customers.length; at += CUSTOMERS_READ) {
      const buckets = customers.slice(at, at + CUSTOMERS_READ).map((customer) => this.#bucket(customer));
      await Promise.all(buckets.map((bucket) => bucket.settle()));
      for (const bucket of buckets) for (const row of bucket.rows.values()) rows.push(row);
    }
    this.#makeRoom();
    return rows;
  }

  /** Waits until the feed has told of everything that is in the stream now. */
  async #catchUp(): Promise<void> {
    const { feed, redis } = this.#parts;
    const ready = feed.ready.then(() => true as const);
    const [last] = await redis.xrevrange(keys.events, '+', '-', 'COUNT', 1);
    if (!(await within(PATIENCE, ready))) throw new StoreBehind();
    const position = last?.[0];
    if (position === undefined || !isEarlier(feed.position ?? '', position)) return;
    const waiter = { position, reached: () => {} };
    const reached = new Promise<true>((resolve) => {
      waiter.reached = () => resolve(true);
    });
    this.#waiting.add(waiter);
    const isReached = await within(PATIENCE, reached);
    this.#waiting.delete(waiter);
    if (!isReached) throw new StoreBehind();
  }

  #note(event: StoredEvent): void {
    const { type, customer = '', phone, extension } = event;
    const bucket = this.#buckets.get(customer);
    if (bucket === undefined) return;
    if (type === 'extension.changed' && extension !== undefined) bucket.noteExtension(extension);
    else if (phone !== undefined && CHANGING.has(type)) bucket.note(phone, event);
  }

  #bucket(customer: string): Bucket {
    const { redis, countryOf } = this.#parts;
    const bucket = this.#buckets.get(customer) ?? new Bucket(redis, customer, countryOf);
    // The map is in the order of use.
    this.#buckets.delete(customer);
    this.#buckets.set(customer, bucket);
    return bucket;
  }

  #makeRoom(): void {
    let rows = 0;
    for (const bucket of this.#buckets.values()) rows += bucket.rows.size;
    for (const [customer, bucket] of this.#buckets) {
      if (rows <= ROWS_KEPT) return;
      rows -= bucket.rows.size;
      this.#buckets.delete(customer);
    }
  }

  async #matching(rows: readonly FleetRow[], query: FleetQuery): Promise<FleetRow[]> {
    const { available, online, mode } = query;
    const now = this.#parts.now();
    const text = (query.text ?? '').toLowerCase();
    const matching: FleetRow[] = [];
    for (const row of rows) {
      if (available && row.extension !== undefined) continue;
      if (online !== undefined && row.expiresAt > now !== online) continue;
      if (mode !== undefined && row.mode !== mode) continue;
      if (text !== '' && !contains(row, text)) {
        if (!row.hasLongNotes || !(await longNotesContain(this.#parts.redis, row.id, text))) continue;
      }
      matching.push(row);
    }
    return matching;
  }

  /** The place of each model, by brand and name. */
  async #modelPlaces(): Promise<Map<string, number>> {
    return new Map((await this.#parts.models.list()).map(({ _id }, place) => [_id, place]));
  }
}

/** The events after which a phone may be filtered or ordered otherwise. */
const CHANGING: ReadonlySet<string> = new Set<EventType>([
  'phone.created',
  'phone.changed',
  'phone.deleted',
  'phone.registered',
  'phone.deregistered',
  'phone.expired',
  'phone.disconnected',
  'phone.locked',
]);

function contains({ text, extension }: FleetRow, wanted: string): boolean {
  if (text.includes(wanted)) return true;
  return (
    extension !== undefined && (extension.number.includes(wanted) || extension.name.toLowerCase().includes(wanted))
  );
}

/** Whether something happens within some milliseconds. */
async function within(ms: number, happening: Promise<true>): Promise<boolean> {
  const timer = new AbortController();
  const late = sleep(ms, false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([happening, late]);
  } finally {
    timer.abort();
  }
}
