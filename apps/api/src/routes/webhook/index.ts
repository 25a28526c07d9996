import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import {
  CUSTOMER_NOT_FOUND,
  checkWebhook,
  type Store,
  type Token,
  WEBHOOK_ERRORS,
  WEBHOOKS_FULL,
  type Webhook,
  WebhookBody,
} from '@ringfence/store';
import { Type } from 'typebox';
import { chooseCustomer, EDITORS, READERS } from '../../access.js';
import type { WebhookTargets } from '../../background/webhooks/targets.js';
import { violationError } from '../../errors.js';
import { created, IdParams, pageAnswer, pageQuery, pathId, Removed } from '../../schemas.js';
import { asksForAll, chooseScope, isInScope, type Scope, scopeQuery } from '../../scope.js';
import dead from './dead.js';
import { guardWebhook } from './guard.js';

const WEBHOOK = `Events are sent as they happen, each as a POST whose body is the event as \`GET /events\` tells it, signed as
Standard Webhooks has it: \`webhook-id\`, \`webhook-timestamp\`, \`webhook-signature\`. Any 2xx within 10 seconds takes it; the
events of a webhook are sent one after the other in their order. What is not taken is tried 10 times, after pauses that grow
from a second to five minutes (longer if \`Retry-After\` says so), and then given up: see \`/webhook/:id/dead\`. An event may come
twice, with the same \`webhook-id\`. 410 makes the webhook inactive. Redirections are not followed.`;

const { url, types, secret } = WebhookBody.properties;
const time = (description: string) => Type.String({ description, examples: ['2030-01-01T00:00:00.000Z'] });
const count = (description: string) => Type.Integer({ description });

const shown = {
  _id: Type.String({ description: 'Unique id', examples: ['65f0a1b2c3d4e5f601234567'] }),
  customer: Type.Optional(Type.String({ description: 'Id of the customer whose events are sent' })),
  reseller: Type.Optional(Type.String({ description: "Id of the reseller whose customers' events are sent" })),
  ...{ url, types },
  active: Type.Boolean({ description: 'Whether events are sent' }),
  created: time('When it was made'),
  changed: time('When it was last changed'),
  status: Type.Object(
    {
      queued: count('How many events wait'),
      dead: count('How many events that were given up are kept'),
      failures: count('How often in a row it has failed'),
      error: Type.Optional(Type.String({ description: 'Why it failed last', examples: ['answered 500'] })),
      deliveredAt: Type.Optional(time('When an event was last taken')),
    },
    { description: 'How it goes' },
  ),
};
const withSecret = { ...shown, secret };
const Shown = Type.Object(shown, { description: 'A webhook' });
const Changed = Type.Object(withSecret, { description: 'The changed webhook; a secret that was made anew is told' });
const List = Type.Object({ ...pageAnswer, webhooks: Type.Array(Type.Object(shown)) }, { description: 'The webhooks' });
const Query = Type.Object({ ...pageQuery, ...scopeQuery }, { additionalProperties: false });

