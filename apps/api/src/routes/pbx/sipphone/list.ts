import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type IpMode, type Model, Phone } from '@ringfence/phone';
import { CUSTOMER_NOT_FOUND, FLEET_ORDERS, type FleetOrder, type FleetRow, type Store } from '@ringfence/store';
import { type Static, Type } from 'typebox';
import { READERS, showPhone } from '../../../access.js';
import { filterQuery, pageAnswer, pageQuery } from '../../../schemas.js';
import { chooseScope, customersIn, scopeQuery } from '../../../scope.js';
import type { PhoneParts } from './phone.js';

const LIST = `The phones of a customer, or of all customers that the caller looks after. In the short form \`sipPhoneModel\` is
an object that tells the brand and the name of the model, the number and the name of the extension are told, and settings
are left out. The filter looks into MAC address, \`ip.address\`, handset address, notes, and the number and the name of the
extension.`;

const SORT = `What the phones are ordered by, with \`-\` before it in descending order: ${FLEET_ORDERS.join(', ')}. \`address\` and
\`country\` are those of the latest registration. Phones without what they are ordered by come last.`;

const Query = Type.Object(
  {
    ...pageQuery,
    limit: Type.Integer({ ...pageQuery.limit, maximum: 1_000 }),
    ...{ ...filterQuery, ...scopeQuery },
    full: Type.Boolean({ default: false, description: 'Whether everything is told of each phone' }),
    available: Type.Boolean({ default: false, description: 'Only phones that are linked to no extension' }),
    online: Type.Optional(Type.Boolean({ description: 'Only phones that are online, or only those that are not' })),
    mode: Type.Optional(
      Type.Unsafe<IpMode>(
        Type.String({ enum: ['OPEN', 'LOCKED', 'ROAMING'], description: 'Only phones of this `ip.mode`' }),
      ),
    ),
    sort: Type.String({
      ...{ enum: FLEET_ORDERS.flatMap((order) => [order, `-${order}`]), default: 'created', description: SORT },
      examples: ['-expires'],
    }),
  },
  { additionalProperties: false },
);

const { _id, extension, customer, macAddress, handsetIndex, handsetAddress, notes, ip, status } = Phone.properties;

/** A phone in short. */
const ShortPhone = Type.Object({
  ...{ _id, extension, customer, macAddress, handsetIndex, handsetAddress, notes, ip, status },
  extensionNumber: Type.Optional(Type.String({ description: 'Number of the extension', examples: ['100'] })),
  extensionName: Type.Optional(Type.String({ description: 'Name of the extension', examples: ['Reception'] })),
  country: Type.Optional(
    Type.String({ description: 'Country of `status.publicIpAddress`, ISO 3166-1 alpha-2, if known', examples: ['DK'] }),
  ),
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

/** `GET /pbx/sipphone`: the phones that a caller may see. */
const routes: FastifyPluginAsyncTypebox<PhoneParts> = async (app, { store, countries, fleet }) => {
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
      const customers = await customersIn(await chooseScope(caller, query.customer, store.directory), store.directory);
      const wanted = { text, available, online, mode, ...orderOf(query.sort) };
      const { total, entries } = await fleet.list(customers, wanted, { offset, limit });
      const found = await readPhones(store, entries);
      const phones = found.map(({ phone }) => showPhone(caller, phone));
      return { offset, limit, total, sipPhones: full ? phones : await shorten(found, { store, countries }) };
    },
  );
};

export default routes;

/** A phone with what the index knows of it. */
interface Found {
  phone: Phone;
  row: FleetRow;
}

function orderOf(sort: string): { order: FleetOrder; descending: boolean } {
  const descending = sort.startsWith('-');
  return { order: (descending ? sort.slice(1) : sort) as FleetOrder, descending };
}

/** Reads phones; one that was removed meanwhile is left out. */
async function readPhones({ phones }: Store, rows: readonly FleetRow[]): Promise<Found[]> {
  const found = await Promise.all(rows.map(async (row) => ({ phone: await phones.get(row.id), row })));
  return found.flatMap(({ phone, row }) => (phone === undefined ? [] : [{ phone, row }]));
}

async function shorten(
  found: readonly Found[],
  { store: { models }, countries }: Pick<PhoneParts, 'store' | 'countries'>,
): Promise<Static<typeof ShortPhone>[]> {
  const ids = [...new Set(found.map(({ phone }) => phone.sipPhoneModel))];
  const known = new Map(await Promise.all(ids.map(async (id) => [id, await models.get(id)] as const)));
  return found.map(({ phone, row: { extension } }) => {
    const { country } = countries.country(phone.status.publicIpAddress ?? '');
    const kept = Object.entries(phone).filter(([name]) => Object.hasOwn(ShortPhone.properties, name));
    return {
      ...(Object.fromEntries(kept) as Static<typeof ShortPhone>),
      ...(extension && { extensionNumber: extension.number, extensionName: extension.name }),
      ...(country === undefined ? {} : { country }),
      sipPhoneModel: shortModel(phone.sipPhoneModel, known.get(phone.sipPhoneModel)),
    };
  });
}

function shortModel(_id: string, model: Model | undefined) {
  return model === undefined ? { _id } : { _id, brand: model.brand, brandName: model.brandName, model: model.model };
}
