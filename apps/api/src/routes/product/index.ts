import { Product, type Store } from '@ringfence/store';
import type { FastifyPluginAsync } from 'fastify';
import { ADMINS, READERS } from '../../access.js';
import { serveEntries } from '../../entries.js';
import { apiError } from '../../errors.js';

/** `/product`: what phones and side panels are sold as; everybody reads them, ADMIN manages them, for all customers share them. */
const routes: FastifyPluginAsync<{ store: Store }> = async (app, { store: { directory } }) => {
  serveEntries(app, {
    ...{ path: '/product', one: 'a product', many: 'products', schema: Product, required: ['name'] },
    entries: directory.products,
    levels: { read: READERS, edit: ADMINS, remove: ADMINS },
    errors: [],
    show: (_, query) => directory.products.list(undefined, query),
    async guard(_, product) {
      if (product === undefined) throw apiError('not_found');
    },
  });
};

export default routes;
