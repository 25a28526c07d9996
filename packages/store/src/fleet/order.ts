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

/** What rows are ordered by: a number, and where that is equal a text. */
interface Sorting {
  number(row: FleetRow, surroundings: Surroundings): number;
  text?(row: FleetRow): string;
}

/** The number of rows that have nothing to be ordered by. */
const NOTHING = Number.POSITIVE_INFINITY;

const SORTINGS: Record<FleetOrder, Sorting> = {
  created: { number: ({ created }) => created },
  extension: { number: ({ extension }) => (extension === undefined ? NOTHING : Number(extension.number)) },
  model: { number: ({ model }, { models }) => models.get(model) ?? NOTHING },
  online: { number: ({ expiresAt }, { now }) => (expiresAt > now ? 1 : 0) },
  expires: { number: ({ expiresAt }, { now }) => (expiresAt > now ? expiresAt : NOTHING) },
  address: byText(({ addressOrder }) => addressOrder),
  country: byText(({ country }) => country ?? ''),
  userAgent: byText(({ userAgent }) => userAgent.toLowerCase()),
  mode: byText(({ mode }) => mode),
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

/** Compares rows by their places among all. The numbers are taken out first, which makes most comparisons cheap. */
function comparison(
  rows: readonly FleetRow[],
  { order, descending }: { order: FleetOrder; descending: boolean },
  surroundings: Surroundings,
): (a: number, b: number) => number {
  const { number, text } = SORTINGS[order];
  const direction = descending ? -1 : 1;
  const tie = order === 'created' ? direction : 1;
  // A loop: the array's own `from` takes several times as long.
  const numbers = new Float64Array(rows.length);
  for (let at = 0; at < numbers.length; at++)
    numbers[at] = directed(number(rows[at] as FleetRow, surroundings), direction);
  return (a, b) => {
    const [first, second] = [numbers[a] as number, numbers[b] as number];
    if (first !== second) return first < second ? -1 : 1;
    const [one, other] = [rows[a] as FleetRow, rows[b] as FleetRow];
    if (text !== undefined) {
      const [left, right] = [text(one), text(other)];
      if (left !== right) return left < right ? -direction : direction;
    }
    if (one.created !== other.created) return one.created - other.created;
    return one.id < other.id ? -tie : one.id > other.id ? tie : 0;
  };
}

function directed(number: number, direction: number): number {
  return number === NOTHING ? NOTHING : number * direction;
}

/** The order of a text: its first letters as a number decide most of it. */
function byText(text: (row: FleetRow) => string): Sorting {
  return { text, number: (row) => leadingLetters(text(row)) };
}

/** A number by which texts are in order as far as their first six letters tell; {@link NOTHING} of an empty one. */
function leadingLetters(text: string): number {
  if (text === '') return NOTHING;
  let number = 0;
  for (let at = 0; at < 6; at++) number = number * 256 + (at < text.length ? Math.min(text.charCodeAt(at), 255) : 0);
  return number;
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
