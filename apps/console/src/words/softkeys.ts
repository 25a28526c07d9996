import type { Phone } from '../api/types.js';

/** What a softkey can do, in words. */
export const SOFTKEY_WORDS: Record<string, string> = {
  SPEEDDIAL: 'Speed dial',
  BLF: 'Busy lamp',
  LINE: 'Line',
  DND: 'Do not disturb',
  DNDOTHER: 'Do not disturb, other phone',
  ADDRESSBOOK: 'Address book',
  REDIAL: 'Redial',
  VOICEMAIL: 'Voicemail',
  TRANSFER: 'Transfer',
  URL: 'URL',
  HOLD: 'Hold',
  RECORD: 'Record',
  MENU: 'Menu',
  PICKUP: 'Pick up',
  PICKUPGROUP: 'Pick up in group',
  QUEUE: 'Queue',
  SWITCH: 'Switch',
  PRESENCE: 'Presence',
};

/** A softkey of a phone. */
export type Softkey = NonNullable<Phone['softkeys']>[number];

/** Most keys that stand around a display at once; phones with more turn pages. */
const PER_PAGE = 12;

/** A place where keys are: a page of the phone, or a side panel. */
export interface KeyPage {
  title: string;
  /** Index of the first key, and how many there are. */
  first: number;
  count: number;
}

/** The side panels of a phone, and the keys of each. */
export interface SidePanels {
  name: string;
  count: number;
  softkeys: number;
}

/**
 * How the keys of a phone are laid out: evenly over its pages, then the side panels.
 * @param keys keys of the phone itself
 * @param description of its model, which may tell of pages; otherwise keys are on as few as they fit on
 */
export function layOutKeys(keys: number, description: string, panels: SidePanels): KeyPage[] {
  const told = / on (\d+) pages/.exec(description)?.[1];
  const pages = told === undefined ? Math.ceil(keys / PER_PAGE) : Number(told);
  const perPage = Math.ceil(keys / Math.max(1, pages));
  const own = Array.from({ length: pages }, (_, at) => ({
    title: pages === 1 ? 'Keys' : `Page ${at + 1}`,
    first: at * perPage,
    count: Math.min(perPage, keys - at * perPage),
  }));
  const beside = Array.from({ length: panels.count }, (_, at) => ({
    title: panels.count === 1 ? panels.name : `${panels.name} ${at + 1}`,
    first: keys + at * panels.softkeys,
    count: panels.softkeys,
  }));
  return [...own, ...beside];
}
