import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { StoredEvent } from '@ringfence/store';
import { Type } from 'typebox';
import { READERS } from '../../../access.js';
import { chosenTypes, historyQuery, WRONG_TYPE } from '../../../event-query.js';
import { IdParams, pathId } from '../../../schemas.js';
import { CHANGES, findFlapping } from './flapping.js';
import { guardPhone, type PhoneParts } from './phone.js';

const HISTORY = `What happened to the phone: its last 100 registrations and their ends, refused requests, calls, and changes, for 30
days. A registration that is only refreshed is not told again; one that goes on from another address is told as
\`phone.moved\`. \`flapping\` says that it goes on and off, or from address to address, again and again.`;

/** Changes that are looked at, to find out whether a phone is flapping. */
const CHANGES_MAX = 100;

const Query = Type.Object(historyQuery, { additionalProperties: false });
const Flapping = Type.Object(
  {
    since: Type.Integer({ description: 'When it began, in milliseconds since 1970', examples: [1_893_456_000_000] }),
    changes: Type.Integer({ description: 'How often it has changed since then', examples: [7] }),
  },
  { description: 'That the phone does not stay online, or where it is' },
);
const History = Type.Object(
  {
    events: Type.Array(StoredEvent, { description: 'What happened, the newest first' }),
    flapping: Type.Union([Flapping, Type.Null()], { description: '`null` when the phone is steady' }),
  },
  { description: 'What happened to the phone' },
);

/** `GET /pbx/sipphone/:id/history`: what happened to a phone. */
const routes: FastifyPluginAsyncTypebox<PhoneParts> = async (app, parts) => {
  const { store } = parts;
  app.get(
    '/pbx/sipphone/:id/history',
    {
      config: { access: READERS, errors: [WRONG_TYPE] },
      schema: {
        ...{ tags: ['SIP phones'], summary: 'Read the history of a phone', description: HISTORY },
        ...{ params: IdParams, querystring: Query, response: { 200: History } },
      },
    },
    async ({ caller, params, query }) => {
      const { _id, customer } = await guardPhone(parts, caller, await store.phones.get(pathId(params)));
      // A phone may have been another customer's.
      const isWanted = (event: StoredEvent) => event.customer === customer;
      const { limit, before } = query;
      const [events, changes] = await Promise.all([
        store.history.read(_id, { types: chosenTypes(query), isWanted, limit, before }),
        store.history.read(_id, { types: CHANGES, isWanted, limit: CHANGES_MAX }),
      ]);
      return { events, flapping: findFlapping(changes, store.now()) };
    },
  );
};

export default routes;
