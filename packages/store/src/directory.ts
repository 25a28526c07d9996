import { newId } from '@ringfence/phone';
import type { Redis } from 'ioredis';
import { Entries } from './directory/entries.js';
import type { Customer, Extension, Group, Product, Queue } from './directory/entry.js';
import { CUSTOMER, EXTENSION, GROUP, PRODUCT, QUEUE } from './directory/kinds.js';
import { keys } from './keys.js';

/** Customers and what there is beside phones. An id that doesn't exist is answered with undefined. */
export class Directory {
  readonly customers: Entries<Customer>;
  readonly extensions: Entries<Extension>;
  readonly groups: Entries<Group>;
  readonly queues: Entries<Queue>;
  readonly products: Entries<Product>;
  readonly #redis: Redis;

  /** @param now the clock, ms since 1970 */
  constructor(redis: Redis, now: () => number = Date.now) {
    this.#redis = redis;
    this.customers = new Entries(redis, now, CUSTOMER, this);
    this.extensions = new Entries(redis, now, EXTENSION, this);
    this.groups = new Entries(redis, now, GROUP, this);
    this.queues = new Entries(redis, now, QUEUE, this);
    this.products = new Entries(redis, now, PRODUCT, this);
  }

  /** Makes a customer, active unless said otherwise. */
  async createCustomer(customer: Pick<Customer, 'name'> & Partial<Customer>): Promise<Customer> {
    return this.customers.create({ _id: newId(), active: true, ...customer });
  }

  /** Reads a customer. */
  async customer(id: string): Promise<Customer | undefined> {
    return this.customers.get(id);
  }

  /**
   * Makes an extension.
   * @throws DirectoryConflict when the customer has one of that number, or doesn't exist
   */
  async createExtension(extension: Omit<Extension, '_id'>): Promise<Extension> {
    return this.extensions.create({ _id: newId(), ...extension });
  }

  /** Reads an extension. */
  async extension(id: string): Promise<Extension | undefined> {
    return this.extensions.get(id);
  }

  /** Reads the extension that a customer's number belongs to. */
  async extensionByNumber(customer: string, number: string): Promise<Extension | undefined> {
    const id = await this.#redis.hget(keys.extensionNumbers(customer), number);
    return id === null ? undefined : this.extension(id);
  }

  /** Ids of the phones that are linked to an extension. */
  async phonesOfExtension(extension: string): Promise<string[]> {
    return this.#redis.smembers(keys.extensionPhones(extension));
  }
}
