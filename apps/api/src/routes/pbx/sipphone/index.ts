import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { checkPhone, Phone } from '@ringfence/phone';
import { PhoneConflict, type Store } from '@ringfence/store';
import { Type } from 'typebox';
import { chooseCustomer, EDITORS, guardPurchase, maySeeCustomer, READERS, showPhone } from '../../../access.js';
import { apiError, violationError } from '../../../errors.js';
import { IdParams, pathId } from '../../../schemas.js';
import { storeLookups } from './lookups.js';

/** Any object: {@link checkPhone} finds everything that is wrong with it. */
const Body = Type.Object({}, { additionalProperties: true });

/** `POST /pbx/sipphone` and `GET /pbx/sipphone/:id`. */
const routes: FastifyPluginAsyncTypebox<{ store: Store }> = async (app, { store }) => {
  app.post(
    '/pbx/sipphone',
    { config: { access: EDITORS }, schema: { body: Body, response: { 201: Phone } } },
    async ({ caller, body }, reply) => {
      guardPurchase(caller, body);
      const named = (body as { customer?: unknown }).customer;
      const phone = await createPhone(body, await chooseCustomer(caller, named, store.directory), store);
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

/** Times that a create is checked anew because another one was faster. */
const ATTEMPTS = 5;

/**
 * Checks and stores a phone. Whatever another create took between the check and the write, the next check tells of.
 * @throws ApiError with everything that is wrong
 */
async function createPhone(body: object, customer: string | undefined, store: Store): Promise<Phone> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const checked = await checkPhone(body, customer, storeLookups(store));
    if ('violations' in checked) throw violationError(checked.violations);
    try {
      return await store.phones.create(checked.phone);
    } catch (error) {
      if (!(error instanceof PhoneConflict)) throw error;
    }
  }
  throw apiError('unavailable');
}
