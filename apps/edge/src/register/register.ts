import type { Admission, Binding, Bindings, Secrets } from '@ringfence/store';
import type { Access } from '../access.js';
import type { ExpiryLimits } from '../sip/expiry.js';
import { Refusal } from '../sip/failure.js';
import { addressOf, callIdOf, cseqOf, optionsOf, requireOnly } from '../sip/request.js';
import type { ReceivedRequest, Responder } from '../sip/stack.js';
import { readContacts } from './contacts.js';
import { makeGruus } from './gruu.js';
import { localAddressOf } from './local-address.js';
import { outboundHeaders, readPath, usesOutbound } from './outbound.js';

/** What the registrar works with. */
export interface RegistrarParts {
  access: Access;
  bindings: Bindings;
  secrets: Secrets;
  expires: ExpiryLimits;
  /** How many contacts one phone may have. */
  contactLimit: number;
  /** Names the drachtio server that requests come from. */
  server: string;
  /** Host of addresses-of-record. */
  realm: string;
  /** What phones are to route their requests through (RFC 3608), as Service-Route writes it; undefined for nothing. */
  serviceRoute: string | undefined;
  /** Told of each registration that stands. */
  onRegistered: (admission: Admission) => void;
  now: () => number;
}

/** The extensions that a REGISTER may require. */
const SUPPORTED: ReadonlySet<string> = new Set(['outbound', 'path', 'gruu']);

/**
 * Makes the registrar (RFC 3261 section 10.3): a REGISTER of a phone that is admitted updates its bindings, all contacts
 * or none, and is answered with those that then stand. With it go outbound (RFC 5626), Path (RFC 3327), Service-Route
 * (RFC 3608) and GRUU (RFC 5627).
 */
export function createRegistrar(parts: RegistrarParts) {
  const { access, bindings, expires, contactLimit, serviceRoute, server, onRegistered } = parts;
  return async (request: ReceivedRequest, response: Responder): Promise<void> => {
    requireOnly(request, SUPPORTED);
    const [callId, cseq, path] = [callIdOf(request), cseqOf(request), readPath(request)];
    const registered = await access.admit(request, 'registrar', async (admission, username) => {
      if (!isOwn(request, username)) throw new Refusal('identity_mismatch');
      const contacts = readContacts(request, expires, admission.source);
      const hasFlow = contacts !== '*' && contacts.some(({ regId }) => regId !== undefined);
      const isOutbound = usesOutbound(request, path, hasFlow);
      const localAddress = localAddressOf(request);
      const registration = { callId, cseq, contacts, limit: contactLimit, localAddress, path, server };
      const outcome = await bindings.register(admission, registration);
      if (!outcome.done) return outcome;
      return { done: true as const, bindings: outcome.bindings, admission, username, isOutbound };
    });
    onRegistered(registered.admission);
    const headers: Record<string, string> = {};
    if (registered.bindings.length > 0) {
      headers.Contact = contactHeader(parts, registered, optionsOf(request, 'supported').has('gruu'));
      if (serviceRoute) headers['Service-Route'] = serviceRoute;
    }
    if (path.length > 0) headers.Path = path.map((uri) => `<${uri}>`).join(', ');
    if (registered.isOutbound) Object.assign(headers, outboundHeaders(request.protocol.toLowerCase()));
    response.send(200, { headers });
  };
}

/** What became of a REGISTER. */
interface Registered {
  done: true;
  /** Those that stand. */
  bindings: readonly Binding[];
  admission: Admission;
  username: string;
  /** Whether the client keeps flows to us (RFC 5626). */
  isOutbound: boolean;
}

/** A phone registers itself, nobody else. */
function isOwn(request: ReceivedRequest, username: string): boolean {
  return addressOf(request, 'to').uri.user === username && addressOf(request, 'from').uri.user === username;
}

/** Every contact that is bound, with what remains of its time; for clients that know of GRUUs, with those. */
function contactHeader(
  { secrets, realm, now }: RegistrarParts,
  { bindings, admission, username }: Registered,
  wantsGruus: boolean,
): string {
  const at = now();
  const contacts = bindings.map(({ contact, expiresAt, q, instance, regId }) => {
    let text = `<${contact}>`;
    if (q !== undefined) text += `;q=${q}`;
    text += `;expires=${Math.max(0, Math.ceil((expiresAt - at) / 1_000))}`;
    if (instance !== undefined) text += `;+sip.instance="${instance}"`;
    if (regId !== undefined) text += `;reg-id=${regId}`;
    const phone = { id: admission.phone.id, username };
    const gruus = wantsGruus && instance !== undefined ? makeGruus(secrets, phone, instance, realm) : undefined;
    return gruus === undefined ? text : `${text};pub-gruu="${gruus.public}";temp-gruu="${gruus.temporary}"`;
  });
  return contacts.join(', ');
}
