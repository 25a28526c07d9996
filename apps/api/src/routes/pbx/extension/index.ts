import { Extension, type Store } from '@ringfence/store';
import type { FastifyPluginAsync } from 'fastify';
import { serveOwnedEntries } from '../../../owned-entries.js';

/** `/pbx/extension`: the numbers that a customer's phones are called by. */
const routes: FastifyPluginAsync<{ store: Store }> = async (app, { store: { directory } }) => {
  serveOwnedEntries<Extension>(app, directory, {
    ...{ path: '/pbx/extension', one: 'an extension', many: 'extensions', schema: Extension },
    required: ['number', 'name'],
    entries: directory.extensions,
    errors: [{ code: 409, message: 'number', description: 'An extension with the same number already exists' }],
  });
};

export default routes;
