import type { Count } from '../../api/types.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A time that the chart can show: how long it is, and how long one bar of it, in ms. */
export interface Range {
  name: string;
  words: string;
  span: number;
  bar: number;
  /** Seconds of the steps that are asked for. */
  step: 60 | 3_600;
}

/** The times that the chart can show. */
export const RANGES: readonly Range[] = [
  { name: '1 h', words: 'In the last hour', span: HOUR, bar: MINUTE, step: 60 },
  { name: '24 h', words: 'In the last 24 hours', span: 24 * HOUR, bar: 20 * MINUTE, step: 60 },
  { name: '7 d', words: 'In the last 7 days', span: 7 * 24 * HOUR, bar: 2 * HOUR, step: 3_600 },
];

/** What happened in the time of one bar. */
export interface Bar {
  at: number;
  registered: number;
  refused: number;
}

/**
 * Sums counts to the bars of a chart, the oldest first; each bar is there, whether something happened or not.
 * @param now ms since 1970, within the last bar
 */
export function toBars(counts: readonly Count[], { span, bar }: Range, now: number): Bar[] {
  const end = Math.floor(now / bar) * bar;
  const begin = end - span + bar;
  const bars = Array.from(
    { length: span / bar },
    (_, at): Bar => ({ at: begin + at * bar, registered: 0, refused: 0 }),
  );
  for (const { at, registered, refused } of counts) {
    const found = bars[Math.floor((at - begin) / bar)];
    if (found === undefined) continue;
    found.registered += registered;
    found.refused += refused;
  }
  return bars;
}
