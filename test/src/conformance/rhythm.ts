import type { Test } from 'tap';

/**
 * Checks that messages came in the intervals they are due in. None may come early, save for what the one before came late;
 * on a busy machine each may be four T1 late, which still tells doubled intervals from even ones and capped ones from those
 * that go on doubling.
 * @param times when they came, in milliseconds by any clock
 * @param due when they should have come, in T1 after the first
 */
export function checkRhythm(t: Test, t1: number, times: number[], due: number[]): void {
  const came = times.map((time) => (time - (times[0] ?? 0)) / t1);
  for (let at = 1; at < due.length; at++) {
    const interval = (came[at] ?? 0) - (came[at - 1] ?? 0);
    const expected = (due[at] ?? 0) - (due[at - 1] ?? 0);
    const late = Math.max(0, (came[at - 1] ?? 0) - (due[at - 1] ?? 0));
    const isInTime = interval > expected - late - 0.5 && interval < expected + 4;
    t.ok(isInTime, `${interval.toFixed(1)} T1, due after ${expected}`);
  }
}
