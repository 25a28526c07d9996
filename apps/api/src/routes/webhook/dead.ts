import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type DeadDelivery, type Store, StoredEvent } from '@ringfence/store';
import { Type } from 'typebox';
import { EDITORS, READERS } from '../../access.js';
import { apiError } from '../../errors.js';
import { IdParams, pageAnswer, pageQuery, pathId, Removed } from '../../schemas.js';
import { guardWebhook } from './guard.js';

const Shown = Type.Object({
  _id: Type.String({ description: 'Unique id among those of the webhook', examples: ['1893456000000-0'] }),
  event: Type.Object(StoredEvent.properties, { description: 'The event' }),
  attempts: Type.Integer({ description: 'How often it was tried' }),
  reason: Type.String({ description: 'Why the last attempt failed', examples: ['answered 500'] }),
  at: Type.String({ description: 'When it was given up', examples: ['2030-01-01T00:00:00.000Z'] }),
});
const List = Type.Object({ ...pageAnswer, dead: Type.Array(Shown) }, { description: 'What was given up' });
const Query = Type.Object(pageQuery, { additionalProperties: false });
const DeadParams = Type.Object({
  ...IdParams.properties,
  delivery: Type.String({ description: 'Id of what was given up' }),
});
const Forgotten = Type.Object(
  { forgotten: Type.Integer({ description: 'How many events were forgotten' }) },
  { description: 'They are forgotten' },
);

/** `/webhook/:id/dead`: the events that a webhook did not take. */
const routes: FastifyPluginAsyncTypebox<{ store: Store }> = async (app, { store }) => {
  const { deliveries } = store;
  const tags = ['Webhooks'];
  const editing = { config: { access: EDITORS } };

  app.get(
    '/webhook/:id/dead',
    {
      config: { access: READERS },
      schema: {
        ...{
          tags,
          summary: 'List dead deliveries',
          description: 'The last 1,000 events that were given up, the newest first.',
        },
        ...{ params: IdParams, querystring: Query, response: { 200: List } },
      },
    },
    async ({ caller, params, query }) => {
      const { _id } = await guardWebhook(store, caller, pathId(params));
      const { total, entries } = await deliveries.dead(_id, query);
      return { offset: query.offset, limit: query.limit, total, dead: entries.map(show) };
    },
  );

  app.delete(
    '/webhook/:id/dead',
    {
      ...editing,
      schema: {
        ...{ tags, summary: 'Forget all dead deliveries', description: 'None of them is sent any more.' },
        ...{ params: IdParams, response: { 200: Forgotten } },
      },
    },
    async ({ caller, params }) => {
      const { _id } = await guardWebhook(store, caller, pathId(params));
      return { forgotten: await deliveries.forgetAll(_id) };
    },
  );

  app.post(
    '/webhook/:id/dead/:delivery',
    {
      ...editing,
      schema: {
        ...{ tags, summary: 'Send a dead delivery again', description: 'It is sent after what waits already.' },
        ...{
          params: DeadParams,
          response: { 200: Type.Object(Removed.properties, { description: 'It waits again' }) },
        },
      },
    },
    async ({ caller, params }) => {
      const { _id } = await guardWebhook(store, caller, pathId(params));
      if (!(await deliveries.resend(_id, deliveryId(params)))) throw apiError('not_found');
      return { success: true } as const;
    },
  );

  app.delete(
    '/webhook/:id/dead/:delivery',
    {
      ...editing,
      schema: {
        ...{ tags, summary: 'Forget a dead delivery', description: 'It is not sent any more.' },
        ...{ params: DeadParams, response: { 200: Removed } },
      },
    },
    async ({ caller, params }) => {
      const { _id } = await guardWebhook(store, caller, pathId(params));
      if (!(await deliveries.forget(_id, deliveryId(params)))) throw apiError('not_found');
      return { success: true } as const;
    },
  );
};

export default routes;

/**
 * The id in a path of what was given up.
 * @throws ApiError `not_found` when it can't be one
 */
function deliveryId({ delivery }: { delivery: string }): string {
  if (!/^\d{1,15}-\d{1,15}$/.test(delivery)) throw apiError('not_found');
  return delivery;
}

function show({ id, event, attempts, reason, at }: DeadDelivery) {
  return { _id: id, event, attempts, reason, at: new Date(at).toISOString() };
}
