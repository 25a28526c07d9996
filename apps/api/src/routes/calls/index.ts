import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Call, CUSTOMER_NOT_FOUND, ID, type Store } from '@ringfence/store';
import { Type } from 'typebox';
import { READERS } from '../../access.js';
import { chooseScope, scopeQuery } from '../../scope.js';

const id = (description: string) => Type.String({ ...ID, description });
const text = (description: string, example: string) => Type.String({ description, examples: [example] });
const time = (description: string) => Type.Integer({ description, examples: [1_893_456_000_000] });

/** A call as it is shown. */
const Shown = Type.Object({
  id: text('Unique id, which the events of the call have too', '2f1d0c6a'),
  customer: id('Id of the customer'),
  state: Type.Unsafe<Call['state']>(
    Type.String({ enum: ['ringing', 'answered'], description: 'Whether it was answered' }),
  ),
  startedAt: time('When it began, in milliseconds since 1970'),
  answeredAt: Type.Optional(time('When it was answered, in milliseconds since 1970')),
  caller: Type.Object({
    phone: Type.Optional(id('Id of the phone that calls; absent when the call comes from a PBX cluster')),
    extension: Type.Optional(id('Id of its extension')),
    number: text('Number of who calls', '100'),
    name: text('Name of who calls; may be empty', 'Reception'),
  }),
  callee: Type.Object({
    extension: Type.Optional(id('Id of the extension that is called; absent when the call goes to a PBX cluster')),
    number: text('Number of the extension, or what was dialled', '101'),
    name: text('Name of who is called; may be empty', 'Sales'),
    phones: Type.Array(id('Id of a phone'), { description: 'Ids of the phones that ring or rang' }),
    answeredBy: Type.Optional(id('Id of the phone that picked up')),
  }),
  edge: text('Which edge carries it', 'edge-1'),
});

const Query = Type.Object(
  {
    ...scopeQuery,
    phone: Type.Optional(
      Type.String({ ...ID, description: 'Only calls that this phone makes, rings for or picked up' }),
    ),
  },
  { additionalProperties: false },
);

/** Calls that are told of at most. */
const SHOWN = 500;

const Calls = Type.Object(
  {
    total: Type.Integer({ description: 'How many calls there are' }),
    calls: Type.Array(Shown, { description: `The newest ${SHOWN} of them` }),
  },
  { description: 'The calls in progress, the newest first' },
);

/** `GET /calls`: the calls in progress. */
const routes: FastifyPluginAsyncTypebox<{ store: Store }> = async (app, { store }) => {
  app.get(
    '/calls',
    {
      config: { access: READERS, errors: [CUSTOMER_NOT_FOUND] },
      schema: {
        ...{ tags: ['Live'], summary: 'List calls', description: 'The calls that ring or are going on.' },
        ...{ querystring: Query, response: { 200: Calls } },
      },
    },
    async ({ caller, query: { customer, phone } }) => {
      const scope = await chooseScope(caller, customer, store.directory);
      const all = await store.calls.list(scope === 'all' ? undefined : scope);
      const calls = phone === undefined ? all : all.filter((call) => concerns(call, phone.toLowerCase()));
      return { total: calls.length, calls: calls.slice(0, SHOWN) };
    },
  );
};

export default routes;

function concerns({ caller, callee }: Call, phone: string): boolean {
  return caller.phone === phone || callee.answeredBy === phone || callee.phones.includes(phone);
}
