import { SipFailure } from '../sip/failure.js';
import type { NameAddr } from '../sip/name-addr.js';
import type { SipRequest } from '../sip/stack.js';

/** What somebody may ask not to be told of (RFC 3323 section 4.2, RFC 3325 section 9.3); the edge tells none of it. */
const KEEPS_UNKNOWN = new Set(['id', 'header', 'user', 'session']);

const LONGEST = 128;

/**
 * Whether a caller wants to be unknown: by Privacy, or by having no name in From.
 * @throws SipFailure when it wants what the edge cannot give, and insists on it: a session that shows no address
 */
export function wantsPrivacy(request: SipRequest, from: NameAddr): boolean {
  const wanted = new Set(readPrivacy(request));
  if (wanted.has('critical') && wanted.has('session')) throw new SipFailure(500);
  if (wanted.has('none')) return false;
  return from.uri.host === 'anonymous.invalid' || [...wanted].some((value) => KEEPS_UNKNOWN.has(value));
}

function readPrivacy(request: SipRequest): string[] {
  const text = request.headers.privacy ?? '';
  if (text.length > LONGEST) throw new SipFailure(400);
  return text.split(/[;,]/).map((value) => value.trim().toLowerCase());
}
