import type { Source } from '@ringfence/store';
import type { SipUri } from '../sip/uri.js';

/** Seconds that the poorer of the NATs keep a UDP mapping without traffic are 30 (RFC 5626 section 4.4.2 asks for less). */
const NAT_TIME = 25;

/** Seconds between two looks whether a connection still leads to the phone. */
const CONNECTION_TIME = 120;

/**
 * After how many seconds a contact needs a sign of life from us: one behind a NAT, so that the way to it stays open, and
 * one on a connection, so that a lost one is noticed.
 * @returns 0 for a contact that needs none
 */
export function keepAliveTime(contact: SipUri, source: Source): number {
  if (source.protocol !== 'udp') return CONNECTION_TIME;
  const isDirect = contact.host === source.address && (contact.port ?? 5060) === source.port;
  return isDirect ? 0 : NAT_TIME;
}
