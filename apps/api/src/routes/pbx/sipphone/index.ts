import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { PHONE_ERRORS, Phone, PhoneBody } from '@ringfence/phone';
import { createPhone, type Store } from '@ringfence/store';
import { chooseCustomer, EDITORS, guardPurchase, maySeeCustomer, READERS, showPhone } from '../../../access.js';
import { apiError, violationError } from '../../../errors.js';
import { created, IdParams, pathId } from '../../../schemas.js';

const CREATE = `Stores a phone and answers with it, with the username and password that were made for it. What is left out
takes the default of the phone's model. Everything that is wrong with the body is told at once.`;

const READ = 'A phone with its live status. The password is shown to those who may change phones.';

/** `POST /pbx/sipphone` and `GET /pbx/sipphone/:id`. */
const routes: FastifyPluginAsyncTypebox<{ store: Store }> = async (app, { store }) => {
  app.post(
    '/pbx/sipphone',
    {
      config: { access: EDITORS, errors: PHONE_ERRORS },
      schema: {
        ...{ tags: ['SIP phones'], summary: 'Create a phone', description: CREATE },
        ...{ body: PhoneBody, response: { 201: created(Phone.properties) } },
      },
    },
    async ({ caller, body }, reply) => {
      guardPurchase(caller, body);
      const named = (body as { customer?: unknown }).customer;
      const result = await createPhone(store, body, await chooseCustomer(caller, named, store.directory));
      if ('violations' in result) throw violationError(result.violations);
      const { phone } = result;
      return reply.code(201).header('location', `/pbx/sipphone/${phone._id}`).send(showPhone(caller, phone));
    },
  );

  app.get(
    '/pbx/sipphone/:id',
    {
      config: { access: READERS },
      schema: {
        ...{ tags: ['SIP phones'], summary: 'Read a phone', description: READ },
        ...{ params: IdParams, response: { 200: Phone } },
      },
    },
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
