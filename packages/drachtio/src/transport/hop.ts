import { formatHostPort } from '../sip/uri.js';
import type { Connection } from './connection.js';

/** The transports this server speaks (RFC 3261 section 18, RFC 7118). */
export type Transport = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

/** The port of each transport where none is written (RFC 3261 section 19.1.2, RFC 7118 section 5.1). */
export const DEFAULT_PORTS: Readonly<Record<Transport, number>> = { udp: 5060, tcp: 5060, tls: 5061, ws: 80, wss: 443 };

/** Whether a text names a transport that this server speaks, in lower case. */
export function isTransport(text: string): text is Transport {
  return Object.hasOwn(DEFAULT_PORTS, text);
}

/** Whether what goes over it is encrypted. */
export function isSecure(transport: Transport): boolean {
  return transport === 'tls' || transport === 'wss';
}

/** Whether it is a WebSocket, which only the client can open. */
export function isWeb(transport: Transport): boolean {
  return transport === 'ws' || transport === 'wss';
}

/** Whether what is sent arrives or is known not to, so that nothing is sent again (RFC 3261 section 17). */
export function isReliable(transport: Transport): boolean {
  return transport !== 'udp';
}

/** An address and port the server listens on, over one transport. */
export interface ListeningPoint {
  readonly transport: Transport;
  /** An IP address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** The address it is reached at from where it is told, when that is another. */
  readonly externalIp?: string | undefined;
  /** The scheme of its URIs, `sip` unless given. */
  readonly scheme?: 'sip' | 'sips';
}

/** The other end of a connection. */
export interface Peer {
  readonly transport: Transport;
  /** IP address, IPv6 without brackets. */
  readonly address: string;
  readonly port: number;
}

/** One step of a message's way: from where it came, or to where it goes. */
export interface Hop {
  readonly transport: Transport;
  /** Our end. */
  readonly local: ListeningPoint;
  /** The other end's IP address, IPv6 without brackets. */
  readonly address: string;
  readonly port: number;
  /** The connection the message came over, or goes over as long as it is open. */
  readonly connection?: Connection | undefined;
  /** The host name whose address it is, which the other end of a TLS connection is to prove. */
  readonly domain?: string | undefined;
}

/** A listening point as it stands in Via, Contact and Record-Route. */
export function sentBy({ host, externalIp, port }: ListeningPoint): string {
  return formatHostPort(externalIp ?? host, port);
}

/** A listening point as a URI: what requests are sent to. */
export function pointUri(point: ListeningPoint): string {
  const { scheme = 'sip', transport } = point;
  return `${scheme}:${sentBy(point)}${transport === 'udp' ? '' : `;transport=${transport}`}`;
}

/** A listening point as drachtio names it to applications: `udp/127.0.0.1:5060`. */
export function hostport(point: ListeningPoint): string {
  return `${point.transport}/${sentBy(point)}`;
}
