import type { Redis } from 'ioredis';
import type { Extension } from '../directory/entry.js';
import type { StoredEvent } from '../event.js';
import { keys } from '../keys.js';
import { type CountryOf, type FleetExtension, type FleetRow, readRows, seenAt } from './row.js';

/** Phones that are read at once. */
const BATCH = 200;

/** Changes more than it has phones after which all is read anew instead. */
const CHANGES_NOTED = 1_000;

/** The phones of one customer as the index has them. What events say is noted, and read when somebody asks. */
export class Bucket {
  readonly rows = new Map<string, FleetRow>();
  readonly #redis: Redis;
  readonly #customer: string;
  readonly #countryOf: CountryOf;
  readonly #extensions = new Map<string, FleetExtension>();
  readonly #stalePhones = new Set<string>();
  readonly #staleExtensions = new Set<string>();
  /** Phones that are being read: what happens to them meanwhile may not be in what is read. */
  #reading: ReadonlySet<string> = new Set();
  #isLoaded = false;
  #settling: Promise<void> | undefined;

  constructor(redis: Redis, customer: string, countryOf: CountryOf) {
    this.#redis = redis;
    this.#customer = customer;
    this.#countryOf = countryOf;
  }

  /** Takes note of an event about a phone that is, or was, the customer's. */
  note(phone: string, event: StoredEvent): void {
    if (event.type === 'phone.registered' && this.#refresh(phone, event)) return;
    this.#stalePhones.add(phone);
    this.#boundNotes();
  }

  /** Takes note that an extension of the customer is no longer as it was. */
  noteExtension(id: string): void {
    this.#staleExtensions.add(id);
    this.#boundNotes();
  }

  /** Reads what is no longer as it was: whatever was noted before the call is in the rows afterwards. */
  async settle(): Promise<void> {
    const isSettled = this.#isLoaded && this.#stalePhones.size + this.#staleExtensions.size === 0;
    if (isSettled && this.#settling === undefined) return;
    const settling = this.#settleAfter(this.#settling);
    this.#settling = settling;
    try {
      await settling;
    } finally {
      if (this.#settling === settling) this.#settling = undefined;
    }
  }

  async #settleAfter(before: Promise<void> | undefined): Promise<void> {
    await before?.catch(() => {});
    if (!this.#isLoaded) {
      for (const id of await this.#redis.smembers(keys.customerPhones(this.#customer))) this.#stalePhones.add(id);
      this.#isLoaded = true;
    }
    await inBatches(this.#staleExtensions, (ids) => Promise.all(ids.map((id) => this.#readExtension(id))));
    await inBatches(this.#stalePhones, async (ids) => {
      this.#reading = new Set(ids);
      try {
        await this.#readPhones(ids);
      } finally {
        this.#reading = new Set();
      }
    });
  }

  async #readPhones(ids: readonly string[]): Promise<void> {
    const found = await readRows(this.#redis, ids, this.#countryOf);
    const unknown = new Set(
      found.flatMap((read) => (read?.extension && !this.#extensions.has(read.extension) ? [read.extension] : [])),
    );
    await Promise.all([...unknown].map((id) => this.#readExtension(id)));
    for (const [at, read] of found.entries()) {
      const id = ids[at] as string;
      if (read?.row.customer !== this.#customer) this.rows.delete(id);
      else this.rows.set(id, { ...read.row, extension: this.#extensions.get(read.extension ?? '') });
    }
  }

  /** Reads an extension into the object that all phones linked to it share. */
  async #readExtension(id: string): Promise<void> {
    const json = await this.#redis.get(keys.extension(id));
    if (json === null) {
      this.#extensions.delete(id);
      return;
    }
    const { number, name } = JSON.parse(json) as Extension;
    this.#extensions.set(id, Object.assign(this.#extensions.get(id) ?? {}, { number, name }));
  }

  /**
   * Takes a registration from its event, when that tells all of it: the only contact was refreshed.
   * @returns whether it did
   */
  #refresh(phone: string, { contact, at, expires = 0, address = '', userAgent = '' }: StoredEvent): boolean {
    const row = this.rows.get(phone);
    if (row === undefined || this.#reading.has(phone) || this.#stalePhones.has(phone)) return false;
    const expiresAt = at + expires * 1_000;
    // Two flows may have one contact (RFC 5626): only what runs out last of all can be told without the others.
    if (row.contact === undefined || row.contact !== contact || expiresAt < row.expiresAt) return false;
    Object.assign(row, { expiresAt, userAgent: userAgent.toLowerCase() });
    if (row.address !== address) Object.assign(row, seenAt(address, this.#countryOf));
    return true;
  }

  #boundNotes(): void {
    const notes = this.#stalePhones.size + this.#staleExtensions.size;
    if (this.#settling !== undefined || notes <= this.rows.size + CHANGES_NOTED) return;
    for (const known of [this.rows, this.#extensions, this.#stalePhones, this.#staleExtensions]) known.clear();
    this.#isLoaded = false;
  }
}

/** Empties a set in parts; a part that fails goes back. */
async function inBatches(set: Set<string>, work: (ids: string[]) => Promise<unknown>): Promise<void> {
  const all = [...set];
  for (let at = 0; at < all.length; at += BATCH) {
    const batch = all.slice(at, at + BATCH);
    for (const id of batch) set.delete(id);
    try {
      await work(batch);
    } catch (error) {
      for (const id of batch) set.add(id);
      throw error;
    }
  }
}
