import type { Fence } from '@ringfence/phone';
import type { Binding, ContactUpdate } from './binding.js';

/** What a SIP request needs to know of the phone that a username belongs to. */
export interface PhoneAccount {
  /** Id of the phone. */
  id: string;
  /** The SIP password, sealed: `Secrets.open(sealedPassword, id)` opens it. */
  sealedPassword: string;
  customer: string;
  /** Whether the customer exists and is active. */
  customerActive: boolean;
  /** Id of the linked extension. */
  extension: string | undefined;
  /** Id of its model. */
  model: string;
  fence: Fence;
  /** When these credentials end, ms since 1970: others have taken their place that the phone has not used yet. */
  goodUntil?: number | undefined;
  /** All passwords, as the store has them, when a reset has replaced some that end once those of the account are used. */
  replacing?: string | undefined;
  /** SHA-1 of everything above as it was read: the store admits nothing that was decided on it once it has changed. */
  digest: string;
}

/** What a request within a dialog needs to know of the phone that sends it. */
export interface FencedPhone extends Pick<PhoneAccount, 'id' | 'customer' | 'extension' | 'fence'> {
  username: string;
}

/** A request of a phone whose credentials were verified and whose fence was found to allow it. */
export interface Admission {
  /** The phone as it was read when the request was decided on. */
  phone: PhoneAccount;
  /** The time, ms since 1970. */
  now: number;
  /** The address that the phone is to be locked to, because it was OPEN. */
  lock: string | undefined;
  /** The digest nonce: its id begins with the ms at which it was issued; `age` is the ms it is good for. */
  nonce: { id: string; count: number; age: number };
  /** Where the request came from. */
  source: Source;
}

/** Where a request came from. */
export interface Source {
  address: string;
  port: number;
  protocol: string;
  country: string | undefined;
  userAgent: string | undefined;
  /** The trusted proxy that it came through. */
  proxy?: { address: string; port: number } | undefined;
}

/** What a REGISTER asks for. */
export interface Registration {
  callId: string;
  cseq: number;
  /** What becomes of the bindings: `*` removes all (RFC 3261 section 10.2.2), an empty list only asks for them. */
  contacts: readonly ContactUpdate[] | '*';
  /** How many bindings the phone may have. */
  limit: number;
  /** The phone's address in its own network. */
  localAddress: string | undefined;
  /** The Path of the request (RFC 3327), topmost first. */
  path?: readonly string[];
  /** Names the drachtio server that it came to. */
  server: string;
}

/** Why the store did not let a request in; nothing was changed but the nonce count. */
export type Rejection =
  /** The phone was changed since it was read: read it, verify and decide again. */
  | 'stale'
  /** The nonce count was used before (RFC 7616 section 3.4). */
  | 'replayed'
  /** A binding stands of the same Call-ID and of a CSeq not lower (RFC 3261 section 10.3, step 7). */
  | 'out_of_order'
  /** More contacts in one request than a phone may have. */
  | 'too_many';

/** What became of a request. */
export type AdmissionOutcome = { done: true; locked: boolean } | { done: false; rejection: Rejection };

/** What became of a REGISTER; all its contacts are updated or none. */
export type RegistrationOutcome =
  | { done: true; locked: boolean; bindings: Binding[] }
  | { done: false; rejection: Rejection };
