import { newId } from '@ringfence/phone';
import type { Redis } from 'ioredis';
import { keys } from './keys.js';
import { Script } from './script.js';

/** A company whose phones we serve. */
export interface Customer {
  _id: string;
  name: string;
  /** Whether its phones may do anything. */
  active: boolean;
  /** Id of the reseller that looks after it. */
  reseller?: string;
}

/** A number that a customer's phones are called by. */
export interface Extension {
  _id: string;
  /** Id of the customer. */
  customer: string;
  number: string;
  name: string;
}

/** Phones whose calls others may pick up. */
export interface Group {
  _id: string;
  /** Id of the customer. */
  customer: string;
  name: string;
  /** Ids of the extensions that control the group. */
  controllers: string[];
}

/** Callers who wait for somebody to answer. */
export interface Queue {
  _id: string;
  /** Id of the customer. */
  customer: string;
  name: string;
}

/** Which part of a list is wanted: `limit` entries from `offset` on. */
export interface Page {
  offset: number;
  limit: number;
}

/** A part of a list, and how many entries the list has. */
export interface Part<T> {
  total: number;
  entries: T[];
}

/** Thrown when a customer already has an extension of that number. */
export class NumberTaken extends Error {}

/** Customers and what they have beside phones. An id that doesn't exist is answered with undefined. */
export class Directory {
  readonly #redis: Redis;
  readonly #now: () => number;
  readonly #createExtension = new Script('create-extension');

  /** @param now the clock, ms since 1970 */
  constructor(redis: Redis, now: () => number = Date.now) {
    this.#redis = redis;
    this.#now = now;
  }

  /** Makes a customer, active unless said otherwise. */
  async createCustomer({ name, active = true, reseller }: NewCustomer): Promise<Customer> {
    const customer = { _id: newId(), name, active, ...(reseller === undefined ? {} : { reseller }) };
    const transaction = this.#redis.multi().set(keys.customer(customer._id), JSON.stringify(customer));
    transaction.zadd(keys.customers, this.#now(), customer._id);
    if (reseller !== undefined) transaction.zadd(keys.resellerCustomers(reseller), this.#now(), customer._id);
    await transaction.exec();
    return customer;
  }

  /** Reads a customer. */
  async customer(id: string): Promise<Customer | undefined> {
    return this.#read(keys.customer(id));
  }

  /** Lists all customers, or those of a reseller, the oldest first. */
  async customers({ offset, limit }: Page, reseller?: string): Promise<Part<Customer>> {
    const key = reseller === undefined ? keys.customers : keys.resellerCustomers(reseller);
    const [total, ids] = await Promise.all([
      this.#redis.zcard(key),
      this.#redis.zrange(key, offset, offset + limit - 1),
    ]);
    return { total, entries: await this.#readAll(ids.map(keys.customer)) };
  }

  /**
   * Makes an extension.
   * @throws NumberTaken when the customer has one of that number
   */
  async createExtension({ customer, number, name }: Omit<Extension, '_id'>): Promise<Extension> {
    const extension = { _id: newId(), customer, number, name };
    const names = [keys.extensionNumbers(customer), keys.extension(extension._id)];
    const args = [number, extension._id, JSON.stringify(extension)];
    if ((await this.#createExtension.run(this.#redis, names, args)) === 0) throw new NumberTaken(number);
    return extension;
  }

  /** Reads an extension. */
  async extension(id: string): Promise<Extension | undefined> {
    return this.#read(keys.extension(id));
  }

  /** Reads the extension that a customer's number belongs to. */
  async extensionByNumber(customer: string, number: string): Promise<Extension | undefined> {
    const id = await this.#redis.hget(keys.extensionNumbers(customer), number);
    return id === null ? undefined : this.extension(id);
  }

  /** Lists a customer's extensions, by number. */
  async extensions(customer: string, { offset, limit }: Page): Promise<Part<Extension>> {
    const numbers = Object.entries(await this.#redis.hgetall(keys.extensionNumbers(customer)));
    numbers.sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
    const page = numbers.slice(offset, offset + limit);
    return { total: numbers.length, entries: await this.#readAll(page.map(([, id]) => keys.extension(id))) };
  }

  /** Ids of the phones that are linked to an extension. */
  async phonesOfExtension(extension: string): Promise<string[]> {
    return this.#redis.smembers(keys.extensionPhones(extension));
  }

  /** Makes a pickup group. */
  async createGroup(group: Omit<Group, '_id'>): Promise<Group> {
    return this.#write(keys.group, { _id: newId(), ...group });
  }

  /** Reads a pickup group. */
  async group(id: string): Promise<Group | undefined> {
    return this.#read(keys.group(id));
  }

  /** Makes a queue. */
  async createQueue(queue: Omit<Queue, '_id'>): Promise<Queue> {
    return this.#write(keys.queue, { _id: newId(), ...queue });
  }

  /** Reads a queue. */
  async queue(id: string): Promise<Queue | undefined> {
    return this.#read(keys.queue(id));
  }

  async #write<T extends { _id: string }>(key: (id: string) => string, entry: T): Promise<T> {
    await this.#redis.set(key(entry._id), JSON.stringify(entry));
    return entry;
  }

  async #read<T>(key: string): Promise<T | undefined> {
    const json = await this.#redis.get(key);
    return json === null ? undefined : (JSON.parse(json) as T);
  }

  async #readAll<T>(names: string[]): Promise<T[]> {
    if (names.length === 0) return [];
    const found = await this.#redis.mget(names);
    return found.flatMap((json) => (json === null ? [] : [JSON.parse(json) as T]));
  }
}

/** What a customer is made of. */
export interface NewCustomer {
  name: string;
  active?: boolean;
  reseller?: string;
}
