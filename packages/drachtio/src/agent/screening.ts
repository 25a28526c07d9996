import type { Header } from '../sip/headers.js';
import { splitList } from '../sip/list.js';
import type { SipRequest } from '../sip/message.js';

/** Why a request goes to no application. */
export interface Refusal {
  readonly status: 416 | 420;
  readonly headers: Header[];
}

/** Schemes of Request-URIs that SIP elements may know: RFC 3261, 3966 (tel), 5031 (urn:service), 3859 and 3860 (pres, im). */
const SCHEMES = new Set(['sip', 'sips', 'tel', 'urn', 'pres', 'im']);

/** The option tags that are registered with IANA. Which of them it supports is for the application to say. */
const OPTION_TAGS = new Set(
  `100rel 199 answermode early-session eventlist explicitsub from-change geolocation-http geolocation-sip gin gruu
  histinfo ice join multiple-refer norefersub nosub outbound path policy precondition pref privacy recipient-list-invite
  recipient-list-message recipient-list-subscribe record-aware replaces resource-priority sdp-anat sec-agree siprec
  tdialog timer trickle-ice uui`.split(/\s+/),
);

/**
 * What is wrong with a new request that no application could put right: its Request-URI is of a scheme that SIP doesn't
 * know (RFC 3261 section 8.2.2.1), or it requires an extension that doesn't exist (sections 8.2.2.3 and 16.3).
 */
export function screen(request: SipRequest): Refusal | undefined {
  const { uri, method } = request;
  if (!SCHEMES.has(uri.slice(0, uri.indexOf(':')).toLowerCase())) return { status: 416, headers: [] };
  if (method === 'ACK' || method === 'CANCEL') return undefined;
  if (request.indexOf('Require') === -1 && request.indexOf('Proxy-Require') === -1) return undefined;
  const required = [...request.values('Require'), ...request.values('Proxy-Require')];
  const unknown = required
    .flatMap((value) => splitList(value) ?? [value])
    .filter((tag) => !OPTION_TAGS.has(tag.toLowerCase()));
  if (unknown.length === 0) return undefined;
  return { status: 420, headers: [{ name: 'Unsupported', value: unknown.join(', ') }] };
}
