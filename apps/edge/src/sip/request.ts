import { SipFailure } from './failure.js';
import { type NameAddr, parseNameAddr } from './name-addr.js';
import type { ReceivedRequest } from './stack.js';

/** Most characters kept of a User-Agent. */
const LONGEST_USER_AGENT = 128;

/** Text that needs no cleaning. */
const PLAIN = /^[\x20-\x7e]*$/;

/** The User-Agent without control characters and cut to a bearable length; undefined when there is none. */
export function userAgentOf(request: ReceivedRequest): string | undefined {
  const text = request.headers['user-agent']?.slice(0, 4 * LONGEST_USER_AGENT);
  if (text === undefined || PLAIN.test(text)) return text?.trim().slice(0, LONGEST_USER_AGENT) || undefined;
  const printable = text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_USER_AGENT);
  return printable || undefined;
}

/** From and To of a request; undefined for what is malformed. */
export interface Addresses {
  from: NameAddr | undefined;
  to: NameAddr | undefined;
}

/**
 * Where a request keeps them once they are read, since each is needed at several places. A WeakMap would let what it holds
 * live on until the next full garbage collection.
 */
const ADDRESSES = Symbol('addresses');

/** Reads From and To. */
export function addressesOf(request: ReceivedRequest & { [ADDRESSES]?: Addresses }): Addresses {
  request[ADDRESSES] ??= {
    from: parseNameAddr(request.headers.from ?? ''),
    to: parseNameAddr(request.headers.to ?? ''),
  };
  return request[ADDRESSES];
}

/**
 * From or To.
 * @throws SipFailure 400 when it is malformed
 */
export function addressOf(request: ReceivedRequest, header: 'from' | 'to'): NameAddr {
  const address = addressesOf(request)[header];
  if (address === undefined) throw new SipFailure(400);
  return address;
}

/** The CSeq number. */
export function cseqOf(request: ReceivedRequest): number {
  const [, digits, method] = /^(\d{1,10})[ \t]+(\S{1,32})$/.exec(request.headers.cseq?.trim() ?? '') ?? [];
  const number = Number(digits);
  if (digits === undefined || number >= 2 ** 31 || method !== request.method) throw new SipFailure(400);
  return number;
}

/** The Call-ID. */
export function callIdOf(request: ReceivedRequest): string {
  const callId = request.headers['call-id']?.trim() ?? '';
  if (!/^[\x21-\x7e]{1,256}$/.test(callId)) throw new SipFailure(400);
  return callId;
}

/**
 * The option tags of Require or Supported, in lower case.
 * @throws SipFailure 400 when they cannot be read
 */
export function optionsOf(request: ReceivedRequest, header: 'require' | 'supported'): ReadonlySet<string> {
  const text = request.headers[header]?.trim() ?? '';
  if (text === '') return NO_OPTIONS;
  if (!/^[A-Za-z0-9\-.!%*_+`'~, \t]{1,512}$/.test(text)) throw new SipFailure(400);
  return new Set(
    text
      .toLowerCase()
      .split(/[, \t]+/)
      .filter((tag) => tag !== ''),
  );
}

/** Refuses what the request requires and the edge does not have (RFC 3261 section 8.2.2.3). */
export function requireOnly(request: ReceivedRequest, supported: ReadonlySet<string> = NO_OPTIONS): void {
  const missing = [...optionsOf(request, 'require')].filter((tag) => !supported.has(tag));
  if (missing.length > 0) throw new SipFailure(420, { Unsupported: missing.join(', ') });
}

const NO_OPTIONS: ReadonlySet<string> = new Set();