/** `/webhook`: where events are sent as they happen. */
const routes: FastifyPluginAsyncTypebox<{ store: Store; targets: WebhookTargets }> = async (app, parts) => {
  const { store, targets } = parts;
  const isAllowed = (url: string) => targets.allows(url);
  const tags = ['Webhooks'];
  const reading = { config: { access: READERS } };
  const writing = { config: { access: EDITORS, errors: [CUSTOMER_NOT_FOUND, ...WEBHOOK_ERRORS, WEBHOOKS_FULL] } };

  app.get(
    '/webhook',
    {
      config: { access: READERS, errors: [CUSTOMER_NOT_FOUND] },
      schema: {
        ...{ tags, summary: 'List webhooks', description: WEBHOOK },
        ...{ querystring: Query, response: { 200: List } },
      },
    },
    async ({ caller, query }) => {
      const { offset, limit } = query;
      const scope = await chooseScope(caller, query.customer, store.directory);
      const all = (await store.webhooks.list()).filter((webhook) =>
        isShown(webhook, scope, asksForAll(caller, query.customer) ? caller.reseller : undefined),
      );
      const page = all.slice(offset, offset + limit);
      return { offset, limit, total: all.length, webhooks: await Promise.all(page.map((one) => show(store, one))) };
    },
  );

  app.post(
    '/webhook',
    {
      ...writing,
      schema: {
        ...{ tags, summary: 'Create a webhook', description: WEBHOOK },
        ...{ body: WebhookBody, response: { 201: created(withSecret) } },
      },
    },
    async ({ caller, body }, reply) => {
      const owner = await ownerOfNew(caller, body.customer, store);
      const checked = checkWebhook(body, undefined, isAllowed);
      const violations = 'violations' in checked ? checked.violations : [];
      if (owner === undefined) throw violationError([CUSTOMER_NOT_FOUND, ...violations]);
      if ('violations' in checked) throw violationError(violations);
      const { settings, secret = '' } = checked;
      const webhook = await store.webhooks.add(owner, settings, secret);
      if (webhook === undefined) throw violationError([WEBHOOKS_FULL]);
      const answer = { ...(await show(store, webhook)), secret };
      return reply.code(201).header('location', `/webhook/${webhook._id}`).send(answer);
    },
  );

  app.get(
    '/webhook/:id',
    {
      ...reading,
      schema: {
        ...{ tags, summary: 'Read a webhook', description: WEBHOOK },
        ...{ params: IdParams, response: { 200: Shown } },
      },
    },
    async ({ caller, params }) => show(store, await guardWebhook(store, caller, pathId(params))),
  );

  app.put(
    '/webhook/:id',
    {
      ...writing,
      schema: {
        ...{ tags, summary: 'Change a webhook', description: CHANGE },
        ...{ params: IdParams, body: Type.Partial(WebhookBody), response: { 200: Changed } },
      },
    },
    async ({ caller, params, body }) => {
      const before = await guardWebhook(store, caller, pathId(params));
      const { customer = before.customer, ...json } = body;
      if (String(customer).toLowerCase() !== String(before.customer)) throw violationError([OTHER_CUSTOMER]);
      const checked = checkWebhook(json, before, isAllowed);
      if ('violations' in checked) throw violationError(checked.violations);
      const { settings, secret } = checked;
      const after = await show(store, await store.webhooks.change(before, settings, secret));
      return secret === undefined || secret === body.secret ? after : { ...after, secret };
    },
  );

  app.delete(
    '/webhook/:id',
    {
      config: { access: EDITORS },
      schema: {
        ...{
          tags,
          summary: 'Remove a webhook',
          description: 'What waits for it, and what was given up, is forgotten.',
        },
        ...{ params: IdParams, response: { 200: Removed } },
      },
    },
    async ({ caller, params }) => {
      await store.webhooks.remove(await guardWebhook(store, caller, pathId(params)));
      return { success: true } as const;
    },
  );

  await app.register(dead, { store });
};

export default routes;

const CHANGE = `Any property may be sent alone; \`null\` takes its value away, and makes another secret. What waits for another
attempt is sent at once.`;

const OTHER_CUSTOMER = { code: 422, message: 'customer', description: 'Customer cannot be changed' } as const;

/**
 * Whose events a new webhook is sent; undefined when there is no such customer.
 * @throws ApiError `access_denied`
 */
async function ownerOfNew(
  caller: Token,
  named: unknown,
  { directory }: Store,
): Promise<Pick<Webhook, 'customer' | 'reseller'> | undefined> {
  const { level, reseller } = caller;
  if ((named ?? caller.customer) === undefined) {
    if (level === 'ADMIN') return {};
    return level === 'RESELLER' && reseller !== undefined ? { reseller } : undefined;
  }
  const id = await chooseCustomer(caller, named, directory);
  const customer = id === undefined ? undefined : await directory.customer(id);
  return customer && { customer: customer._id };
}

/** Whether a list has a webhook: one of the customers that are asked for, or of the reseller who asks for all of them. */
function isShown({ customer, reseller }: Webhook, scope: Scope, ownReseller: string | undefined): boolean {
  if (customer !== undefined || scope === 'all') return isInScope(scope, customer);
  return reseller !== undefined && reseller === ownReseller;
}

async function show({ deliveries }: Store, { created, changed, ...webhook }: Webhook) {
  const { deliveredAt, ...status } = await deliveries.status(webhook._id);
  return {
    ...webhook,
    ...{ created: new Date(created).toISOString(), changed: new Date(changed).toISOString() },
    status: { ...status, ...(deliveredAt === undefined ? {} : { deliveredAt: new Date(deliveredAt).toISOString() }) },
  };
}
