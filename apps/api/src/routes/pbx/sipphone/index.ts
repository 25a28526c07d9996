import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { PHONE_ERRORS, Phone, PhoneBody } from '@ringfence/phone';
import { changePhone, createPhone, removePhone, type WrittenPhone } from '@ringfence/store';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { chooseCustomer, EDITORS, guardPurchase, READERS, showPhone } from '../../../access.js';
import { apiError, violationError } from '../../../errors.js';
import { created, IdParams, pathId, Removed } from '../../../schemas.js';
import bindings from './bindings.js';
import credentials from './credentials.js';
import history from './history.js';
import list from './list.js';
import notices from './notices.js';
import { checkVersion, guardPhone, IfMatch, type PhoneParts, versioned, versionOf } from './phone.js';

const CREATE = `Stores a phone and answers with it, with the username and password that were made for it. What is left out
takes the default of the phone's model. Everything that is wrong with the body is told at once.`;

const READ = `A phone with its live status. The password is shown to those who may change phones. The ETag names what the
phone is set to, for \`If-Match\`.`;

const CHANGE = `A merge patch (RFC 7396): any property may be sent alone, an object changes what it names, \`null\` takes a value
away. The phone as it becomes is checked as a new one is. What is changed of \`ip\` holds for the very next request of the
phone, and bindings that it refuses end at once.`;

const UNLOCK = `Makes a LOCKED phone OPEN: the next address that it successfully contacts us from is the one it is locked to.
A phone that is not LOCKED stays as it is.`;

/** `/pbx/sipphone`: the phones. */
const routes: FastifyPluginAsyncTypebox<PhoneParts> = async (app, parts) => {
  const { store, countries } = parts;
  const tags = ['SIP phones'];
  const countryOf = (address: string) => countries.country(address).country;

  app.post(
    '/pbx/sipphone',
    {
      config: { access: EDITORS, errors: PHONE_ERRORS },
      schema: {
        ...{ tags, summary: 'Create a phone', description: CREATE },
        ...{ body: PhoneBody, response: { 201: created(Phone.properties) } },
      },
    },
    async ({ caller, body }, reply) => {
      guardPurchase(caller, body);
      const named = (body as { customer?: unknown }).customer;
      const phone = phoneOf(await createPhone(store, body, await chooseCustomer(caller, named, store.directory)));
      reply.code(201).headers({ location: `/pbx/sipphone/${phone._id}`, etag: versionOf(phone) });
      return reply.send(showPhone(caller, phone));
    },
  );

  app.get(
    '/pbx/sipphone/:id',
    {
      config: { access: READERS },
      schema: {
        ...{ tags, summary: 'Read a phone', description: READ },
        ...{ params: IdParams, response: { 200: versioned(Phone.properties) } },
      },
    },
    async ({ caller, params }, reply) => {
      const phone = await guardPhone(parts, caller, await store.phones.get(pathId(params)));
      return reply.header('etag', versionOf(phone)).send(showPhone(caller, phone));
    },
  );

  const change = async (request: FastifyRequest, changeOf: (before: Phone) => object) => {
    const { caller, headers } = request;
    const id = pathId(request.params as { id: string });
    const decide = async (before: Phone) => {
      checkVersion(await guardPhone(parts, caller, before), headers['if-match']);
      const json = changeOf(before);
      const { customer = before.customer } = json as { customer?: unknown };
      return { json, customer: await chooseCustomer(caller, customer, store.directory) };
    };
    const written = await changePhone(store, id, decide, countryOf);
    if (written === undefined) throw apiError('not_found');
    return phoneOf(written);
  };

  for (const method of ['PUT', 'POST'] as const) {
    app.route({
      ...{ method, url: '/pbx/sipphone/:id' },
      config: { access: EDITORS, errors: PHONE_ERRORS },
      schema: {
        ...{ tags, summary: method === 'PUT' ? 'Change a phone' : 'Update a phone', description: CHANGE },
        ...{ params: IdParams, headers: IfMatch, body: Type.Partial(PhoneBody) },
        response: { 200: versioned(Phone.properties) },
      },
      handler: async (request, reply) => {
        guardPurchase(request.caller, request.body as object);
        const phone = await change(request, () => request.body as object);
        return reply.header('etag', versionOf(phone)).send(showPhone(request.caller, phone));
      },
    });
  }

  app.post(
    '/pbx/sipphone/:id/unlock',
    {
      config: { access: EDITORS },
      schema: {
        ...{ tags, summary: 'Unlock a phone', description: UNLOCK },
        ...{ params: IdParams, headers: IfMatch, response: { 200: versioned(Phone.properties) } },
      },
    },
    async (request, reply) => {
      const phone = await change(request, ({ ip }) => (ip.mode === 'LOCKED' ? { ip: { mode: 'OPEN' } } : {}));
      return reply.header('etag', versionOf(phone)).send(showPhone(request.caller, phone));
    },
  );

  app.delete(
    '/pbx/sipphone/:id',
    {
      config: {
        access: EDITORS,
        errors: [{ code: 409, message: 'in_use', description: 'Phone is on a softkey of another phone' }],
      },
      schema: {
        ...{
          tags,
          summary: 'Remove a phone',
          description: 'Its registrations end and its credentials open nothing any more.',
        },
        ...{ params: IdParams, headers: IfMatch, response: { 200: Removed } },
      },
    },
    async ({ caller, params, headers }) => {
      await removePhone(store, pathId(params), async (phone) =>
        checkVersion(await guardPhone(parts, caller, phone), headers['if-match']),
      );
      return { success: true } as const;
    },
  );

  await app.register(list, parts);
  await app.register(bindings, parts);
  await app.register(history, parts);
  await app.register(notices, parts);
  await app.register(credentials, parts);
};

export default routes;

/**
 * The phone that was written.
 * @throws ApiError with everything that is wrong
 */
function phoneOf(written: WrittenPhone): Phone {
  if ('violations' in written) throw violationError(written.violations);
  return written.phone;
}
