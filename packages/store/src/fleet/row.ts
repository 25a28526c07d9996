import { addressOrder, type IpMode, type Phone } from '@ringfence/phone';
import type { Redis } from 'ioredis';
import { type Binding, parseBinding } from '../binding.js';
import { keys } from '../keys.js';
import { Script } from '../script.js';

/** An extension as the phones that are linked to it share it. */
export interface FleetExtension {
  number: string;
  name: string;
}

/** What a list of phones is filtered and ordered by. */
export interface FleetRow {
  /** Id of the phone. */
  id: string;
  /** The beginning of the id as a number: ids begin with the time at which they were made. */
  created: number;
  customer: string;
  extension: FleetExtension | undefined;
  /** Id of the model. */
  model: string;
  mode: IpMode;
  /** The texts that a filter looks into, in lower case, a line each. */
  text: string;
  /** Whether its notes are too long to be kept in `text`. */
  hasLongNotes: boolean;
  /** The address that the latest registration came from, the number that addresses are ordered by, and its country. */
  address: string;
  addressOrder: number | undefined;
  country: string | undefined;
  /** What the phone said of itself, in lower case. */
  userAgent: string;
  /** The contact URI of its only binding; undefined when it has none or more. */
  contact: string | undefined;
  /** When the last of its bindings runs out, or ran out, ms since 1970. */
  expiresAt: number;
}

/** A phone as it was read, with the id of its extension. */
export interface ReadRow {
  row: FleetRow;
  extension: string | undefined;
}

/** The country of an address, undefined when it is not known. */
export type CountryOf = (address: string) => string | undefined;

/** Letters of notes that a row keeps. */
const NOTES_KEPT = 1_024;

const readFleet = new Script('read-fleet');

/** Reads phones from the store, each undefined that there is not. */
export async function readRows(
  redis: Redis,
  ids: readonly string[],
  countryOf: CountryOf,
): Promise<(ReadRow | undefined)[]> {
  const found = await readFleet.run(redis, [], [keys.phone('%s'), keys.bindings('%s'), ...ids]);
  return (found as (string | null)[][]).map((fields, at) => toRow(ids[at] as string, fields, countryOf));
}

function toRow(id: string, fields: (string | null)[], countryOf: CountryOf): ReadRow | undefined {
  const [record, customer, extension, mode, locked, address, userAgent, ...bindings] = fields;
  if (!record || !customer) return undefined;
  const { sipPhoneModel: model, macAddress, handsetAddress, notes = '' } = JSON.parse(record) as Phone;
  const hasLongNotes = notes.length > NOTES_KEPT;
  const texts = [macAddress, locked, handsetAddress, hasLongNotes ? '' : notes];
  const row: FleetRow = {
    id,
    created: Number.parseInt(id.slice(0, 13), 16),
    customer,
    extension: undefined,
    model,
    mode: mode as IpMode,
    text: texts.join('\n').toLowerCase(),
    hasLongNotes,
    userAgent: (userAgent ?? '').toLowerCase(),
    ...seenAt(address ?? '', countryOf),
    ...reachable(bindings.map((json) => parseBinding(json as string))),
  };
  return { row, extension: extension || undefined };
}

/** What follows from the address that a registration came from. */
export function seenAt(address: string, countryOf: CountryOf): Pick<FleetRow, 'address' | 'addressOrder' | 'country'> {
  if (address === '') return { address, addressOrder: undefined, country: undefined };
  return { address, addressOrder: addressOrder(address), country: countryOf(address) };
}

/** Whether notes that are too long for a row contain a text in lower case. */
export async function longNotesContain(redis: Redis, id: string, text: string): Promise<boolean> {
  const record = await redis.hget(keys.phone(id), 'record');
  const { notes = '' } = JSON.parse(record ?? '{}') as Partial<Phone>;
  return notes.toLowerCase().includes(text);
}

function reachable(bindings: readonly Binding[]): Pick<FleetRow, 'contact' | 'expiresAt'> {
  const expiresAt = Math.max(0, ...bindings.map((binding) => binding.expiresAt));
  return { contact: bindings.length === 1 ? bindings[0]?.contact : undefined, expiresAt };
}
