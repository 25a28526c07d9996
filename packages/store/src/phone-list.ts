import type { IpMode, Phone } from '@ringfence/phone';
import type { Page, Part } from './directory/entries.js';
import { keys } from './keys.js';
import type { Store } from './store.js';

/** Which phones a list is to hold; what is left out says nothing. */
export interface PhoneFilter {
  /** Text in the MAC address, IP address, handset address, notes or number of the extension, in any case. */
  text?: string | undefined;
  /** Only those without an extension. */
  available?: boolean | undefined;
  online?: boolean | undefined;
  mode?: IpMode | undefined;
}

/** Phones that are read at once. */
const BATCH = 200;

/** Lists the phones of a customer, the oldest first. */
export async function listPhones(
  store: Store,
  customer: string,
  filter: PhoneFilter,
  { offset, limit }: Page,
): Promise<Part<Phone>> {
  // Ids begin with the time at which they were made.
  const ids = (await store.redis.smembers(keys.customerPhones(customer))).sort();
  const { text = '', available = false, online, mode } = filter;
  if (text === '' && !available && online === undefined && mode === undefined) {
    return { total: ids.length, entries: await readPhones(store, ids.slice(offset, offset + limit)) };
  }
  const part: Part<Phone> = { total: 0, entries: [] };
  for (let at = 0; at < ids.length; at += BATCH) {
    const phones = await readPhones(store, ids.slice(at, at + BATCH));
    const numbers = await numbersOf(store, phones);
    for (const phone of phones.filter((phone) => matches(phone, filter, numbers.get(phone.extension ?? '') ?? ''))) {
      if (part.total >= offset && part.entries.length < limit) part.entries.push(phone);
      part.total++;
    }
  }
  return part;
}

async function readPhones({ phones }: Store, ids: readonly string[]): Promise<Phone[]> {
  const found = await Promise.all(ids.map((id) => phones.get(id)));
  return found.filter((phone) => phone !== undefined);
}

/** The numbers of the phones' extensions, by the ids of those. */
async function numbersOf({ directory }: Store, phones: readonly Phone[]): Promise<Map<string, string>> {
  const ids = [...new Set(phones.flatMap(({ extension }) => extension ?? []))];
  const extensions = await Promise.all(ids.map((id) => directory.extension(id)));
  return new Map(extensions.flatMap((extension) => (extension ? [[extension._id, extension.number]] : [])));
}

function matches(phone: Phone, { text = '', available, online, mode }: PhoneFilter, number: string): boolean {
  if (available && phone.extension !== undefined) return false;
  if (online !== undefined && phone.status.online !== online) return false;
  if (mode !== undefined && phone.ip.mode !== mode) return false;
  const texts = [phone.macAddress, phone.ip.address, phone.handsetAddress, phone.notes, number];
  return text === '' || texts.some((one) => one?.toLowerCase().includes(text.toLowerCase()));
}
