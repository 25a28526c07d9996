import { PhoneBody } from '@ringfence/phone';
import {
  Customer,
  createPhone,
  type Entries,
  type Entry,
  Extension,
  Group,
  Product,
  Queue,
  type Store,
} from '@ringfence/store';
import type { TObject } from 'typebox';
import type { EntryError } from './entry.js';

/** What kind of thing an entry of a file describes. */
export interface Kind {
  /** What the API takes of one. */
  schema: TObject;
  exists(store: Store, id: string): Promise<boolean>;
  /**
   * Makes one, checked as the API checks it.
   * @param customer id of the customer that it names, when it is an id
   * @returns what is wrong with it
   * @throws DirectoryConflict when there is one of that id
   */
  create(store: Store, json: object, customer: string | undefined, id: string): Promise<readonly EntryError[]>;
}

/** The kinds by what an entry's `kind` says. */
export const KINDS: Readonly<Record<string, Kind>> = {
  customer: ofDirectory(Customer, ({ directory }) => directory.customers),
  extension: ofDirectory(Extension, ({ directory }) => directory.extensions),
  group: ofDirectory(Group, ({ directory }) => directory.groups),
  queue: ofDirectory(Queue, ({ directory }) => directory.queues),
  product: ofDirectory(Product, ({ directory }) => directory.products),
  sipphone: {
    schema: PhoneBody,
    exists: async (store, id) => (await store.phones.customer(id)) !== undefined,
    async create(store, json, customer, id) {
      const created = await createPhone(store, json, customer, id);
      return 'violations' in created ? created.violations : [];
    },
  },
};

function ofDirectory<T extends Entry>(schema: TObject, entriesOf: (store: Store) => Entries<T>): Kind {
  return {
    schema,
    exists: async (store, id) => (await entriesOf(store).get(id)) !== undefined,
    async create(store, json, customer, id) {
      const added = await entriesOf(store).add(json, customer, id);
      return 'violations' in added ? added.violations : [];
    },
  };
}
