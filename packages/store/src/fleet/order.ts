import type { FleetRow } from './row.js';

/** What a list of phones can be ordered by. */
export const FLEET_ORDERS = [
  'created',
  'extension',
  'model',
  'online',
  'expires',
  'address',
  'country',
  'userAgent',
  'mode',
] as const;

/** What a list of phones can be ordered by. */
export type FleetOrder = (typeof FLEET_ORDERS)[number];

/** What orders need to know beside the rows. */
export interface Surroundings {
  /** ms since 1970. */
  now: number;
  /** The place of each model by its id. */
  models: ReadonlyMap<string, number>;
}

/** The number of rows that have nothing to be ordered by. */
const NOTHING = Number.POSITIVE_INFINITY;

/** What rows are ordered by: a number, or a text. */
const SORTINGS: Record<FleetOrder, (row: FleetRow, surroundings: Surroundings) => number | string> = {
  created: ({ created }) => created,
  extension: ({ extension }) => (extension === undefined ? NOTHING : Number(extension.number)),
  model: ({ model }, { models }) => models.get(model) ?? NOTHING,
  online: ({ expiresAt }, { now }) => (expiresAt > now ? 1 : 0),
  expires: ({ expiresAt }, { now }) => (expiresAt > now ? expiresAt : NOTHING),
  address: ({ addressOrder }) => addressOrder ?? NOTHING,
  country: ({ country }) => country ?? '',
  userAgent: ({ userAgent }) => userAgent,
  mode: ({ mode }) => mode,
};

/**
 * One page of rows in order. Rows without what they are ordered by come last, and equal ones in the order of their
 * creation, whether it is descending or not. Takes time proportional to the number of rows, whichever page it is.
 */
export function pageOf(
  rows: readonly FleetRow[],
  by: { order: FleetOrder; descending: boolean },
  { offset, limit }: { offset: number; limit: number },
  surroundings: Surroundings,
): FleetRow[] {
  const end = Math.min(offset + limit, rows.length);
  if (offset >= end) return [];
  const compare = comparison(rows, by, surroundings);
  const places = new Uint32Array(rows.length);
  for (let at = 0; at < places.length; at++) places[at] = at;
  select(places, offset, compare, 0);
  if (end < places.length) select(places, end - 1, compare, offset);
  return Array.from(places.subarray(offset, end).sort(compare), (at) => rows[at] as FleetRow);
}

/** Compares rows by their places among all. What they are ordered by is taken out first, as numbers. */
function comparison(
  rows: readonly FleetRow[],
  { order, descending }: { order: FleetOrder; descending: boolean },
  surroundings: Surroundings,
): (a: number, b: number) => number {
  const tie = order === 'created' && descending ? -1 : 1;
  const numbers = toNumbers(rows, (row) => SORTINGS[order](row, surroundings));
  if (descending) for (let at = 0; at < numbers.length; at++) numbers[at] = turned(numbers[at] as number);
  return (a, b) => {
    const [first, second] = [numbers[a] as number, numbers[b] as number];
    if (first !== second) return first < second ? -1 : 1;
    const [one, other] = [rows[a] as FleetRow, rows[b] as FleetRow];
    if (one.created !== other.created) return one.created - other.created;
    return one.id < other.id ? -tie : one.id > other.id ? tie : 0;
  };
}

function turned(number: number): number {
  return number === NOTHING ? NOTHING : -number;
}

/** Numbers in the order of what rows are ordered by; {@link NOTHING} of an empty text. */
function toNumbers(rows: readonly FleetRow[], value: (row: FleetRow) => number | string): Float64Array {
  // Plain loops: those over iterators take several times as long.
  const numbers = new Float64Array(rows.length);
  const texts: string[] = [];
  for (let at = 0; at < rows.length; at++) {
    const found = value(rows[at] as FleetRow);
    if (typeof found === 'number') numbers[at] = found;
    else texts[at] = found;
  }
  if (texts.length === 0) return numbers;
  const places = new Map([...new Set(texts)].sort().map((text, place) => [text, place]));
  places.set('', NOTHING);
  for (let at = 0; at < rows.length; at++) numbers[at] = places.get(texts[at] as string) as number;
  return numbers;
}

/**
 * Puts the entry that belongs at a place there, smaller ones before it and greater ones behind (quickselect). The pivot is
 * chosen by chance, so that no order of the entries is a bad one.
 * @param from the first entry that may move: those before it are smaller than all others
 */
function select(entries: Uint32Array, place: number, compare: (a: number, b: number) => number, from: number): void {
  let [low, high] = [from, entries.length - 1];
  while (low < high) {
    const pivot = entries[low + Math.floor(Math.random() * (high - low + 1))] as number;
    let [left, right] = [low, high];
    while (left <= right) {
      while (compare(entries[left] as number, pivot) < 0) left++;
      while (compare(entries[right] as number, pivot) > 0) right--;
      if (left > right) break;
      const swapped = entries[left] as number;
      entries[left++] = entries[right] as number;
      entries[right--] = swapped;
    }
    if (place <= right) high = right;
    else if (place >= left) low = left;
    else return;
  }
}
