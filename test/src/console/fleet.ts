import type { Api, ApiPhone } from '../system/api.js';
import { PhoneLine } from '../system/phone-line.js';
import type { Ringfence } from '../system/ringfence.js';

/** Where phones come from: a network of loopback addresses for each country. */
const PLACES = ['DK', 'SE', 'DE', 'NO', 'GB', 'US', 'IN', 'BR'].map((country, at) => ({
  country,
  net: `127.0.${11 + at}`,
}));

/** The setting that makes them countries. */
export const NETWORKS = PLACES.map(({ country, net }) => `${net}.0/24=${country}`).join(',');

const NAMES = [
  'Reception',
  'Sales',
  'Support',
  'Workshop',
  'Meeting room',
  'Accounts',
  'Lab',
  'Canteen',
  'Store',
  'Gate',
];

/** A phone with what it is on the network. */
export interface Member {
  account: ApiPhone;
  line: PhoneLine;
}

/** An address in a country. */
export function addressIn(country: string, host: number): string {
  return `${PLACES.find((place) => place.country === country)?.net}.${host}`;
}

/**
 * A fleet as an office has it: phones of many models with extensions, most of them registered from several countries, some
 * fenced to countries, some not yet seen.
 */
export async function makeFleet(ringfence: Ringfence, api: Api, size: number): Promise<Member[]> {
  const { sipPhoneModels } = (await api.get('/pbx/sipphonemodels?limit=500&full=true')).body;
  const models = sipPhoneModels.filter(
    ({ brand, capabilities }: { brand: string; capabilities: { multipleHandsets: boolean } }) =>
      brand !== 'GRANDSTREAM' && !capabilities.multipleHandsets,
  );
  const extensions = await Promise.all(NAMES.map((name, at) => makeExtension(api, String(200 + at), name)));
  return Promise.all(Array.from({ length: size }, (_, at) => makeMember(at)));

  async function makeMember(at: number): Promise<Member> {
    const model = models[(at * 7) % models.length];
    const isRoaming = at % 5 === 1;
    const { body: account } = await api.post('/pbx/sipphone', {
      sipPhoneModel: model._id,
      extension: extensions[at % extensions.length],
      ...(model.capabilities.provision && { macAddress: `000413A${at.toString(16).padStart(5, '0')}` }),
      ip: isRoaming ? { mode: 'ROAMING', countries: 'DK,SE' } : { mode: 'OPEN' },
    });
    const { net } = PLACES[isRoaming ? 0 : ([0, 0, 2, 4, 5, 0, 3, 1, 7][at % 9] ?? 0)] as (typeof PLACES)[number];
    const line = await PhoneLine.open(account, { server: ringfence.sip, address: `${net}.${10 + at}` });
    const userAgent = `${model.brandName}${model.model.replaceAll(' ', '')}/10.1.${100 + at}`;
    if (at % 4 !== 3) await line.register(600 + at * 37, { headers: { 'User-Agent': userAgent } });
    return { account, line };
  }
}

async function makeExtension(api: Api, number: string, name: string): Promise<string> {
  return (await api.post('/pbx/extension', { number, name })).body._id;
}
