import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import {
  ACCESS_LEVELS,
  type AccessLevel,
  AUDITED,
  type AuditEntry,
  type Audited,
  type Changes,
  type Store,
  type Token,
} from '@ringfence/store';
import { Type } from 'typebox';
import { chooseCustomer, EDITORS, mayBuy } from '../../access.js';
import { asksForAll, chooseScope, scopeQuery } from '../../scope.js';

const LIST = `Who changed what: every change that was made through the API, in the order in which they were made, the newest
first. Passwords and tokens are left out, and long values cut. It is kept of the last 100,000 changes. What belongs to no customer
(tokens, models, products) is for ADMIN.`;

const text = (description: string, ...examples: string[]) => Type.String({ description, examples });

const By = Type.Object(
  {
    _id: Type.Optional(text('Id of the token', '65f0a1b2c3d4e5f601234567')),
    name: text('Name of the token; `system` when there was none', 'billing'),
    level: Type.Optional(Type.Unsafe<AccessLevel>(Type.String({ enum: [...ACCESS_LEVELS], description: 'Its level' }))),
  },
  { description: 'Who made it' },
);

const value = (description: string) => Type.Optional(Type.Unknown({ description, examples: ['OPEN'] }));
const Change = Type.Object({ before: value('What it was'), after: value('What it is') });

/** An entry as it is shown. */
const Shown = Type.Object({
  _id: text('Unique id, by which entries are in their order', '1893456000000-0'),
  at: text('When the change was made, ISO 8601', '2030-01-01T00:00:00.000Z'),
  by: By,
  address: Type.Optional(text('The address that the request came from', '203.0.113.9')),
  method: Type.Optional(text('Method of the request', 'PUT')),
  path: Type.Optional(text('Path of the request', '/pbx/sipphone/65f0a1b2c3d4e5f601234567')),
  object: Type.Unsafe<Audited>(Type.String({ enum: [...AUDITED], description: 'What kind of thing was changed' })),
  id: text('Its id', '65f0a1b2c3d4e5f601234567'),
  customer: Type.Optional(text('Id of its customer', '65f0a1b2c3d4e5f601234568')),
  changes: Type.Unsafe<Changes>(
    Type.Record(Type.String(), Change, {
      description: 'The properties that were changed; none when a phone was told something',
    }),
  ),
});

const Query = Type.Object(
  {
    ...scopeQuery,
    limit: Type.Integer({ minimum: 1, maximum: 500, default: 50, description: 'How many entries to answer with' }),
    before: Type.Optional(
      Type.String({
        ...{ pattern: '^[0-9]{1,15}-[0-9]{1,15}$', description: 'Id of an entry: only those before it' },
        examples: ['1893456000000-0'],
      }),
    ),
    object: Type.Optional(
      Type.String({
        maxLength: 64,
        description: 'Only what was done to this kind of thing, or to the thing of this id',
      }),
    ),
    by: Type.Optional(Type.String({ maxLength: 64, description: 'Only what was done with the token of this id' })),
  },
  { additionalProperties: false },
);
const List = Type.Object({ entries: Type.Array(Shown) }, { description: 'The entries' });

/** `GET /audit`: who changed what. */
const routes: FastifyPluginAsyncTypebox<{ store: Store }> = async (app, { store }) => {
  app.get(
    '/audit',
    {
      config: { access: EDITORS },
      schema: {
        ...{ tags: ['Audit'], summary: 'List changes', description: LIST },
        ...{ querystring: Query, response: { 200: List } },
      },
    },
    async ({ caller, query }) => {
      const customers = await customersOf(caller, query.customer, store);
      const entries = await store.audit.list({ ...query, customers });
      return { entries: entries.map((entry) => show(caller, entry, customers)) };
    },
  );
};

export default routes;

/** The customers whose trail a caller reads; undefined for all there is. A customer that is gone has left its trail. */
async function customersOf(caller: Token, named: string | undefined, { directory }: Store) {
  if (named === undefined || asksForAll(caller, named)) {
    const scope = await chooseScope(caller, named, directory);
    return scope === 'all' ? undefined : [...scope];
  }
  const id = await chooseCustomer(caller, named, directory);
  return id === undefined ? [] : [id];
}

function show(caller: Token, { at, ...entry }: AuditEntry, customers: readonly string[] | undefined) {
  const { purchaseInfo, ...changes } = entry.changes;
  const shown = { ...changes, ...(purchaseInfo && mayBuy(caller) ? { purchaseInfo } : {}) };
  const time = new Date(at).toISOString();
  const { customer, ...rest } = entry;
  // What went to a customer that the caller doesn't look after is its own business from then on.
  const isGone = customer !== undefined && customers?.includes(customer) === false;
  if (isGone) return { ...rest, at: time, changes: { customer: { before: changes.customer?.before } } };
  return { ...entry, at: time, changes: shown };
}
