import { Queue, type Store } from '@ringfence/store';
import type { FastifyPluginAsync } from 'fastify';
import { serveOwnedEntries } from '../../../owned-entries.js';

/** `/pbx/queue`: callers who wait for somebody to answer. */
const routes: FastifyPluginAsync<{ store: Store }> = async (app, { store: { directory } }) => {
  serveOwnedEntries<Queue>(app, directory, {
    ...{ path: '/pbx/queue', one: 'a queue', many: 'queues', schema: Queue, required: ['name'] },
    entries: directory.queues,
    errors: [],
  });
};

export default routes;
