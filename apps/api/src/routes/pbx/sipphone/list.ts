import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type IpMode, type Model, Phone } from '@ringfence/phone';
import { CUSTOMER_NOT_FOUND, listPhones, type Store } from '@ringfence/store';
import { type Static, Type } from 'typebox';
import { chooseCustomer, READERS, showPhone } from '../../../access.js';
import { violationError } from '../../../errors.js';
import { customerQuery, filterQuery, pageAnswer, pageQuery } from '../../../schemas.js';
import type { PhoneParts } from './phone.js';

const LIST = `The phones of a customer, the oldest first. In the short form \`sipPhoneModel\` is an object that tells the brand
and the name of the model, and settings are left out. The filter looks into MAC address, \`ip.address\`, handset address,
notes and the number of the extension.`;

const Query = Type.Object(
  {
    ...pageQuery,
    limit: Type.Integer({ ...pageQuery.limit, maximum: 1_000 }),
    ...{ ...filterQuery, ...customerQuery },
    full: Type.Boolean({ default: false, description: 'Whether everything is told of each phone' }),
    available: Type.Boolean({ default: false, description: 'Only phones that are linked to no extension' }),
    online: Type.Optional(Type.Boolean({ description: 'Only phones that are online, or only those that are not' })),
    mode: Type.Optional(
      Type.Unsafe<IpMode>(
        Type.String({ enum: ['OPEN', 'LOCKED', 'ROAMING'], description: 'Only phones of this `ip.mode`' }),
      ),
    ),
  },
  { additionalProperties: false },
);

const { _id, extension, customer, macAddress, handsetIndex, handsetAddress, notes, ip, status } = Phone.properties;

/** A phone in short. */
const ShortPhone = Type.Object({
  ...{ _id, extension, customer, macAddress, handsetIndex, handsetAddress, notes, ip, status },
  sipPhoneModel: Type.Object({
    _id: Type.String({ description: 'Id of the model', examples: ['63f000000000000000010003'] }),
    brand: Type.Optional(Type.String({ description: 'Its brand', examples: ['SNOM'] })),
    brandName: Type.Optional(Type.String({ description: 'The brand as its owner writes it', examples: ['Snom'] })),
    model: Type.Optional(Type.String({ description: 'Its name', examples: ['D785'] })),
  }),
});

const List = Type.Object(
  { ...pageAnswer, sipPhones: Type.Array(Type.Union([Phone, ShortPhone])) },
  { description: 'The phones' },
);

/** `GET /pbx/sipphone`: the phones of a customer. */
const routes: FastifyPluginAsyncTypebox<PhoneParts> = async (app, { store }) => {
  app.get(
    '/pbx/sipphone',
    {
      config: { access: READERS, errors: [CUSTOMER_NOT_FOUND] },
      schema: {
        ...{ tags: ['SIP phones'], summary: 'List phones', description: LIST },
        ...{ querystring: Query, response: { 200: List } },
      },
    },
    async ({ caller, query }) => {
      const { offset, limit, full, filter: text, available, online, mode } = query;
      const id = await chooseCustomer(caller, query.customer, store.directory);
      const owner = id === undefined ? undefined : await store.directory.customer(id);
      if (owner === undefined) throw violationError([CUSTOMER_NOT_FOUND]);
      const page = await listPhones(store, owner._id, { text, available, online, mode }, { offset, limit });
      const phones = page.entries.map((phone) => showPhone(caller, phone));
      return { offset, limit, total: page.total, sipPhones: full ? phones : await shorten(phones, store) };
    },
  );
};

export default routes;

async function shorten(phones: readonly Phone[], { models }: Store) {
  const ids = [...new Set(phones.map(({ sipPhoneModel }) => sipPhoneModel))];
  const known = new Map(await Promise.all(ids.map(async (id) => [id, await models.get(id)] as const)));
  return phones.map((phone) => {
    const kept = Object.entries(phone).filter(([name]) => Object.hasOwn(ShortPhone.properties, name));
    const sipPhoneModel = shortModel(phone.sipPhoneModel, known.get(phone.sipPhoneModel));
    return { ...Object.fromEntries(kept), sipPhoneModel } as Static<typeof ShortPhone>;
  });
}

function shortModel(_id: string, model: Model | undefined) {
  return model === undefined ? { _id } : { _id, brand: model.brand, brandName: model.brandName, model: model.model };
}
