import { type ExpiryLimits, grantSeconds, readSeconds } from '../sip/expiry.js';
import { SipFailure } from '../sip/failure.js';
import { parseNameAddrs } from '../sip/name-addr.js';
import type { ReceivedRequest } from '../sip/stack.js';
import { parseSipUri } from '../sip/uri.js';
import type { EventPackage } from './topic.js';

/** What a SUBSCRIBE asks for. */
export interface Asked {
  eventPackage: EventPackage;
  /** The Event header, as it is to stand in every NOTIFY: the package and the `id` (RFC 6665 section 8.2.1). */
  event: string;
  /** The user part of the Request-URI. */
  user: string;
  /** Seconds that are granted; 0 ends the subscription, or asks for the state once. */
  seconds: number;
}

/** The value of Allow-Events. */
export function allowEvents(packages: readonly EventPackage[]): string {
  return packages.map(({ name }) => name).join(', ');
}

/**
 * Reads a SUBSCRIBE (RFC 6665 section 4.2.1.1).
 * @throws SipFailure 489 for a package that there is not, 406 when its documents are not accepted, 423 for too short a time,
 *   400 and 416 when it is malformed
 */
export function readSubscribe(
  request: ReceivedRequest,
  packages: readonly EventPackage[],
  limits: ExpiryLimits,
): Asked {
  const [, name, params = ''] = EVENT.exec(request.headers.event?.trim() ?? '') ?? [];
  const eventPackage = packages.find((candidate) => candidate.name === name);
  if (eventPackage === undefined) throw new SipFailure(489, { 'Allow-Events': allowEvents(packages) });
  const uri = parseSipUri(request.uri);
  if (uri === undefined) throw new SipFailure(/^sips?:/i.test(request.uri) ? 400 : 416);
  if (parseNameAddrs(request.headers.contact ?? '', 1) === undefined) throw new SipFailure(400);
  if (!accepts(request.headers.accept, eventPackage.contentType)) {
    throw new SipFailure(406, { Accept: eventPackage.contentType });
  }
  const id = ID.exec(params)?.[1];
  return {
    eventPackage,
    event: id === undefined ? eventPackage.name : `${eventPackage.name};id=${id}`,
    user: uri.user,
    seconds: grantSeconds(readSeconds(request.headers.expires?.trim()) ?? limits.default, limits),
  };
}

const EVENT = /^([A-Za-z0-9\-.!%*_+`'~]{1,64})[ \t]*((?:;.{0,200})?)$/;
const ID = /;[ \t]*id[ \t]*=[ \t]*([A-Za-z0-9\-.!%*_+`'~]{1,64})[ \t]*(?:;|$)/i;

/** Whether a document of a type is accepted; without an Accept header it is. */
function accepts(accept: string | undefined, type: string): boolean {
  if (accept === undefined) return true;
  const [kind] = type.split('/');
  const ranges = accept.split(',').map((range) => (range.split(';')[0] as string).trim().toLowerCase());
  return [type, `${kind}/*`, '*/*'].some((range) => ranges.includes(range));
}
