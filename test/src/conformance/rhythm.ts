import type { Test } from 'tap';

/**
 * Checks that messages came in the intervals they are due in. None may come early; on a busy machine each may be four T1
 * late, which still tells doubled intervals from even ones and capped ones from those that go on doubling.
 * @param times when they came, in milliseconds by any clock
 * @param due when they should have come, in T1 after the first
 */
export function checkRhythm(t: Test, t1: number, times: number[], due: number[]): void {
  for (let at = 1; at < due.length; at++) {
    const interval = ((times[at] ?? 0) - (times[at - 1] ?? 0)) / t1;
    const expected = (due[at] ?? 0) - (due[at - 1] ?? 0);
    t.ok(interval > expected - 0.5 && interval < expected + 4, `${interval.toFixed(1)} T1, due after ${expected}`);
  }
}
