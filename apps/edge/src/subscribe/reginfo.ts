import { createHash } from 'node:crypto';
import type { Binding } from '@ringfence/store';
import { uriHost, uriUser } from '../sip/uri.js';
import { escapeXml } from './xml.js';

/** The registration of a phone, and what it was when it was last looked at. */
export interface RegistrationState {
  /** Id of the phone. */
  id: string;
  username: string;
  /** The bindings that stand. */
  bindings: readonly Binding[];
  /** Bindings that have ended since. */
  ended: readonly Binding[];
  /** When it was looked at, ms since 1970. */
  at: number;
}

/** The type of {@link writeReginfo}'s documents. */
export const REGINFO = 'application/reginfo+xml';

/**
 * Writes the registration of a phone (RFC 3680 section 5), always in full.
 * @param realm host of the address-of-record
 */
export function writeReginfo(state: RegistrationState, realm: string, version: number): string {
  const { id, username, bindings, ended, at } = state;
  const aor = escapeXml(`sip:${uriUser(username)}@${uriHost(realm)}`);
  const contacts = [
    ...bindings.map((binding) => {
      const event = binding.updatedAt === binding.registeredAt ? 'registered' : 'refreshed';
      const expires = Math.max(0, Math.ceil((binding.expiresAt - at) / 1_000));
      return writeContact(binding, `state="active" event="${event}" expires="${expires}"`, at);
    }),
    ...ended.map((binding) => {
      const event = binding.expiresAt <= at ? 'expired' : 'unregistered';
      return writeContact(binding, `state="terminated" event="${event}"`, at);
    }),
  ];
  const registration = bindings.length > 0 ? 'active' : ended.length > 0 ? 'terminated' : 'init';
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="${version}" state="full">` +
    `<registration aor="${aor}" id="${escapeXml(id)}" state="${registration}">${contacts.join('')}</registration></reginfo>\n`
  );
}

/** The name of a binding: the same as long as it stands, whatever its phone makes of the URI. */
function nameOf({ contact, instance, regId }: Binding): string {
  const named = instance === undefined ? contact : `${instance};${regId}`;
  return createHash('sha256').update(named).digest('hex').slice(0, 16);
}

function writeContact(binding: Binding, state: string, at: number): string {
  const { contact, registeredAt, callId, cseq, q } = binding;
  const since = Math.max(0, Math.floor((at - registeredAt) / 1_000));
  const preference = q === undefined ? '' : ` q="${q}"`;
  return (
    `<contact id="${nameOf(binding)}" ${state} duration-registered="${since}"${preference}` +
    ` callid="${escapeXml(callId)}" cseq="${cseq}"><uri>${escapeXml(contact)}</uri></contact>`
  );
}

/** Those of some bindings that do not stand among others. */
export function endedOf(before: readonly Binding[], now: readonly Binding[]): Binding[] {
  const standing = new Set(now.map(nameOf));
  return before.filter((binding) => !standing.has(nameOf(binding)));
}
