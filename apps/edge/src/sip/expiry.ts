import { SipFailure } from './failure.js';

/** How long registrations and subscriptions may last, in seconds. */
export interface ExpiryLimits {
  min: number;
  max: number;
  /** What is granted when nothing is asked for. */
  default: number;
  /** The part of a time, from 0 to 1, by which it may be granted shorter: so phones that came all at once come back apart. */
  jitter: number;
}

/** Seconds from which on a time may be granted shorter; phones that come back sooner come apart by themselves. */
const JITTERED = 600;

/** What a malformed or overlarge expiry stands for (RFC 3261 section 20.10). */
const MALFORMED_EXPIRY = 3_600;

/** Reads delta-seconds (RFC 3261 section 25.1), up to 2^32 - 1; undefined when there are none. */
export function readSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d{1,10}$/.test(text) && Number(text) < 2 ** 32 ? Number(text) : MALFORMED_EXPIRY;
}

/**
 * Grants a time, 0 as it is.
 * @throws SipFailure 423 when less than the shortest is asked for
 */
export function grantSeconds(asked: number, { min, max, jitter }: ExpiryLimits): number {
  if (asked > 0 && asked < min) throw new SipFailure(423, { 'Min-Expires': `${min}` });
  const most = Math.min(asked, max);
  return most <= JITTERED ? most : Math.max(min, Math.round(most * (1 - jitter * Math.random())));
}
