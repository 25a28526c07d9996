import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CUSTOMER_NOT_FOUND, type EventFeed, type Store, StoredEvent, type Token } from '@ringfence/store';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { READERS as LEVELS } from '../../access.js';
import { ApiError, apiError } from '../../errors.js';
import { chosenTypes, eventId, phoneQuery, typeQuery, WRONG_TYPE } from '../../event-query.js';
import { bearer } from '../../plugins/access.js';
import { chooseScope, type Scope, scopeQuery } from '../../scope.js';
import { Broadcast } from './broadcast.js';
import { Reader } from './reader.js';
import { Readers } from './readers.js';

const STREAM = `What happens from now on, as server-sent events: \`id\` is the place of the event in the stream, \`event\` its type and
\`data\` the event as JSON, whose schema is the one of this answer. Events of no customer are for ADMIN.

A client that comes again with \`Last-Event-ID\` is told first of what happened meanwhile; \`0-0\` asks for everything that is
kept. An event of the type \`missed\` says that some of what happened before the next one is no longer kept. A comment comes
every 15 seconds when nothing happens, with the \`id\` to go on from. The stream ends when the token is revoked, its customer is
made inactive, or the reader is too slow. One token may have 100 streams, beyond that 429; 503 when the process has too many.`;

const lastEventId = eventId('Id of the last event that the client knows');
const Query = Type.Object({ ...scopeQuery, ...phoneQuery, ...typeQuery, lastEventId }, { additionalProperties: false });
const Headers = Type.Object({ 'last-event-id': lastEventId });
const Stream = {
  description: 'The stream; the schema is of the data of one event',
  content: { 'text/event-stream': { schema: StoredEvent } },
};

/** `GET /events`: what happens, live. */
const routes: FastifyPluginAsyncTypebox<{ store: Store; feed: EventFeed }> = async (app, { store, feed }) => {
  const broadcast = new Broadcast(feed);
  const readers = new Readers(store.events, broadcast, (err) => app.log.warn({ err }, 'event readers'));
  // Before the server waits for its connections to end: these would not.
  app.addHook('preClose', () => {
    readers.close();
    broadcast.close();
  });

  app.get(
    '/events',
    {
      config: { access: LEVELS, errors: [CUSTOMER_NOT_FOUND, WRONG_TYPE] },
      schema: {
        ...{ tags: ['Live'], summary: 'Follow the events', description: STREAM },
        ...{ querystring: Query, headers: Headers, response: { 200: Stream } },
      },
    },
    async (request, reply) => {
      const { caller, query, headers } = request;
      const types = chosenTypes(query);
      const scope = await scopeOf(store, caller, query);
      readers.guard(caller);
      reply.hijack();
      const reader = new Reader(reply.raw, reply.getHeaders(), { scope, phone: query.phone?.toLowerCase(), types });
      readers.add(reader, {
        ...{ token: caller._id, customer: query.customer, after: headers['last-event-id'] ?? query.lastEventId },
        authorise: authorising(store, request, query),
      });
    },
  );
};

export default routes;

/**
 * What a caller may be told of now.
 * @throws ApiError when that is nothing
 */
async function scopeOf({ directory }: Store, caller: Token, { customer }: Static<typeof Query>): Promise<Scope> {
  const own = caller.customer === undefined ? undefined : await directory.customer(caller.customer);
  if (caller.level !== 'ADMIN' && own?.active === false) throw apiError('access_denied');
  return chooseScope(caller, customer, directory);
}

/** Looks at the rights again of one who made a request. */
function authorising(store: Store, { headers }: FastifyRequest, query: Static<typeof Query>) {
  const text = bearer(headers) ?? '';
  return async () => {
    const caller = await store.tokens.find(text);
    if (caller === undefined) return undefined;
    return scopeOf(store, caller, query).catch((error) => {
      if (error instanceof ApiError) return undefined;
      throw error;
    });
  };
}
