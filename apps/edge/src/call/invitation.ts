import { SipFailure } from '../sip/failure.js';
import { SDP } from '../sip/methods.js';
import { parseNameAddrs } from '../sip/name-addr.js';
import { optionsOf } from '../sip/request.js';
import type { SipRequest } from '../sip/stack.js';
import { parseSipUri } from '../sip/uri.js';
import type { Reliability } from './progress.js';
import { grantTerms, type SessionTimes } from './session-terms.js';

/** What is taken from a caller's INVITE; nothing else of it reaches the other side. */
export interface Invitation {
  /** The user part of the Request-URI. */
  dialled: string;
  /** The session description, passed on as it is; undefined when the caller wants the offer from the other side. */
  offer: string | undefined;
  /** Max-Forwards for the other side. */
  maxForwards: number;
  /** Whether it takes provisional responses reliably (RFC 3262). */
  reliability: Reliability;
  /** What is agreed on with the caller, and the headers of the 200 that say so. */
  session: ReturnType<typeof grantTerms>;
}

const MOST_HOPS = 70;
const LONGEST_SDP = 16_384;

/**
 * Reads a caller's INVITE.
 * @throws SipFailure when it cannot be served
 */
export function readInvitation(request: SipRequest, times: SessionTimes): Invitation {
  const uri = parseSipUri(request.uri);
  if (uri === undefined) throw new SipFailure(/^sips?:/i.test(request.uri) ? 400 : 416);
  if (parseNameAddrs(request.headers.contact ?? '', 1) === undefined) throw new SipFailure(400);
  const maxForwards = readMaxForwards(request) - 1;
  const isRequired = optionsOf(request, 'require').has('100rel');
  const reliability = { isRequired, isSupported: isRequired || optionsOf(request, 'supported').has('100rel') };
  return {
    dialled: uri.user,
    offer: readOffer(request),
    maxForwards,
    reliability,
    session: grantTerms(request, times),
  };
}

/** The body of a request when it is a session description. */
export function readOffer(request: SipRequest): string | undefined {
  if (request.body === '') return undefined;
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== SDP || request.headers['content-encoding'] !== undefined) throw new SipFailure(415, { Accept: SDP });
  if (request.body.length > LONGEST_SDP) throw new SipFailure(513);
  return request.body;
}

function readMaxForwards(request: SipRequest): number {
  const text = request.headers['max-forwards']?.trim() ?? `${MOST_HOPS}`;
  if (!/^\d{1,3}$/.test(text)) throw new SipFailure(400);
  if (Number(text) === 0) throw new SipFailure(483);
  return Math.min(Number(text), MOST_HOPS);
}
