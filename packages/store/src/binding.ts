/**
 * A contact bound to a phone's address-of-record (RFC 3261 section 10): where requests for the phone are sent until it
 * expires.
 */
export interface Binding {
  /** The contact URI as the phone wrote it. */
  contact: string;
  /** When it runs out, ms since 1970. */
  expiresAt: number;
  /** Call-ID and CSeq number of the REGISTER that last updated it. */
  callId: string;
  cseq: number;
  /** Preference, 0 to 1 (RFC 3261 section 20.10). */
  q?: number;
  /** `+sip.instance` and `reg-id` (RFC 5626 section 4). */
  instance?: string;
  regId?: number;
  /** The Path of the REGISTER (RFC 3327), topmost first. */
  path?: string[];
  /** SIP transport of the REGISTER: `udp`, `tcp`, `tls`, `ws` or `wss`. */
  protocol: string;
  /** Where the phone sent the REGISTER from; requests for the phone go back there. */
  address: string;
  port: number;
  /** The trusted proxy that the REGISTER came through: requests for the phone go to it instead. */
  proxy?: { address: string; port: number };
  userAgent?: string;
  /** The phone's address in its own network. */
  localAddress?: string;
  /** The drachtio server that it was registered with, which holds the way to the phone. */
  server?: string;
  /** Seconds after which it needs a sign of life from us; 0 or nothing for never. */
  keepAlive?: number;
  /** When the contact was first bound and last refreshed, ms since 1970. */
  registeredAt: number;
  updatedAt: number;
}

/** Reads a binding as the store keeps it. */
export function parseBinding(json: string): Binding {
  return JSON.parse(json) as Binding;
}

/** One contact of a REGISTER: what is to become of its binding. */
export interface ContactUpdate {
  /** Names the binding among those of the phone. */
  key: string;
  /** The contact URI. */
  uri: string;
  /** Seconds that the binding is granted; 0 removes it. */
  expires: number;
  q?: number | undefined;
  instance?: string | undefined;
  regId?: number | undefined;
  /** Seconds after which the binding needs a sign of life from us; 0 or nothing for never. */
  keepAlive?: number;
}
