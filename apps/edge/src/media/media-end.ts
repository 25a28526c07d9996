import { randomUUID } from 'node:crypto';
import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Dictionary } from './bencode.js';

/** Where an end of a session is, as its SIP tells. */
export interface EndPlace {
  /** `udp`, `tcp`, `tls`, `ws` or `wss`. */
  transport: string;
  /** The address that a phone's SIP comes from; undefined for a PBX cluster, whose media may be anywhere. */
  address: string | undefined;
}

/** A PBX cluster, wherever it is. */
export const AT_CLUSTER: EndPlace = { transport: 'udp', address: undefined };

/** Ciphers that encrypt nothing, and one that nobody has. */
const NO_CIPHERS = ['NULL_HMAC_SHA1_80', 'NULL_HMAC_SHA1_32', 'F8_128_HMAC_SHA1_80', 'F8_128_HMAC_SHA1_32'];

/** What is asked of rtpengine for an offer to each kind of end. */
const KINDS = {
  /** Desk phones, and PBX clusters. */
  plain: { ICE: 'remove', 'rtcp-mux': ['demux'], DTLS: 'off', SDES: ['off'] },
  /** Phones whose SIP is encrypted get keys that they may use (RFC 8643), since nobody else sees them. */
  opportunistic: {
    ...{ ICE: 'remove', 'rtcp-mux': ['demux'], DTLS: 'off', OSRTP: ['offer'] },
    SDES: NO_CIPHERS.map((suite) => `no-${suite}`),
  },
  /** Phones that encrypt (RFC 4568). */
  sdes: { ICE: 'remove', 'rtcp-mux': ['demux'], DTLS: 'off', SDES: NO_CIPHERS.map((suite) => `no-${suite}`) },
  /** Browsers (RFC 8827): they begin DTLS, when ICE has found the way. */
  browser: { ICE: 'force', 'rtcp-mux': ['offer'], DTLS: 'passive', SDES: ['off'] },
} satisfies Record<string, Dictionary>;

type Kind = keyof typeof KINDS;

/** How the certificate is told to a browser; another way makes it begin DTLS anew (RFC 8842 section 5.1). */
const FINGERPRINTS = ['SHA-256', 'SHA-384'] as const;

/** What its last session description says of an end. */
interface Said {
  protocol: string;
  kind: Kind;
}

/** One end of a media session: how it is named in rtpengine, and what it takes. */
export class MediaEnd {
  readonly tag = randomUUID();
  readonly #place: EndPlace;
  readonly #fingerprint: (typeof FINGERPRINTS)[number];
  #said: Said | undefined;

  constructor(place: EndPlace, fingerprint: (typeof FINGERPRINTS)[number] = 'SHA-256') {
    this.#place = place;
    this.#fingerprint = fingerprint;
  }

  /** The same end for another session: a browser is to begin DTLS anew there. */
  again(): MediaEnd {
    const end = new MediaEnd(this.#place, this.#fingerprint === 'SHA-256' ? 'SHA-384' : 'SHA-256');
    end.#said = this.#said;
    return end;
  }

  /** Takes note of a session description that it sent; what it uses itself is what it is offered. */
  heard(sdp: string): void {
    const protocol = /^m=\S+ \S+ ((?:UDP\/TLS\/)?RTP\/S?AVPF?) /m.exec(sdp)?.[1];
    if (protocol !== undefined) this.#said = { protocol, kind: kindOf(protocol, sdp) };
  }

  /** What an offer to it must be. */
  get takes(): Dictionary {
    const { kind, protocol } = this.#said ?? usualOf(this.#place.transport);
    return {
      ...{ 'transport-protocol': protocol, 'DTLS-fingerprint': this.#fingerprint, ...KINDS[kind] },
      ...(this.#place.address === undefined ? {} : { 'address-family': familyOf(this.#place.address) }),
    };
  }

  /** What an answer to its offer must be; the protocol stays the one that it offered. */
  get takesBack(): Dictionary {
    const isBrowser = this.#said?.kind === 'browser';
    return { ICE: isBrowser ? 'force' : 'remove', 'DTLS-fingerprint': this.#fingerprint };
  }

  /** What goes with its offer, for the way back to it: DTLS waits for the browser there too. */
  get offers(): Dictionary {
    return this.#said?.kind === 'browser' ? { 'DTLS-reverse': 'passive' } : {};
  }

  /**
   * Where its media comes from. A private address in a session description means nothing to whoever is elsewhere: a phone
   * behind a NAT is taken to be where its SIP comes from, until its media tells better.
   */
  sourceOf(sdp: string): Dictionary {
    const { address } = this.#place;
    const said = /^c=IN IP[46] (\S+)/m.exec(sdp)?.[1];
    if (address === undefined || said === undefined || said === address || !isPrivate(said)) return {};
    return { flags: ['SIP-source-address'], 'received-from': [familyOf(address), address] };
  }
}

/** A phone that has said nothing yet: a browser when it uses WebSockets. */
function usualOf(transport: string): Said {
  if (transport === 'ws' || transport === 'wss') return { protocol: 'UDP/TLS/RTP/SAVPF', kind: 'browser' };
  return { protocol: 'RTP/AVP', kind: transport === 'tls' ? 'opportunistic' : 'plain' };
}

function kindOf(protocol: string, sdp: string): Kind {
  if (/^a=fingerprint:/im.test(sdp)) return 'browser';
  if (protocol.startsWith('RTP/SAVP')) return 'sdes';
  return /^a=crypto:/m.test(sdp) ? 'opportunistic' : 'plain';
}

function familyOf(address: string): 'IP4' | 'IP6' {
  return isIPv6(address) ? 'IP6' : 'IP4';
}

/** Not 0.0.0.0, which puts the other side on hold. */
function isPrivate(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const range = ipaddr.process(text).range();
  return range !== 'unicast' && range !== 'unspecified';
}
