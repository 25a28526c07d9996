import { consistsOf, isBlank, parseNumber, skipBlanks, TOKEN } from './characters.js';

/** A parsed CSeq (RFC 3261 section 20.16). */
export interface CSeq {
  /** Below 2^31. */
  readonly number: number;
  readonly method: string;
}

/** Parses a CSeq value. Gives undefined when malformed or its number is 2^31 or more. */
export function parseCSeq(value: string): CSeq | undefined {
  let end = 0;
  while (end < value.length && !isBlank(value.charCodeAt(end))) end += 1;
  const number = parseNumber(value.slice(0, end), 0x7fffffff);
  const method = value.slice(skipBlanks(value, end));
  return number === undefined || !consistsOf(TOKEN, method) ? undefined : { number, method };
}
