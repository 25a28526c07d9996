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
  /** A product; undefined says that there is none. */
  product(id: string): Promise<object | undefined>;
  occupants(mac: string): Promise<Occupants | undefined>;
  /** Those of the serials that a side panel of some phone has. */
  takenSidePanels(serials: readonly string[]): Promise<readonly string[]>;
}

/** What a body refers to, looked up. */
export interface Facts {
  model: Model | undefined;
  /** Id of the phone's customer, undefined when there is none. */
  customer: string | undefined;
  /** Whether there is such a customer and it is active. */
  active: boolean;
  /** Id of the extension, undefined when the customer has none of that id. */
  extension: string | undefined;
  /** Ids of the products that the body names and there are. */
  products: ReadonlySet<string>;
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
  const [extensionId, mac, serials] = [
    parseId(body.extension),
    normalizeMac(body.macAddress ?? ''),
    panelSerials(body),
  ];
  const [owner, model, extension, products, occupants, extensions, devices, queues, groups, taken] = await Promise.all([
    found(customer, (id) => lookups.customer(id)),
    found(parseId(body.sipPhoneModel), (id) => lookups.model(id)),
    found(extensionId, (id) => lookups.extension(id)),
    existing(productIds(body), (id) => lookups.product(id)),
    found(mac, (address) => lookups.occupants(address)),
    named(body, 'BLF', (id) => lookups.extension(id)),
    named(body, 'DNDOTHER', (id) => lookups.phone(id)),
    named(body, 'QUEUE', (id) => lookups.queue(id)),
    named(body, 'PICKUPGROUP', (id) => lookups.group(id)),
    serials.length > 0 ? lookups.takenSidePanels(serials) : [],
  ]);
  const owned = (thing: Owned | undefined) => owner !== undefined && thing?.customer === customer;
  const ids = (things: readonly (readonly [string, Owned])[]) =>
    new Set(things.flatMap(([id, thing]) => (owned(thing) ? [id] : [])));
  return {
    model,
    customer: owner && customer,
    active: owner?.active === true,
    extension: owned(extension) ? extensionId : undefined,
    products: new Set(products.map(([id]) => id)),
    occupants,
    extensions: ids(extensions),
    devices: ids(devices),
    queues: ids(queues),
    groups: new Map(groups.flatMap(([id, group]) => (owned(group) ? [[id, group.controllers]] : []))),
    takenSidePanels: new Set(taken),
  };
}

/** The serials of the side panels, without the spaces around them; an empty one is none. */
export function panelSerials({ purchaseInfo }: Pick<PhoneBody, 'purchaseInfo'>): string[] {
  return (purchaseInfo?.sidePanels ?? []).flatMap(({ serial }) => serial?.trim() || []);
}

async function found<T>(key: string | undefined, lookup: (key: string) => Promise<T | undefined>) {
  return key === undefined ? undefined : lookup(key);
}

/** What the softkeys of one function name and there is, with its id. */
async function named<T>(body: PhoneBody, type: string, lookup: (id: string) => Promise<T | undefined>) {
  return existing(
    (body.softkeys ?? []).map((key) => (key.function === type ? parseId(key.value) : undefined)),
    lookup,
  );
}

function productIds({ product, purchaseInfo }: PhoneBody): (string | undefined)[] {
  return [product, ...(purchaseInfo?.sidePanels ?? []).map((panel) => panel.product)].map(parseId);
}

/** What there is of some ids, with its id, each looked up once. */
async function existing<T>(named: (string | undefined)[], lookup: (id: string) => Promise<T | undefined>) {
  const ids = [...new Set(named)].filter((id) => id !== undefined);
  const things = await Promise.all(ids.map(async (id) => [id, await lookup(id)] as const));
  return things.flatMap(([id, thing]) => (thing === undefined ? [] : [[id, thing] as const]));
}
