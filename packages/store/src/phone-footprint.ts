import type { NewPhone } from '@ringfence/phone';
import type { Command, Condition } from './change.js';
import { keys } from './keys.js';
import { PhoneConflict } from './phone-conflict.js';

/** What stands in Redis beside a phone for as long as its settings are what they are. */
export interface PhoneFootprint {
  /** What it refers to: the key of each, and the set of those that refer to it. */
  references: [entry: string, referrers: string][];
  /** The keys of its side panels' serials. */
  serials: string[];
}

/** The footprint of a phone with these settings; its place at a MAC address is apart, since that is found out. */
export function footprintOf(settings: NewPhone['settings']): PhoneFootprint {
  const { customer, extension, product, purchaseInfo, softkeys = [] } = settings;
  const panels = purchaseInfo?.sidePanels ?? [];
  const products = [product, ...panels.map((panel) => panel.product)];
  const named: [entry: string, id: string][] = [
    ...products.flatMap((id) => (id === undefined ? [] : [[keys.product(id), id] satisfies [string, string]])),
    ...softkeys.flatMap(({ function: name = '', value = '' }) => {
      const key = SOFTKEY_REFERENCES[name];
      return key === undefined ? [] : [[key(value), value] satisfies [string, string]];
    }),
  ];
  return {
    references: [
      [keys.customer(customer), keys.customerPhones(customer)],
      ...(extension === undefined
        ? []
        : [[keys.extension(extension), keys.extensionPhones(extension)] as [string, string]]),
      ...new Map(named.map(([key, id]): [string, string] => [key, keys.referrers(id)])),
    ],
    serials: panels.flatMap(({ serial }) => (serial === undefined ? [] : keys.sidePanel(serial))),
  };
}

/** What only the first footprint has, and what only the second has. */
export function difference(
  before: PhoneFootprint,
  after: PhoneFootprint,
): [gone: PhoneFootprint, come: PhoneFootprint] {
  const less = (one: PhoneFootprint, other: PhoneFootprint) => ({
    references: one.references.filter(([entry]) => !other.references.some(([known]) => known === entry)),
    serials: one.serials.filter((serial) => !other.serials.includes(serial)),
  });
  return [less(before, after), less(after, before)];
}

/** That what a phone comes to refer to is there, and the serials it comes to have are free. */
export function free({ references, serials }: PhoneFootprint): Condition[] {
  const must = (key: string, answer: number, over: PhoneConflict['over']): Condition => ({
    ...{ command: ['EXISTS', key], answer, otherwise: () => new PhoneConflict(over) },
  });
  return [
    ...references.map(([entry]) => must(entry, 1, 'reference')),
    ...serials.map((serial) => must(serial, 0, 'sidePanels')),
  ];
}

/** What takes a footprint of a phone away. */
export function leave({ references, serials }: PhoneFootprint, id: string): Command[] {
  return [
    ...references.map(([, referrers]): Command => ['SREM', referrers, id]),
    ...serials.map((serial): Command => ['DEL', serial]),
  ];
}

/** What puts a footprint of a phone in place. */
export function enter({ references, serials }: PhoneFootprint, id: string): Command[] {
  return [
    ...references.map(([, referrers]): Command => ['SADD', referrers, id]),
    ...serials.map((serial): Command => ['SET', serial, id]),
  ];
}

/** The key of what a softkey names, by its function. */
const SOFTKEY_REFERENCES: Record<string, (id: string) => string> = {
  BLF: keys.extension,
  DNDOTHER: keys.phone,
  PICKUPGROUP: keys.group,
  QUEUE: keys.queue,
};
