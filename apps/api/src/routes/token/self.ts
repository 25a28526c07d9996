import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Store, TokenBody } from '@ringfence/store';
import { Type } from 'typebox';

const { level, customer, reseller, name } = TokenBody.properties;

const Self = Type.Object(
  {
    ...{ level, customer },
    customerName: Type.Optional(Type.String({ description: 'Name of that customer', examples: ['Acme'] })),
    ...{ reseller, name },
  },
  { description: 'What the token is' },
);

/** `GET /token/self`: what a token is, for whoever has it. */
const routes: FastifyPluginAsyncTypebox<{ store: Store }> = async (app, { store }) => {
  app.get(
    '/token/self',
    {
      schema: {
        ...{ tags: ['Tokens'], summary: 'Read the own token', description: 'Tells what the token of the request is.' },
        response: { 200: Self },
      },
    },
    async ({ caller: { level, customer, reseller, name } }) => {
      const owner = customer === undefined ? undefined : await store.directory.customer(customer);
      return {
        ...{ level, name },
        ...(customer === undefined ? {} : { customer }),
        ...(owner === undefined ? {} : { customerName: owner.name }),
        ...(reseller === undefined ? {} : { reseller }),
      };
    },
  );
};

export default routes;
