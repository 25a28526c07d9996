import type { Socket } from 'node:net';
import type { Limits } from '../limits.js';
import type { Logger } from '../logger.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import { Malformed, parseDatagram } from '../sip/parser.js';
import { viaAsReceived } from '../sip/via.js';
import type { Timers } from '../timers.js';
import type { Traces } from '../traces.js';
import type { Connection } from './connection.js';
import { Connections } from './connections.js';
import type { Contact } from './contact.js';
import type { TlsFiles } from './credentials.js';
import { Handshakes } from './handshakes.js';
import { DEFAULT_PORTS, type Hop, isSecure, isWeb, type ListeningPoint, type Peer, type Transport } from './hop.js';
import { expandHost, normalAddress } from './hosts.js';
import { ListeningPoints, seenFrom, type Views } from './listening-points.js';
import { StreamListener } from './stream-listener.js';
import { answerStun } from './stun.js';
import { Tls } from './tls.js';
import { UdpSocket } from './udp-socket.js';

/** Receives what comes in. The topmost Via of requests already carries `received` and `rport`. */
export interface TransportUser {
  /** `bytes` is the message's size as it was received. */
  message(message: SipRequest | SipResponse | Malformed, from: Hop, bytes: number): void;
  /** A connection that a peer had opened, and had sent a message over, is closed. */
  peerGone(peer: Peer): void;
}

/** A socket that is listened on. */
interface Endpoint {
  readonly views: Views;
  readonly socket: UdpSocket | StreamListener;
}

/** How often another free port is tried when one transport's is taken by another program on the other. */
const PORT_ATTEMPTS = 10;

/** The transport layer (RFC 3261 section 18): every socket of the server's SIP side. */
export class Transports {
  readonly #contacts: readonly Contact[];
  readonly #logger: Logger;
  readonly #user: TransportUser;
  readonly #traces: Traces;
  readonly #tls: Tls;
  readonly #handshakes: Handshakes;
  readonly #connections: Connections;
  readonly #points = new ListeningPoints();
  readonly #endpoints = new Set<Endpoint>();
  readonly #udp = new Map<ListeningPoint, UdpSocket>();

