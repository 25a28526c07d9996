import type { ContactUpdate, Source } from '@ringfence/store';
import { type ExpiryLimits, grantSeconds, readSeconds } from '../sip/expiry.js';
import { SipFailure } from '../sip/failure.js';
import { type NameAddr, parseNameAddrs } from '../sip/name-addr.js';
import type { ReceivedRequest } from '../sip/stack.js';
import { keepAliveTime } from './keep-alive-time.js';

/** Most contacts in one REGISTER, and characters of all of them; more are malformed, however many a phone may have. */
const MOST_CONTACTS = 100;
const LONGEST_CONTACTS = 4_096;

/**
 * Reads what a REGISTER wants done with the bindings (RFC 3261 section 10.3, steps 6 and 7).
 * @param source where the request came from
 * @returns `*` when all are to be removed, else one update for each contact; none when the phone only asks
 * @throws SipFailure 400 when Contact is malformed, 423 when less than the shortest time is asked for
 */
export function readContacts(request: ReceivedRequest, limits: ExpiryLimits, source: Source): ContactUpdate[] | '*' {
  const contact = request.headers.contact?.trim();
  const expires = readSeconds(request.headers.expires?.trim());
  if (contact === undefined || contact === '') return [];
  if (contact === '*') {
    if (expires !== 0) throw new SipFailure(400);
    return '*';
  }
  const addresses = contact.length > LONGEST_CONTACTS ? undefined : parseNameAddrs(contact, MOST_CONTACTS);
  if (addresses === undefined) throw new SipFailure(400);
  const updates = addresses.map((address) => toUpdate(address, { expires, limits, source }));
  return updates.length === 1 ? updates : [...new Map(updates.map((update) => [update.key, update])).values()];
}

function toUpdate(
  address: NameAddr,
  { expires, limits, source }: { expires: number | undefined; limits: ExpiryLimits; source: Source },
): ContactUpdate {
  const { text, uri, params } = address;
  const asked = readSeconds(params.get('expires')) ?? expires ?? limits.default;
  const instance = readInstance(params.get('+sip.instance'));
  const regId = instance === undefined ? undefined : readRegId(params.get('reg-id'));
  return {
    key: regId === undefined ? comparable(address) : `${instance};${regId}`,
    uri: text,
    expires: grantSeconds(asked, limits),
    q: readPreference(params.get('q')),
    instance,
    regId,
    keepAlive: keepAliveTime(uri, source),
  };
}

/** An instance id (RFC 5626 section 4.1) that can be written as it is; another is as good as none. */
function readInstance(text: string | undefined): string | undefined {
  return text !== undefined && /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/.test(text) ? text : undefined;
}

/** Two URIs that RFC 3261 section 19.1.4 calls equivalent are written alike, as far as phones make use of it. */
function comparable({ uri: { scheme, user, host, port, params } }: NameAddr): string {
  if (params.size === 0) return `${scheme}:${user}@${host}:${port ?? ''}`;
  const sorted = [...params].map(([name, value]) => `;${name}=${value.toLowerCase()}`).sort();
  return `${scheme}:${user}@${host}:${port ?? ''}${sorted.join('')}`;
}

function readPreference(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(text)) throw new SipFailure(400);
  return Number(text);
}

/** A reg-id that is no number from 1 to 2^31 - 1 (RFC 5626 section 4.2) is as good as none. */
function readRegId(text: string | undefined): number | undefined {
  const number = /^\d{1,10}$/.test(text ?? '') ? Number(text) : 0;
  return number >= 1 && number < 2 ** 31 ? number : undefined;
}
