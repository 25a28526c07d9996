import { promises as dns, type NaptrRecord, type SrvRecord } from 'node:dns';
import type { Limits } from '../limits.js';
import type { Timers } from '../timers.js';

/** What is looked up of a name. Each gives the records, none when there are none, undefined when that can't be found out. */
export interface NameSource {
  naptr(name: string): Promise<readonly NaptrRecord[] | undefined>;
  srv(name: string): Promise<readonly SrvRecord[] | undefined>;
  /** IPv4 addresses before IPv6 ones. */
  addresses(name: string): Promise<readonly string[] | undefined>;
}

/** Milliseconds that records are kept whose time to live the system doesn't tell: NAPTR and SRV. */
const UNKNOWN_TTL = 1_000;
/** Milliseconds that is kept that a name has no such record. */
const NEGATIVE_TTL = 5_000;
const MAX_TTL = 3_600_000;

/** What the DNS says when it has no such record, as opposed to saying nothing. */
const NONE = new Set(['ENODATA', 'ENOTFOUND', 'ENONAME']);

interface Answer<T> {
  readonly records: readonly T[] | undefined;
  readonly ttl: number;
}

interface Entry {
  readonly records: Promise<readonly unknown[] | undefined>;
  /** By the clock of the timers; infinite until the answer is there. */
  expires: number;
}

/**
 * Looks names up in the DNS, each at most once at a time, and keeps the answers for their time to live. The number of
 * answers kept and of look-ups at a time is bounded, and so is the time of each.
 */
export class Names implements NameSource {
  readonly #resolver: dns.Resolver;
  readonly #usesSystem: boolean;
  readonly #limits: Limits;
  readonly #timers: Timers;
  readonly #entries = new Map<string, Entry>();
  #lookups = 0;

  /**
   * @param servers addresses of name servers, `address` or `address:port`; when undefined the system's are asked, and its
   *   hosts file for what they don't know
   * @throws Error for a server that isn't an address
   */
  constructor({ limits, timers }: { limits: Limits; timers: Timers }, servers?: readonly string[]) {
    this.#resolver = new dns.Resolver({ timeout: Math.ceil(limits.lookupTimeout / 4), tries: 2 });
    if (servers !== undefined) this.#resolver.setServers(servers);
    this.#usesSystem = servers === undefined;
    this.#limits = limits;
    this.#timers = timers;
  }

  /** How many answers are kept. */
  get size(): number {
    return this.#entries.size;
  }

  naptr(name: string): Promise<readonly NaptrRecord[] | undefined> {
    return this.#cached(`naptr ${name}`, async () => answer(await this.#resolver.resolveNaptr(name), UNKNOWN_TTL));
  }

  srv(name: string): Promise<readonly SrvRecord[] | undefined> {
    return this.#cached(`srv ${name}`, async () => answer(await this.#resolver.resolveSrv(name), UNKNOWN_TTL));
  }

  async addresses(name: string): Promise<readonly string[] | undefined> {
    // A name of one label is the host's own business, such as localhost.
    if (this.#usesSystem && !name.includes('.')) return this.#system(name);
    const families = await Promise.all([this.#family(name, 4), this.#family(name, 6)]);
    const found = families.flatMap((addresses) => addresses ?? []);
    if (found.length > 0) return found;
    if (this.#usesSystem) return this.#system(name);
    return families.includes(undefined) ? undefined : [];
  }

  #family(name: string, family: 4 | 6): Promise<readonly string[] | undefined> {
    return this.#cached(`${family} ${name}`, async () => {
      const withTtl = { ttl: true } as const;
      const records = await (family === 4
        ? this.#resolver.resolve4(name, withTtl)
        : this.#resolver.resolve6(name, withTtl));
      const ttl = Math.min(...records.map((record) => record.ttl));
      return answer(
        records.map(({ address }) => address),
        Math.min(ttl * 1_000, MAX_TTL),
      );
    });
  }

  #system(name: string): Promise<readonly string[] | undefined> {
    return this.#cached(`system ${name}`, async () => {
      const found = await dns.lookup(name, { all: true });
      return answer(
        found.map(({ address }) => address),
        UNKNOWN_TTL,
      );
    });
  }

  #cached<T>(key: string, query: () => Promise<Answer<T>>): Promise<readonly T[] | undefined> {
    const known = this.#entries.get(key);
    if (known !== undefined && known.expires > this.#timers.now()) return known.records as Promise<T[] | undefined>;
    if (this.#lookups >= this.#limits.lookups) return Promise.resolve(undefined);
    const asked = this.#ask(query);
    const entry: Entry = { records: asked.then(({ records }) => records), expires: Number.POSITIVE_INFINITY };
    void asked.then(({ ttl }) => {
      entry.expires = this.#timers.now() + ttl;
    });
    this.#entries.delete(key);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size >= this.#limits.names && oldest !== undefined) this.#entries.delete(oldest);
    this.#entries.set(key, entry);
    return entry.records as Promise<T[] | undefined>;
  }

  /** Asks once, for a bounded time. Never rejects. */
  async #ask<T>(query: () => Promise<Answer<T>>): Promise<Answer<T>> {
    this.#lookups += 1;
    const late = new Promise<Answer<T>>((resolve) => {
      const timeout = this.#timers.start(this.#limits.lookupTimeout, () => resolve(UNKNOWN));
      const settled = (): void => {
        this.#lookups -= 1;
        this.#timers.cancel(timeout);
      };
      void query().then(
        (found) => {
          settled();
          resolve(found);
        },
        (error: NodeJS.ErrnoException) => {
          settled();
          resolve(NONE.has(error.code ?? '') ? { records: [], ttl: NEGATIVE_TTL } : UNKNOWN);
        },
      );
    });
    return late;
  }
}

const UNKNOWN = { records: undefined, ttl: UNKNOWN_TTL };

function answer<T>(records: readonly T[], ttl: number): Answer<T> {
  return { records, ttl };
}
