import { CUSTOMER_NOT_FOUND, type Directory, type Entry } from '@ringfence/store';
import type { FastifyInstance } from 'fastify';
import { chooseCustomer, EDITORS, maySeeCustomer, READERS } from './access.js';
import { type EntryRoutes, serveEntries } from './entries.js';
import { apiError, violationError } from './errors.js';
import { customerQuery } from './schemas.js';

/** One kind of thing that belongs to customers. */
export type OwnedEntryRoutes<T extends Entry> = Omit<EntryRoutes<T>, 'levels' | 'query' | 'show' | 'guard' | 'prepare'>;

/** Serves a kind of thing that belongs to customers: who may see the customer may see it, and editors edit it. */
export function serveOwnedEntries<T extends Entry & { customer: string }>(
  app: FastifyInstance,
  directory: Directory,
  routes: OwnedEntryRoutes<T>,
): void {
  serveEntries<T>(app, {
    ...routes,
    errors: [CUSTOMER_NOT_FOUND, ...routes.errors],
    levels: { read: READERS, edit: EDITORS, remove: EDITORS },
    query: customerQuery,
    listErrors: [CUSTOMER_NOT_FOUND],
    async show(caller, query) {
      const id = await chooseCustomer(caller, query.customer, directory);
      const customer = id === undefined ? undefined : await directory.customers.get(id);
      if (customer === undefined) throw violationError([CUSTOMER_NOT_FOUND]);
      return routes.entries.list(customer._id, query);
    },
    async guard(caller, entry) {
      const isVisible = entry !== undefined && (await maySeeCustomer(caller, entry.customer, directory));
      if (!isVisible) throw apiError('not_found');
    },
    async prepare(caller, body, isNew) {
      const { customer } = body as { customer?: unknown };
      return isNew ? { body, customer: await chooseCustomer(caller, customer, directory) } : { body };
    },
  });
}
