import { formatHostPort } from '../sip/uri.js';
import type { TcpConnection } from './tcp-connection.js';

/** The transports this server speaks. */
export type Transport = 'udp' | 'tcp';

/** An address and port the server listens on, over one transport. */
export interface ListeningPoint {
  readonly transport: Transport;
  /** An IP address, IPv6 without brackets. */
  readonly host: string;
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
  readonly connection?: TcpConnection | undefined;
}

/** A listening point as it stands in Via, Contact and Record-Route. */
export function sentBy({ host, port }: ListeningPoint): string {
  return formatHostPort(host, port);
}

/** A listening point as drachtio names it to applications: `udp/127.0.0.1:5060`. */
export function hostport(point: ListeningPoint): string {
  return `${point.transport}/${sentBy(point)}`;
}
