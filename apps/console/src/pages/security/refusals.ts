import type { Event } from '../../api/types.js';

/** Most refusals that are kept on the page; older ones fall out. */
export const REFUSALS_KEPT = 500;

const ASPECTS = ['reason', 'country', 'address'] as const;

/** What refusals can be counted by. */
export type Aspect = (typeof ASPECTS)[number];

/** What refusals must have to be shown. */
export type Chosen = Partial<Record<Aspect, string>>;

/** Refusals with the new ones of a batch in front, each once. */
export function withNew(refusals: readonly Event[], batch: readonly Event[]): readonly Event[] {
  const known = new Set(refusals.map(({ id }) => id));
  const added = batch.filter(({ type, id }) => type === 'phone.refused' && !known.has(id));
  return added.length === 0 ? refusals : [...added.toReversed(), ...refusals].slice(0, REFUSALS_KEPT);
}

/** How often each value of an aspect occurs, the most frequent first; the empty text stands for none. */
export function countBy(refusals: readonly Event[], aspect: Aspect): [value: string, count: number][] {
  const counts = new Map<string, number>();
  for (const refusal of refusals) {
    const value = refusal[aspect] ?? '';
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** The refusals that have all that was chosen. */
export function matching(refusals: readonly Event[], chosen: Chosen): readonly Event[] {
  const wanted = ASPECTS.filter((aspect) => chosen[aspect] !== undefined);
  return wanted.length === 0
    ? refusals
    : refusals.filter((refusal) => wanted.every((aspect) => (refusal[aspect] ?? '') === chosen[aspect]));
}
