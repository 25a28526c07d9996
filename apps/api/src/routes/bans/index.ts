import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Ban, Store, Token } from '@ringfence/store';
import { Type } from 'typebox';
import { EDITORS, maySeeCustomer, READERS } from '../../access.js';
import { apiError } from '../../errors.js';
import { IdParams, pageAnswer, pageQuery, pathId, Removed } from '../../schemas.js';

const LIST = `Who may not use SIP for a time, because of wrong passwords, unknown users or challenges that were never answered:
a user at an address, or everybody at an address. The newest first. Bans of users that no phone of your customers has are for
ADMIN.`;

const time = (description: string) => Type.String({ description, examples: ['2030-01-01T00:00:00.000Z'] });
const filters = {
  address: Type.Optional(Type.String({ maxLength: 64, description: 'Only bans of this address' })),
  username: Type.Optional(Type.String({ maxLength: 64, description: 'Only bans of this SIP username' })),
};

/** A ban as it is shown. */
const Shown = Type.Object({
  _id: Type.String({ description: 'Unique id', examples: ['65f0a1b2c3d4e5f601234567'] }),
  address: Type.String({ description: 'The IP address', examples: ['203.0.113.9'] }),
  username: Type.Optional(Type.String({ description: 'The SIP username; everybody at the address when absent' })),
  reason: Type.Unsafe<Ban['reason']>(
    Type.String({ enum: ['wrong_passwords', 'unknown_users', 'unanswered_challenges'], description: 'Why' }),
  ),
  since: time('When it began'),
  until: time('When it ends by itself'),
  phone: Type.Optional(Type.String({ description: 'Id of the phone that has the username' })),
  customer: Type.Optional(Type.String({ description: 'Id of its customer' })),
});

const Query = Type.Object({ ...pageQuery, ...filters }, { additionalProperties: false });
const Filter = Type.Object(filters, { additionalProperties: false });
const List = Type.Object({ ...pageAnswer, bans: Type.Array(Shown) }, { description: 'The bans' });
const Lifted = Type.Object(
  { lifted: Type.Integer({ description: 'How many bans were lifted' }) },
  { description: 'They are lifted' },
);

/** `/bans`: who is kept out of SIP for a time. */
const routes: FastifyPluginAsyncTypebox<{ store: Store }> = async (app, { store }) => {
  const tags = ['Bans'];

  app.get(
    '/bans',
    {
      config: { access: READERS },
      schema: {
        ...{ tags, summary: 'List bans', description: LIST },
        ...{ querystring: Query, response: { 200: List } },
      },
    },
    async ({ caller, query }) => {
      const { offset, limit } = query;
      const bans = await visible(store, caller, query);
      return { offset, limit, total: bans.length, bans: bans.slice(offset, offset + limit).map(show) };
    },
  );

  app.delete(
    '/bans',
    {
      config: { access: EDITORS },
      schema: {
        ...{ tags, summary: 'Lift bans', description: 'Lifts all bans that the list shows with the same filters.' },
        ...{ querystring: Filter, response: { 200: Lifted } },
      },
    },
    async ({ caller, query }) => {
      const bans = await visible(store, caller, query);
      for (const ban of bans) await store.bans.lift(ban);
      return { lifted: bans.length };
    },
  );

  app.delete(
    '/bans/:id',
    {
      config: { access: EDITORS },
      schema: {
        ...{ tags, summary: 'Lift a ban', description: 'What was counted until then is forgotten.' },
        ...{ params: IdParams, response: { 200: Removed } },
      },
    },
    async ({ caller, params }) => {
      const ban = await store.bans.get(pathId(params));
      if (ban === undefined || !(await maySeeBan(store, caller, ban))) throw apiError('not_found');
      await store.bans.lift(ban);
      return { success: true } as const;
    },
  );
};

export default routes;

/** The bans that a caller may know about and that pass a filter. */
async function visible(
  store: Store,
  caller: Token,
  { address, username }: { address?: string; username?: string },
): Promise<Ban[]> {
  const bans = (await store.bans.list()).filter(
    (ban) =>
      (address === undefined || ban.address === address) && (username === undefined || ban.username === username),
  );
  const seen = await Promise.all(bans.map((ban) => maySeeBan(store, caller, ban)));
  return bans.filter((_, at) => seen[at]);
}

async function maySeeBan({ directory }: Store, caller: Token, { customer }: Ban): Promise<boolean> {
  return caller.level === 'ADMIN' || (customer !== undefined && maySeeCustomer(caller, customer, directory));
}

function show({ id, since, until, username, phone, customer, ...ban }: Ban) {
  const whose = { ...(username && { username }), ...(phone && { phone }), ...(customer && { customer }) };
  return { _id: id, ...ban, ...whose, since: new Date(since).toISOString(), until: new Date(until).toISOString() };
}
