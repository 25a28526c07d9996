import { newId } from '@ringfence/phone';
import type { Redis } from 'ioredis';
import { type Audited, audited } from '../audit/audited.js';
import { applyChange, type Command, type Condition } from '../change.js';
import { eventFields } from '../event.js';
import { EVENTS_KEPT } from '../events.js';
import { keys } from '../keys.js';
import { type CheckedEntry, checkEntry, type Surroundings } from './check.js';
import type { Entry, Footprint, Kind } from './kinds.js';

/** Which part of a list is wanted: `limit` entries from `offset` on, of those that have `filter` in a text. */
export interface Page {
  offset: number;
  limit: number;
  /** Any case; every entry when empty. */
  filter?: string | undefined;
}

/** A part of a list, and how many entries the list has. */
export interface Part<T> {
  total: number;
  entries: T[];
}

/** Thrown when an entry can't be written because things are no longer as they were read; nothing was written. */
export class DirectoryConflict extends Error {}

/** Thrown when an entry can't be removed because something depends on it; the message says what. */
export class EntryInUse extends Error {}

/** Times that a change is checked anew because another one was faster. */
const ATTEMPTS = 5;

/** Entries that are read at once. */
const BATCH = 500;

/** The entries of one kind. Each change is one step in Redis, so that no reference is ever left without its entry. */
export class Entries<T extends Entry> {
  readonly #redis: Redis;
  readonly #now: () => number;
  readonly #kind: Kind<T>;
  readonly #surroundings: Surroundings;

  /** @param now the clock, ms since 1970 */
  constructor(redis: Redis, now: () => number, kind: Kind<T>, surroundings: Surroundings) {
    this.#redis = redis;
    this.#now = now;
    this.#kind = kind;
    this.#surroundings = surroundings;
  }

  /** Reads an entry; undefined when there is none. */
  async get(id: string): Promise<T | undefined> {
    const json = await this.#redis.get(this.#kind.key(id));
    return json === null ? undefined : (JSON.parse(json) as T);
  }

