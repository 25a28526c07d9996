import { createHash } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Binding } from '@ringfence/store';
import { Type } from 'typebox';
import { EDITORS, READERS } from '../../../access.js';
import { apiError } from '../../../errors.js';
import { IdParams, pathId, Removed } from '../../../schemas.js';
import { guardPhone, type PhoneParts } from './phone.js';

const text = (description: string, example: string) => Type.String({ description, examples: [example] });

/** A binding as it is shown. */
const Shown = Type.Object({
  _id: text('Unique id among those of the phone', '5f2a9c1b7d3e4f60'),
  contact: text('The contact URI as the phone wrote it', 'sip:k3v9q0x7@192.168.1.10:5060'),
  expires: Type.Number({ description: 'Whole seconds until it runs out', examples: [2543] }),
  q: Type.Optional(Type.Number({ description: 'Its preference, 0 to 1', examples: [1] })),
  protocol: text('The transport it came over', 'udp'),
  publicIpAddress: text('The address it came from', '203.0.113.9'),
  port: Type.Number({ description: 'The port it came from', examples: [5060] }),
  localIpAddress: Type.Optional(text("The phone's address in its own network", '192.168.1.10')),
  userAgent: Type.Optional(text('What the phone says of itself', 'snomD785/10.1.159.12')),
  registered: text('When the contact was first bound, ISO 8601', '2030-01-01T00:00:00.000Z'),
  refreshed: text('When it was last refreshed, ISO 8601', '2030-01-01T00:30:00.000Z'),
});

const Bindings = Type.Object({ bindings: Type.Array(Shown) }, { description: 'The bindings that have not run out' });
const BindingParams = Type.Object({
  ...IdParams.properties,
  binding: Type.String({ description: 'Id of the binding' }),
});

/** `/pbx/sipphone/:id/bindings`: where a phone is registered (RFC 3261 section 10). */
const routes: FastifyPluginAsyncTypebox<PhoneParts> = async (app, parts) => {
  const { store } = parts;
  const tags = ['SIP phones'];

  app.get(
    '/pbx/sipphone/:id/bindings',
    {
      config: { access: READERS },
      schema: {
        ...{ tags, summary: 'List bindings', description: 'The contacts that the phone has registered.' },
        ...{ params: IdParams, response: { 200: Bindings } },
      },
    },
    async ({ caller, params }) => {
      const { _id } = await guardPhone(parts, caller, await store.phones.get(pathId(params)));
      const now = store.now();
      return { bindings: (await store.bindings.live(_id, now)).map((binding) => show(binding, now)) };
    },
  );

  app.delete(
    '/pbx/sipphone/:id/bindings',
    {
      config: { access: EDITORS },
      schema: {
        ...{ tags, summary: 'Remove all bindings', description: 'The phone is offline until it registers again.' },
        ...{ params: IdParams, response: { 200: Removed } },
      },
    },
    async ({ caller, params }) => {
      const phone = await guardPhone(parts, caller, await store.phones.get(pathId(params)));
      await store.bindings.end(phone, () => true);
      return { success: true } as const;
    },
  );

  app.delete(
    '/pbx/sipphone/:id/bindings/:binding',
    {
      config: { access: EDITORS },
      schema: {
        ...{
          tags,
          summary: 'Remove a binding',
          description: 'Calls go to the other contacts of the phone, if it has any.',
        },
        ...{ params: BindingParams, response: { 200: Removed } },
      },
    },
    async ({ caller, params }) => {
      const phone = await guardPhone(parts, caller, await store.phones.get(pathId(params)));
      const removed = await store.bindings.end(phone, (binding) => idOf(binding) === params.binding);
      if (removed === 0) throw apiError('not_found');
      return { success: true } as const;
    },
  );
};

export default routes;

/** A binding's id: what tells it from the phone's others (RFC 5626 section 4.2), in a form that fits in a path. */
function idOf({ contact, instance, regId }: Binding): string {
  return createHash('sha256').update(`${contact} ${instance} ${regId}`).digest('hex').slice(0, 16);
}

function show(binding: Binding, now: number) {
  const { contact, expiresAt, q, protocol, address, port, localAddress, userAgent, registeredAt, updatedAt } = binding;
  return {
    ...{ _id: idOf(binding), contact, expires: Math.ceil((expiresAt - now) / 1_000), protocol },
    ...(q === undefined ? {} : { q }),
    ...{ publicIpAddress: address, port },
    ...(localAddress === undefined ? {} : { localIpAddress: localAddress }),
    ...(userAgent === undefined ? {} : { userAgent }),
    ...{ registered: new Date(registeredAt).toISOString(), refreshed: new Date(updatedAt).toISOString() },
  };
}
