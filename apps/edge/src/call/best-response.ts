/** What the caller is told when a phone answered with a failure that is not the caller's business. */
const UNREACHABLE = 480;

/** Failures that mean the same to the caller as they did to us, best first (RFC 3261 section 16.7, step 6). */
const PASSED_ON = [600, 603, 604, 606, 415, 420, 484, 486, 488, 480, 500, 501, 513, 580] as const;

/** What another status of a class is told as. */
const CLASSES: Record<number, number> = { 3: UNREACHABLE, 4: UNREACHABLE, 5: 500, 6: 603 };

/** Time-outs and failed deliveries, which are told as a phone that cannot be reached. */
const UNDELIVERED = new Set([408, 430, 503, 504]);

/** Translates the final status of one phone for the caller. A challenge to the edge is none to the caller. */
export function toldStatus(status: number): number {
  if (UNDELIVERED.has(status)) return UNREACHABLE;
  return PASSED_ON.find((passed) => passed === status) ?? CLASSES[Math.floor(status / 100)] ?? 500;
}

/** The status to send when every phone failed (RFC 3261 section 16.7, step 6); busy goes before unreachable. */
export function bestResponse(statuses: readonly number[]): number {
  const told = statuses.map(toldStatus);
  return PASSED_ON.find((status) => told.includes(status)) ?? UNREACHABLE;
}