  /**
   * Lists entries.
   * @param owner the customer, or of customers the reseller, that they belong to; all entries when undefined
   */
  async list(owner: string | undefined, { offset, limit, filter = '' }: Page): Promise<Part<T>> {
    const list = this.#kind.list(owner);
    if (filter === '') {
      const [total, entries] = await Promise.all([this.#redis.zcard(list), this.#read(list, offset, limit)]);
      return { total, entries };
    }
    const part: Part<T> = { total: 0, entries: [] };
    for (let at = 0, read = BATCH; read === BATCH; at += BATCH) {
      const entries = await this.#read(list, at, BATCH);
      read = entries.length;
      for (const entry of entries.filter((entry) => matches(entry, filter))) {
        if (part.total >= offset && part.entries.length < limit) part.entries.push(entry);
        part.total++;
      }
    }
    return part;
  }

  /** The ids of all entries of an owner, see {@link list}. */
  async ids(owner: string | undefined): Promise<string[]> {
    return this.#redis.zrange(this.#kind.list(owner), 0, -1);
  }

  /**
   * Makes an entry of what a client sent.
   * @param customer id of the customer it is to belong to, as the client's rights allow it; undefined when there is none
   * @param id its id
   * @returns the entry, or everything that is wrong with it
   * @throws DirectoryConflict when others were faster again and again, or there is one of that id
   */
  async add(json: object, customer: string | undefined, id: string = newId()): Promise<CheckedEntry<T>> {
    return retry(async () => {
      const checked = await checkEntry(this.#kind, json, { _id: id, customer }, this.#surroundings);
      return 'violations' in checked ? checked : { entry: await this.create(checked.entry) };
    });
  }

  /**
   * Changes what a client sent of an entry.
   * @returns the changed entry, or everything that is wrong with it; undefined when there is no such entry
   * @throws DirectoryConflict when others were faster again and again
   */
  async change(id: string, json: object): Promise<CheckedEntry<T> | undefined> {
    return retry(async () => {
      const before = await this.get(id);
      if (before === undefined) return undefined;
      const checked = await checkEntry(this.#kind, json, { before }, this.#surroundings);
      if ('entry' in checked) await this.#write(before, checked.entry);
      return checked;
    });
  }

  /**
   * Removes an entry.
   * @returns false when there is none
   * @throws EntryInUse when something depends on it
   */
  async remove(id: string): Promise<boolean> {
    return retry(async () => {
      const before = await this.get(id);
      if (before !== undefined) await this.#write(before, undefined);
      return before !== undefined;
    });
  }

  /**
   * Stores a new entry that is known to be right.
   * @throws DirectoryConflict when its id or something that must be unique is taken, or what it refers to is gone
   */
  async create(entry: T): Promise<T> {
    await this.#write(undefined, entry);
    return entry;
  }

  async #read(list: string, offset: number, limit: number): Promise<T[]> {
    const ids = await this.#redis.zrange(list, offset, offset + limit - 1);
    if (ids.length === 0) return [];
    const found = await this.#redis.mget(ids.map((id) => this.#kind.key(id)));
    return found.flatMap((json) => (json === null ? [] : [JSON.parse(json) as T]));
  }

  /** Puts `after` in the place of `before`, either of which may be nothing. */
  async #write(before: T | undefined, after: T | undefined): Promise<void> {
    const id = (after ?? before)?._id ?? '';
    const key = this.#kind.key(id);
    const [gone, come] = difference(this.#footprint(before), this.#footprint(after));
    const dependents = after === undefined ? this.#kind.dependents(id) : [];
    await applyChange(
      this.#redis,
      [
        { command: ['GET', key], answer: before === undefined ? '' : JSON.stringify(before), otherwise: conflict },
        ...come.claims.map(([hash, field]) => must(['HEXISTS', hash, field], 0, conflict)),
        ...come.references.map(([entry]) => must(['EXISTS', entry], 1, conflict)),
        ...dependents.map(([dependent, words]) => must(['EXISTS', dependent], 0, () => new EntryInUse(words))),
      ],
      [
        ...leave(gone, id),
        after === undefined ? ['DEL', key] : ['SET', key, JSON.stringify(after)],
        ...enter(come, id, this.#now()),
        ...this.#event((after ?? before) as T),
        ...this.#audited(before, after),
      ],
    );
  }

  #audited(before: T | undefined, after: T | undefined): Command[] {
    const { _id: id, customer } = (after ?? before) as Entry & { customer?: string };
    const object = this.#kind.noun.toLowerCase() as Audited;
    return audited({ object, id, customer: object === 'customer' ? id : customer, before, after }, this.#now());
  }

  #event(entry: T): Command[] {
    const event = this.#kind.event?.(entry);
    if (event === undefined) return [];
    return [['XADD', keys.events, 'MAXLEN', '~', EVENTS_KEPT, '*', ...eventFields({ ...event, at: this.#now() })]];
  }

  #footprint(entry: T | undefined): Footprint {
    return entry === undefined ? { lists: [], claims: [], references: [] } : this.#kind.footprint(entry);
  }
}

/** Attempts something anew while it fails because others were faster. */
export async function retry<R>(attempt: () => Promise<R>): Promise<R> {
  for (let left = ATTEMPTS; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof DirectoryConflict) || left === 0) throw error;
    }
  }
}

/** Whether a text of an entry, other than an id, contains another. */
function matches(entry: Entry & { name?: string; number?: string }, filter: string): boolean {
  return [entry.name, entry.number].some((text) => text?.toLowerCase().includes(filter.toLowerCase()));
}

function must(command: Command, answer: number, otherwise: () => Error): Condition {
  return { command, answer, otherwise };
}

function conflict(): Error {
  return new DirectoryConflict('the directory has changed');
}

/** What only the first footprint has, and what only the second has. */
function difference(before: Footprint, after: Footprint): [gone: Footprint, come: Footprint] {
  const without = <E>(entries: E[], others: E[]) => {
    const known = new Set(others.map((other) => JSON.stringify(other)));
    return entries.filter((entry) => !known.has(JSON.stringify(entry)));
  };
  const less = (one: Footprint, other: Footprint) => ({
    lists: without(one.lists, other.lists),
    claims: without(one.claims, other.claims),
    references: without(one.references, other.references),
  });
  return [less(before, after), less(after, before)];
}

function leave({ lists, claims, references }: Footprint, id: string): Command[] {
  return [
    ...lists.map(([list]): Command => ['ZREM', list, id]),
    ...claims.map(([hash, field]): Command => ['HDEL', hash, field]),
    ...references.flatMap(([, referrers]): Command[] => (referrers === undefined ? [] : [['SREM', referrers, id]])),
  ];
}

function enter({ lists, claims, references }: Footprint, id: string, now: number): Command[] {
  return [
    ...lists.map(([list, score = now]): Command => ['ZADD', list, score, id]),
    ...claims.map(([hash, field]): Command => ['HSET', hash, field, id]),
    ...references.flatMap(([, referrers]): Command[] => (referrers === undefined ? [] : [['SADD', referrers, id]])),
  ];
}
