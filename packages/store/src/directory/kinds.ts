import type { Violation } from '@ringfence/phone';
import type { TObject } from 'typebox';
import type { Event } from '../event.js';
import { keys } from '../keys.js';
import * as entry from './entry.js';

/** What everything in the directory has. */
export interface Entry {
  _id: string;
}

/** What stands in Redis beside an entry for as long as it exists. */
export interface Footprint {
  /** Sorted sets that hold its id, each with its score there; the time of its creation without one. */
  lists: [list: string, score?: number][];
  /** Fields of hashes that nothing else may have, each with the entry's id as its value. */
  claims: [hash: string, field: string][];
  /** What it refers to: the key of each entry that must exist, and the set that tells of the reference, if one does. */
  references: [entry: string, referrers?: string][];
}

/** What an entry's check may look up. */
export interface Neighbours {
  extension(id: string): Promise<entry.Extension | undefined>;
  extensionByNumber(customer: string, number: string): Promise<entry.Extension | undefined>;
}

/** One kind of entry: what it is made of and how it is kept. */
export interface Kind<T extends Entry> {
  /** The word for it. */
  noun: string;
  /** The entry as it is shown; all but `_id` may be set by a client. */
  schema: TObject;
  /** Properties that a new one must have. */
  required: readonly (keyof T & string)[];
  key(id: string): string;
  /** The list of a customer's entries, of a reseller's customers, or of all. */
  list(owner: string | undefined): string;
  footprint(entry: T): Footprint;
  /** What is told to the event stream when one is written, if anything. */
  event?(entry: T): Pick<Event, 'type' | 'customer' | 'extension'>;
  /** Keys that exist while something depends on it, each with the words for that. */
  dependents(id: string): [key: string, description: string][];
  /** Values in their one spelling, and defaults. */
  complete(values: Partial<T>): Omit<T, '_id'>;
  /** What is wrong with values in the company of the other entries. */
  check?(values: Partial<T>, neighbours: Neighbours): Promise<Violation[]>;
}

/** The customers. */
export const CUSTOMER: Kind<entry.Customer> = {
  noun: 'Customer',
  schema: entry.Customer,
  required: ['name'],
  key: keys.customer,
  list: (reseller) => (reseller === undefined ? keys.customers : keys.resellerCustomers(reseller)),
  footprint: ({ reseller }) => ({
    lists: [[keys.customers], ...(reseller === undefined ? [] : [list(keys.resellerCustomers(reseller))])],
    claims: [],
    references: [],
  }),
  dependents: (id) => [
    [keys.customerPhones(id), 'Customer still has phones'],
    [keys.extensions(id), 'Customer still has extensions'],
    [keys.groups(id), 'Customer still has groups'],
    [keys.queues(id), 'Customer still has queues'],
    [keys.customerTokens(id), 'Customer still has tokens'],
    [keys.customerWebhooks(id), 'Customer still has webhooks'],
  ],
  complete: ({ name = '', active = true, reseller }) => ({
    ...{ name, active },
    ...(reseller === undefined ? {} : { reseller: reseller.toLowerCase() }),
  }),
};

/** The extensions. */
export const EXTENSION: Kind<entry.Extension> = {
  noun: 'Extension',
  schema: entry.Extension,
  required: ['number', 'name'],
  key: keys.extension,
  list: (customer = '') => keys.extensions(customer),
  footprint: ({ customer, number }) => ({
    lists: [[keys.extensions(customer), Number(number)]],
    claims: [[keys.extensionNumbers(customer), number]],
    references: [[keys.customer(customer)]],
  }),
  event: ({ _id, customer }) => ({ type: 'extension.changed', customer, extension: _id }),
  dependents: (id) => [
    [keys.extensionPhones(id), 'Extension is linked to a phone'],
    [keys.referrers(id), 'Extension controls a group or is on a softkey'],
  ],
  complete: ({ customer = '', number = '', name = '' }) => ({ customer, number, name }),
  async check({ _id, customer, number }, neighbours) {
    if (customer === undefined || number === undefined) return [];
    const holder = await neighbours.extensionByNumber(customer, number);
    if (holder === undefined || holder._id === _id) return [];
    return [{ code: 409, message: 'number', description: 'An extension with the same number already exists' }];
  },
};

/** The pickup groups. */
export const GROUP: Kind<entry.Group> = {
  noun: 'Group',
  schema: entry.Group,
  required: ['name'],
  key: keys.group,
  list: (customer = '') => keys.groups(customer),
  footprint: ({ customer, controllers }) => ({
    lists: [[keys.groups(customer)]],
    claims: [],
    references: [[keys.customer(customer)], ...controllers.map(controlled)],
  }),
  dependents: (id) => [[keys.referrers(id), 'Group is on a softkey']],
  complete: ({ customer = '', name = '', controllers = [] }) => ({
    ...{ customer, name },
    controllers: [...new Set(controllers.map((id) => id.toLowerCase()))],
  }),
  async check({ customer, controllers = [] }, neighbours) {
    const found = await Promise.all(controllers.map((id) => neighbours.extension(id.toLowerCase())));
    return found.flatMap((controller, at) =>
      controller?.customer === customer
        ? []
        : [{ code: 404, message: `controllers[${at}]`, description: 'Extension not found' } as const],
    );
  },
};

/** The queues. */
export const QUEUE: Kind<entry.Queue> = {
  noun: 'Queue',
  schema: entry.Queue,
  required: ['name'],
  key: keys.queue,
  list: (customer = '') => keys.queues(customer),
  footprint: ({ customer }) => ({
    lists: [[keys.queues(customer)]],
    claims: [],
    references: [[keys.customer(customer)]],
  }),
  dependents: (id) => [[keys.referrers(id), 'Queue is on a softkey']],
  complete: ({ customer = '', name = '' }) => ({ customer, name }),
};

/** The products. */
export const PRODUCT: Kind<entry.Product> = {
  noun: 'Product',
  schema: entry.Product,
  required: ['name'],
  key: keys.product,
  list: () => keys.products,
  footprint: () => ({ lists: [[keys.products]], claims: [], references: [] }),
  dependents: (id) => [[keys.referrers(id), 'Product is that of a phone or side panel']],
  complete: ({ name = '' }) => ({ name }),
};

/** The reference of a group to an extension that controls it. */
function controlled(extension: string): [entry: string, referrers: string] {
  return [keys.extension(extension), keys.referrers(extension)];
}

function list(key: string): [list: string] {
  return [key];
}
