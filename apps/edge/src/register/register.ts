import type { Binding, Bindings } from '@ringfence/store';
import type { Access } from '../access.js';
import { Refusal } from '../sip/failure.js';
import { addressOf, callIdOf, cseqOf, requireNothing } from '../sip/request.js';
import type { ReceivedRequest, Responder } from '../sip/stack.js';
import { type ExpiryLimits, readContacts } from './contacts.js';
import { localAddressOf } from './local-address.js';

/** What the registrar works with. */
export interface RegistrarParts {
  access: Access;
  bindings: Bindings;
  expires: ExpiryLimits;
  /** How many contacts one phone may have. */
  contactLimit: number;
  now: () => number;
}

/**
 * Makes the registrar (RFC 3261 section 10.3): a REGISTER of a phone that is admitted updates its bindings, all contacts
 * or none, and is answered with those that then stand.
 */
export function createRegistrar({ access, bindings, expires, contactLimit, now }: RegistrarParts) {
  return async (request: ReceivedRequest, response: Responder): Promise<void> => {
    requireNothing(request);
    const [callId, cseq] = [callIdOf(request), cseqOf(request)];
    const outcome = await access.admit(request, 'registrar', (admission, username) => {
      if (!isOwn(request, username)) throw new Refusal('identity_mismatch');
      return bindings.register(admission, {
        callId,
        cseq,
        contacts: readContacts(request, expires),
        limit: contactLimit,
        localAddress: localAddressOf(request),
      });
    });
    const contacts = outcome.bindings.map((binding) => writeContact(binding, now()));
    response.send(200, contacts.length > 0 ? { headers: { Contact: contacts.join(', ') } } : {});
  };
}

/** A phone registers itself, nobody else. */
function isOwn(request: ReceivedRequest, username: string): boolean {
  return addressOf(request, 'to').uri.user === username && addressOf(request, 'from').uri.user === username;
}

function writeContact({ contact, expiresAt, q }: Binding, now: number): string {
  const seconds = Math.max(0, Math.ceil((expiresAt - now) / 1_000));
  return `<${contact}>${q === undefined ? '' : `;q=${q}`};expires=${seconds}`;
}
