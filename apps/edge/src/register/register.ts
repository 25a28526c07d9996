import type { Admission, Binding, Bindings, Secrets } from '@ringfence/store';
import type { Access } from '../access.js';
import type { ExpiryLimits } from '../sip/expiry.js';
import { Refusal } from '../sip/failure.js';
import { addressOf, callIdOf, cseqOf, optionsOf, requireOnly } from '../sip/request.js';
import type { Headers, ReceivedRequest, Responder } from '../sip/stack.js';
import { readContacts } from './contacts.js';
import { makeGruus } from './gruu.js';
import { keepAliveTime } from './keep-alive-time.js';
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
    const outcome = await access.admit(request, 'registrar', async (admission, username) => {
      if (!isOwn(request, username)) throw new Refusal('identity_mismatch');
      const read = readContacts(request, expires);
      const contacts =
        read === '*' ? read : read.map((one) => ({ ...one, keepAlive: keepAliveTime(one, admission.source) }));
      const hasFlow = contacts !== '*' && contacts.some(({ regId }) => regId !== undefined);
      const isOutbound = usesOutbound(request, path, hasFlow);
      const localAddress = localAddressOf(request);
      const registration = { callId, cseq, contacts, limit: contactLimit, localAddress, path, server };
      return { ...(await bindings.register(admission, registration)), admission, username, isOutbound };
    });
    onRegistered(outcome.admission);
    const protocol = request.protocol.toLowerCase();
    response.send(200, {
      headers: {
        ...contactHeader(parts, outcome, optionsOf(request, 'supported').has('gruu')),
        ...(path.length > 0 && { Path: path.map((uri) => `<${uri}>`).join(', ') }),
        ...(serviceRoute && outcome.bindings.length > 0 && { 'Service-Route': serviceRoute }),
        ...(outcome.isOutbound && outboundHeaders(protocol)),
      },
    });
  };
}

/** A phone registers itself, nobody else. */
function isOwn(request: ReceivedRequest, username: string): boolean {
  return addressOf(request, 'to').uri.user === username && addressOf(request, 'from').uri.user === username;
}

/** Every contact that is bound, with what remains of its time; for clients that know of GRUUs, with those. */
function contactHeader(
  { secrets, realm, now }: RegistrarParts,
  { bindings, admission, username }: { bindings: readonly Binding[]; admission: Admission; username: string },
  wantsGruus: boolean,
): Headers {
  if (bindings.length === 0) return {};
  const at = now();
  const contacts = bindings.map(({ contact, expiresAt, q, instance, regId }) => {
    const seconds = Math.max(0, Math.ceil((expiresAt - at) / 1_000));
    const phone = { id: admission.phone.id, username };
    const gruus = wantsGruus && instance !== undefined ? makeGruus(secrets, phone, instance, realm) : undefined;
    return [
      `<${contact}>`,
      ...(q === undefined ? [] : [`q=${q}`]),
      `expires=${seconds}`,
      ...(instance === undefined ? [] : [`+sip.instance="${instance}"`]),
      ...(regId === undefined ? [] : [`reg-id=${regId}`]),
      ...(gruus ? [`pub-gruu="${gruus.public}"`, `temp-gruu="${gruus.temporary}"`] : []),
    ].join(';');
  });
  return { Contact: contacts.join(', ') };
}
