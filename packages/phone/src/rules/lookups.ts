import { parseId } from '../ids.js';
import { normalizeMac } from '../mac.js';
import type { Model } from '../models/model.js';
import type { PhoneBody } from '../types.js';

/** The phones that share a MAC address. */
export interface Occupants {
  model: string;
  customer: string;
  /** How many there are. */
  count: number;
}

/** Something that belongs to a customer. */
export interface Owned {
  customer: string;
}

/** What the rules ask about the rest of the world. Ids are lower case; an answer of undefined says that there is none. */
export interface Lookups {
  model(id: string): Promise<Model | undefined>;
  customer(id: string): Promise<{ active: boolean } | undefined>;
  extension(id: string): Promise<Owned | undefined>;
  group(id: string): Promise<(Owned & { controllers: readonly string[] }) | undefined>;
  queue(id: string): Promise<Owned | undefined>;
  /** The customer of a phone. */
  phone(id: string): Promise<Owned | undefined>;
  occupants(mac: string): Promise<Occupants | undefined>;
  /** Those of the serials that a side panel of some phone has. */
  takenSidePanels(serials: readonly string[]): Promise<readonly string[]>;
}

/** What a body refers to, looked up. */
export interface Facts {
  model: Model | undefined;
  /** Id of the phone's customer, undefined when there is none that is active. */
  customer: string | undefined;
  /** Id of the extension, undefined when the customer has none of that id. */
  extension: string | undefined;
  /** The phones at the body's MAC address. */
  occupants: Occupants | undefined;
  /** Ids that softkeys name and the customer has. */
  extensions: ReadonlySet<string>;
  devices: ReadonlySet<string>;
  queues: ReadonlySet<string>;
  /** The customer's groups that softkeys name, each with the extensions that control it. */
  groups: ReadonlyMap<string, readonly string[]>;
  /** Serials of side panels that other phones have. */
  takenSidePanels: ReadonlySet<string>;
}

/**
 * Looks up everything that a body refers to. What belongs to another customer is as if it did not exist.
 * @param customer id of the phone's customer; undefined when neither the body nor the caller names one
 * @throws what the look-ups throw
 */
export async function gatherFacts(body: PhoneBody, customer: string | undefined, lookups: Lookups): Promise<Facts> {
  const owned = await ownedBy(customer, lookups);
  const mac = normalizeMac(body.macAddress ?? '');
  const serials = (body.purchaseInfo?.sidePanels ?? []).flatMap(({ serial }) => serial ?? []);
  const [model, extension, occupants, extensions, devices, queues, groups, taken] = await Promise.all([
    found(parseId(body.sipPhoneModel), (id) => lookups.model(id)),
    found(parseId(body.extension), async (id) => (owned(await lookups.extension(id)) ? id : undefined)),
    found(mac, (address) => lookups.occupants(address)),
    named(body, 'BLF', async (id) => owned(await lookups.extension(id))),
    named(body, 'DNDOTHER', async (id) => owned(await lookups.phone(id))),
    named(body, 'QUEUE', async (id) => owned(await lookups.queue(id))),
    named(body, 'PICKUPGROUP', async (id) => owned(await lookups.group(id))),
    serials.length > 0 ? lookups.takenSidePanels(serials) : [],
  ]);
  return {
    model,
    customer: owned.customer,
    extension,
    occupants,
    extensions: new Set(extensions.keys()),
    devices: new Set(devices.keys()),
    queues: new Set(queues.keys()),
    groups: new Map([...groups].map(([id, group]) => [id, group.controllers])),
    takenSidePanels: new Set(taken),
  };
}

/** A filter that lets through what belongs to the customer; nothing does when the customer is not active. */
async function ownedBy(customer: string | undefined, lookups: Lookups) {
  const known = await found(customer, (id) => lookups.customer(id));
  const active = known?.active ? customer : undefined;
  const owned = <T extends Owned>(thing: T | undefined) => (thing?.customer === active ? thing : undefined);
  return Object.assign(owned, { customer: active });
}

async function found<T>(key: string | undefined, lookup: (key: string) => Promise<T | undefined>) {
  return key === undefined ? undefined : lookup(key);
}

/** What the softkeys of one function name, by id, each looked up once. */
async function named<T>(body: PhoneBody, type: string, lookup: (id: string) => Promise<T | undefined>) {
  const values = (body.softkeys ?? []).map((key) => (key.function === type ? parseId(key.value) : undefined));
  const ids = [...new Set(values)].filter((id) => id !== undefined);
  const things = await Promise.all(ids.map(async (id) => [id, await lookup(id)] as const));
  return new Map(things.flatMap(([id, thing]) => (thing === undefined ? [] : [[id, thing] as const])));
}