  /** @param contacts what to listen on */
  constructor(
    { contacts, tls = {} }: { contacts: readonly Contact[]; tls?: TlsFiles | undefined },
    {
      timers,
      limits,
      logger,
      user,
      traces,
    }: { timers: Timers; limits: Limits; logger: Logger; user: TransportUser; traces: Traces },
  ) {
    this.#contacts = contacts;
    this.#logger = logger;
    this.#traces = traces;
    this.#user = user;
    this.#tls = new Tls(tls, { timers, logger });
    this.#handshakes = new Handshakes({ timers, limits, tls: this.#tls });
    this.#connections = new Connections({
      timers,
      limits,
      tls: this.#tls,
      receive: (connection, message, bytes) => this.#hand(message, connection.hop, bytes),
      gone: ({ hop: { transport, address, port } }) => user.peerGone({ transport, address, port }),
    });
  }

  /** Where the server listens, in the order of its contacts; of one contact, UDP last. */
  get points(): ListeningPoint[] {
    return this.#points.inside;
  }

  /** The same by the addresses that they are known by elsewhere, of those that have one. */
  get externalPoints(): ListeningPoint[] {
    return this.#points.outside;
  }

  /**
   * Binds all sockets.
   * @throws Error that names address, port and transport of the socket that can't be bound, or the TLS file that can't be
   *   used; nothing is left open then
   */
  async listen(): Promise<void> {
    try {
      if (this.#contacts.some(({ transports }) => transports.some(isSecure))) await this.#tls.start();
      for (const contact of this.#contacts) await this.#bindContact(contact);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Closes all sockets and connections. */
  async close(): Promise<void> {
    this.#tls.stop();
    const closing = [...this.#endpoints].map((endpoint) => this.#unbind(endpoint));
    this.#connections.closeAll();
    await Promise.all(closing);
  }

  /** Whether a host, by address or name, and port are ones that the server itself listens on. */
  readonly isOwn = (host: string, port: number): boolean => this.#points.isOwn(host, port);

  /**
   * The way to an address: our end is the one that reaches it. Gives undefined when we listen on none that does, and when
   * only the peer itself could open the connection that it takes, which it hasn't.
   * @param domain the host name that led to the address
   */
  hopTo(transport: Transport, address: string, port: number, domain?: string): Hop | undefined {
    const connection = transport === 'udp' ? undefined : this.#connections.find(transport, address, port);
    if (connection !== undefined) return connection.hop;
    const local = isWeb(transport) ? undefined : this.#points.towards(address, transport);
    return local && { transport, local, address, port, domain };
  }

  /**
   * Sends a message to a hop: over its connection while that is open, else over any to the same address and port, else over
   * a new one.
   * @param failed called later, at most once, when the message certainly didn't get on its way
   */
  send(bytes: Buffer, hop: Hop, failed?: (error: Error) => void): void {
    if (this.#traces.isOn) this.#traces.note('sent', bytes.toString('latin1'), hop);
    this.#send(bytes, hop, failed && ((error) => setImmediate(failed, error)));
  }

  /** Opens the connection to a hop, or finds the open one, and tells when it is established or that it can't be. */
  connect(hop: Hop, settled: (error?: Error) => void): void {
    const connection = this.#connectionTo(hop);
    if (connection === undefined) settled(new Error('no connection'));
    else connection.whenConnected(settled);
  }

  #send(bytes: Buffer, hop: Hop, failed: ((error: Error) => void) | undefined): void {
    if (hop.transport === 'udp') {
      const socket = this.#udp.get(hop.local);
      if (socket === undefined) failed?.(new Error('closed'));
      else socket.send(bytes, hop.address, hop.port, failed);
      return;
    }
    const connection = this.#connectionTo(hop);
    if (connection === undefined) failed?.(new Error('no connection'));
    else connection.send(bytes, failed ?? (() => {}));
  }

  #connectionTo(hop: Hop): Connection | undefined {
    if (hop.connection?.isOpen) return hop.connection;
    return this.#endpoints.size === 0 ? undefined : this.#connections.open(hop);
  }

  async #bindContact(contact: Contact): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const bound: Endpoint[] = [];
      try {
        await this.#bindAll(contact, bound);
        return;
      } catch (error) {
        await Promise.all(bound.map((endpoint) => this.#unbind(endpoint)));
        const wasTaken = error instanceof BindError && error.code === 'EADDRINUSE';
        if (contact.port !== 0 || !wasTaken || attempt === PORT_ATTEMPTS) throw error;
      }
    }
  }

  async #bindAll(contact: Contact, bound: Endpoint[]): Promise<void> {
    let freePort: number | undefined;
    for (const host of expandHost(contact.host)) {
      for (const transport of contact.transports) {
        const port = freePort ?? contact.port ?? DEFAULT_PORTS[transport];
        if (this.#points.has(transport, host, port)) continue;
        try {
          bound.push(await (transport === 'udp' ? this.#bindUdp : this.#bindStream)(contact, transport, host, port));
        } catch (error) {
          throw new BindError(transport, host, port, error as NodeJS.ErrnoException);
        }
        if (port === 0) freePort = bound[0]?.views.inside.port;
      }
    }
  }

  readonly #bindUdp = async (
    contact: Contact,
    transport: Transport,
    host: string,
    wanted: number,
  ): Promise<Endpoint> => {
    const receive = (bytes: Buffer, address: string, port: number): void => {
      if (port === 0) return;
      const stun = answerStun(bytes, address, port);
      if (stun !== undefined) {
        socket.send(stun, address, port, undefined);
        return;
      }
      const message = parseDatagram(bytes);
      if (message === undefined) return;
      this.#hand(message, { transport, local: seenFrom(address, views), address, port }, bytes.length);
    };
    const socket = await UdpSocket.bind(host, wanted, receive, (error) => this.#report(error, transport));
    const views = this.#points.add(contact, transport, host, socket.port);
    this.#udp.set(views.inside, socket);
    this.#udp.set(views.outside, socket);
    return this.#keep({ views, socket });
  };

  readonly #bindStream = async (
    contact: Contact,
    transport: Transport,
    host: string,
    wanted: number,
  ): Promise<Endpoint> => {
    const accept = (socket: Socket): void => {
      const local = seenFrom(normalAddress(socket.remoteAddress ?? host), views);
      const connection = this.#connections.accept(socket, local);
      if (connection !== undefined) this.#handshakes.begin(socket, connection);
    };
    const listener = await StreamListener.bind(host, wanted, accept, (error) => this.#report(error, transport));
    const views = this.#points.add(contact, transport, host, listener.port);
    return this.#keep({ views, socket: listener });
  };

  #keep(endpoint: Endpoint): Endpoint {
    this.#endpoints.add(endpoint);
    return endpoint;
  }

  async #unbind(endpoint: Endpoint): Promise<void> {
    const { views, socket } = endpoint;
    this.#endpoints.delete(endpoint);
    this.#points.remove(views);
    this.#udp.delete(views.inside);
    this.#udp.delete(views.outside);
    await socket.close();
  }

  #hand(message: SipRequest | SipResponse | Malformed, from: Hop, bytes: number): void {
    const request = message instanceof Malformed ? message.request : 'method' in message ? message : undefined;
    const traced = message instanceof Malformed ? request : message;
    if (this.#traces.isOn && traced !== undefined) this.#traces.note('received', traced.text, from);
    const via = request?.readableVia;
    if (via !== undefined) request?.replaceVia(viaAsReceived(via, from.address, from.port));
    try {
      this.#user.message(message, from, bytes);
    } catch (error) {
      this.#logger.error({ err: error, from: `${from.transport}/${from.address}` }, 'a message could not be handled');
    }
  }

  #report(error: Error, transport: Transport): void {
    this.#logger.warn({ err: error, transport }, 'a listening socket reported an error');
  }
}

/** A socket that couldn't be bound. */
export class BindError extends Error {
  readonly code: string | undefined;

  constructor(transport: Transport, host: string, port: number, cause: NodeJS.ErrnoException) {
    const why = cause.code === 'EADDRINUSE' ? 'the port is already in use' : cause.message;
    super(`can't listen on ${transport} ${host} port ${port}: ${why}`, { cause });
    this.name = 'BindError';
    this.code = cause.code;
  }
}
