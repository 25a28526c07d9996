import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CUSTOMER_NOT_FOUND, type Store, type Token, TokenBody } from '@ringfence/store';
import { Type } from 'typebox';
import { ADMINS } from '../../access.js';
import { apiError, violationError } from '../../errors.js';
import { IdParams, pageAnswer, pageQuery, pathId, Removed } from '../../schemas.js';
import self from './self.js';

const { expires, ...described } = TokenBody.properties;
const time = (description: string) => Type.String({ description, examples: ['2030-01-01T00:00:00.000Z'] });

/** A token as it is shown; its text is not kept. */
const shown = {
  _id: Type.String({ description: 'Unique id' }),
  ...described,
  created: time('When it was made'),
  expires: Type.Optional(time('When it stops working; never, when absent')),
  lastUsed: Type.Optional(time('When it was last used, to the minute')),
};
const Shown = Type.Object(shown);
const Created = Type.Object(
  { ...shown, token: Type.String({ description: 'The text that opens it, told this once' }) },
  { description: 'What was created' },
);
const Query = Type.Object(pageQuery, { additionalProperties: false });
const List = Type.Object({ ...pageAnswer, tokens: Type.Array(Shown) }, { description: 'The tokens' });

/** `/token`: the keys of the API, for ADMIN. */
const routes: FastifyPluginAsyncTypebox<{ store: Store }> = async (app, { store }) => {
  const { tokens } = store;
  const config = { access: ADMINS };
  const tags = ['Tokens'];

  app.get(
    '/token',
    {
      config,
      schema: {
        ...{ tags, summary: 'List tokens', description: 'The tokens that have not expired, the oldest first.' },
        ...{ querystring: Query, response: { 200: List } },
      },
    },
    async ({ query }) => {
      const { total, entries } = await tokens.list(query);
      return { offset: query.offset, limit: query.limit, total, tokens: entries.map(show) };
    },
  );

  app.post(
    '/token',
    {
      config: { ...config, errors: ERRORS },
      schema: {
        ...{ tags, summary: 'Create a token', description: 'The text that opens it is told in this answer only.' },
        ...{ body: TokenBody, response: { 201: Created } },
      },
    },
    async ({ body }, reply) => {
      const added = await tokens.add(body);
      if ('violations' in added) throw violationError(added.violations);
      const { text, ...token } = added.token;
      return reply.code(201).send({ ...show(token), token: text });
    },
  );

  app.delete(
    '/token/:id',
    {
      config,
      schema: {
        ...{ tags, summary: 'Revoke a token', description: 'It opens nothing from the next request on.' },
        ...{ params: IdParams, response: { 200: Removed } },
      },
    },
    async ({ params }) => {
      if (!(await tokens.revoke(pathId(params)))) throw apiError('not_found');
      return { success: true } as const;
    },
  );

  await app.register(self, { store });
};

export default routes;

const ERRORS = [
  { code: 422, message: 'level', description: 'Level is missing' },
  { code: 422, message: 'name', description: 'Name is missing' },
  { code: 422, message: 'customer', description: 'Customer is missing' },
  { code: 422, message: 'reseller', description: 'Reseller is missing' },
  CUSTOMER_NOT_FOUND,
] as const;

function show({ created, expires, lastUsed, ...token }: Token) {
  return {
    ...token,
    created: new Date(created).toISOString(),
    ...(expires === undefined ? {} : { expires: new Date(expires).toISOString() }),
    ...(lastUsed === undefined ? {} : { lastUsed: new Date(lastUsed).toISOString() }),
  };
}
