import type { Test } from 'tap';

/**
 * Checks that messages came when they were due.
 * @param times when they came, in milliseconds by any clock
 * @param due when they should have come, in T1 after the first; a busy machine may be off by one and a half
 */
export function checkRhythm(t: Test, t1: number, times: number[], due: number[]): void {
  const [first = 0] = times;
  for (const [at, beat] of due.entries()) {
    const came = ((times[at] ?? 0) - first) / t1;
    t.ok(Math.abs(came - beat) <= 1.5, `due at ${beat} T1, came at ${came.toFixed(1)}`);
  }
}
