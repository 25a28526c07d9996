import { Group, type Store } from '@ringfence/store';
import type { FastifyPluginAsync } from 'fastify';
import { serveOwnedEntries } from '../../../owned-entries.js';

/** `/pbx/group`: phones whose calls others may pick up, and the extensions that may. */
const routes: FastifyPluginAsync<{ store: Store }> = async (app, { store: { directory } }) => {
  serveOwnedEntries<Group>(app, directory, {
    ...{ path: '/pbx/group', one: 'a group', many: 'groups', schema: Group, required: ['name'] },
    entries: directory.groups,
    errors: [{ code: 404, message: 'controllers[0]', description: 'Extension not found' }],
  });
};

export default routes;
