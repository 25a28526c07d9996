import { hash } from 'node:crypto';
import type { Countries } from '@ringfence/geoip';
import type { Phone } from '@ringfence/phone';
import type { Fleet, Store, Token } from '@ringfence/store';
import { type TProperties, Type } from 'typebox';
import { maySeeCustomer } from '../../../access.js';
import { apiError } from '../../../errors.js';

/** What the routes of phones work with. */
export interface PhoneParts {
  store: Store;
  countries: Countries;
  /** Milliseconds that replaced credentials stay good. */
  credentialsOverlap: number;
  /** What lists of phones are taken from. */
  fleet: Fleet;
}

/**
 * Lets a caller go on who may know about a phone.
 * @throws ApiError `not_found` when there is none, or it is of a customer that the caller may not see
 */
export async function guardPhone({ store }: PhoneParts, caller: Token, phone: Phone | undefined): Promise<Phone> {
  const isVisible = phone !== undefined && (await maySeeCustomer(caller, phone.customer, store.directory));
  if (!isVisible) throw apiError('not_found');
  return phone;
}

/** The ETag of a phone (RFC 9110 section 8.8.3): it changes with what the phone is set to, not with its status. */
export function versionOf({ status, ...settings }: Phone): string {
  return `"${hash('sha1', JSON.stringify(settings), 'base64url')}"`;
}

/**
 * Stops a change of what is no longer as the client knows it (RFC 9110 section 13.1.1).
 * @throws ApiError `precondition_failed`
 */
export function checkVersion(phone: Phone, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  const versions = ifMatch.split(',').map((version) => version.trim());
  if (!versions.includes(versionOf(phone))) throw apiError('precondition_failed');
}

/** The header of a change that is to happen only if the phone is as the client knows it. */
export const IfMatch = Type.Object({
  'if-match': Type.Optional(Type.String({ description: 'ETag that the phone must have; 412 when it has another' })),
});

/** An answer that tells the version of what it shows. */
export function versioned<P extends TProperties>(properties: P) {
  const etag = Type.String({ description: 'Names what the phone is set to' });
  return Type.Object(properties, { description: 'The phone; what has no value is left out', headers: { etag } });
}
