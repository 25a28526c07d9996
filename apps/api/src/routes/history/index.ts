import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CUSTOMER_NOT_FOUND, type Store, StoredEvent } from '@ringfence/store';
import { Type } from 'typebox';
import { READERS } from '../../access.js';
import { chosenTypes, historyQuery, WRONG_TYPE } from '../../event-query.js';
import { chooseScope, isInScope, ownerOf, scopeQuery } from '../../scope.js';

const HISTORY = `What happened to a customer's phones, or to those of every customer that the caller may see: registrations and
their ends, refused requests and bans, calls, and changes. Of each of these the last 1,000 are kept of a customer and of a
reseller, and the last 250,000 of all together, for 30 days.`;

const Query = Type.Object({ ...scopeQuery, ...historyQuery }, { additionalProperties: false });
const History = Type.Object(
  { events: Type.Array(StoredEvent, { description: 'What happened, the newest first' }) },
  { description: 'What happened' },
);

/** `GET /history`: what happened. */
const routes: FastifyPluginAsyncTypebox<{ store: Store }> = async (app, { store }) => {
  app.get(
    '/history',
    {
      config: { access: READERS, errors: [CUSTOMER_NOT_FOUND, WRONG_TYPE] },
      schema: {
        ...{ tags: ['Live'], summary: 'Read the history', description: HISTORY },
        ...{ querystring: Query, response: { 200: History } },
      },
    },
    async ({ caller, query }) => {
      const types = chosenTypes(query);
      const scope = await chooseScope(caller, query.customer, store.directory);
      const { limit, before } = query;
      const isWanted = ({ customer }: StoredEvent) => isInScope(scope, customer);
      const owner = ownerOf(caller, query.customer, scope);
      return { events: await store.history.read(owner, { types, isWanted, limit, before }) };
    },
  );
};

export default routes;
