import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Phone } from '@ringfence/phone';
import { createPhone, type Store } from '@ringfence/store';
import { Type } from 'typebox';
import { chooseCustomer, EDITORS, guardPurchase, maySeeCustomer, READERS, showPhone } from '../../../access.js';
import { apiError, violationError } from '../../../errors.js';
import { IdParams, pathId } from '../../../schemas.js';

/** Any object: the rules find everything that is wrong with it. */
const Body = Type.Object({}, { additionalProperties: true });

/** `POST /pbx/sipphone` and `GET /pbx/sipphone/:id`. */
const routes: FastifyPluginAsyncTypebox<{ store: Store }> = async (app, { store }) => {
  app.post(
    '/pbx/sipphone',
    { config: { access: EDITORS }, schema: { body: Body, response: { 201: Phone } } },
    async ({ caller, body }, reply) => {
      guardPurchase(caller, body);
      const named = (body as { customer?: unknown }).customer;
      const created = await createPhone(store, body, await chooseCustomer(caller, named, store.directory));
      if ('violations' in created) throw violationError(created.violations);
      const { phone } = created;
      return reply.code(201).header('location', `/pbx/sipphone/${phone._id}`).send(showPhone(caller, phone));
    },
  );

  app.get(
    '/pbx/sipphone/:id',
    { config: { access: READERS }, schema: { params: IdParams, response: { 200: Phone } } },
    async ({ caller, params }) => {
      const phone = await store.phones.get(pathId(params));
      if (phone === undefined || !(await maySeeCustomer(caller, phone.customer, store.directory))) {
        throw apiError('not_found');
      }
      return showPhone(caller, phone);
    },
  );
};

export default routes;
