import type { Socket } from 'node:net';
import type { Limits } from '../limits.js';
import type { Logger } from '../logger.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import { Malformed, parseDatagram } from '../sip/parser.js';
import { viaAsReceived } from '../sip/via.js';
import type { Timers } from '../timers.js';
import { Connections } from './connections.js';
import type { Hop, ListeningPoint, Transport } from './hop.js';
import { expandHosts, localAddressFor } from './hosts.js';
import type { TcpConnection } from './tcp-connection.js';
import { TcpListener } from './tcp-listener.js';
import { UdpSocket } from './udp-socket.js';

/** Receives what comes in. The topmost Via of requests already carries `received` and `rport`. */
export interface TransportUser {
  /** `bytes` is the message's size as it was received. */
  message(message: SipRequest | SipResponse | Malformed, from: Hop, bytes: number): void;
}

/** Where and over what to listen. */
export interface TransportSettings {
  /** IP addresses; `0.0.0.0` and `::` stand for all addresses of their family. */
  readonly hosts: readonly string[];
  /** 0 for a free port, the same for all hosts and transports. */
  readonly port: number;
  readonly transports: readonly Transport[];
}

/** How often another free port is tried when one transport's is taken by another program on the other. */
const PORT_ATTEMPTS = 10;

/** The transport layer (RFC 3261 section 18): every socket of the server's SIP side. */
export class Transports {
  readonly #settings: TransportSettings;
  readonly #logger: Logger;
  readonly #user: TransportUser;
  readonly #connections: Connections;
  readonly #udp = new Map<ListeningPoint, UdpSocket>();
  readonly #tcp = new Map<ListeningPoint, TcpListener>();
  /** The listening point that a connection was accepted or opened on. */
  readonly #locals = new WeakMap<TcpConnection, ListeningPoint>();
  /** The local address that reaches a destination, as found before. */
  readonly #routes = new Map<string, string | undefined>();

  constructor(
    settings: TransportSettings,
    { timers, limits, logger, user }: { timers: Timers; limits: Limits; logger: Logger; user: TransportUser },
  ) {
    this.#settings = settings;
    this.#logger = logger;
    this.#user = user;
    this.#connections = new Connections({
      timers,
      limits,
      receive: (connection, message, bytes) => this.#receiveOverTcp(connection, message, bytes),
    });
  }

  /** Where the server listens, TCP first. */
  get points(): ListeningPoint[] {
    return [...this.#tcp.keys(), ...this.#udp.keys()];
  }

  /**
   * Binds all sockets.
   * @throws Error that names address, port and transport of the socket that can't be bound; none is left open then
   */
  async listen(): Promise<void> {
    const hosts = expandHosts(this.#settings.hosts);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#bindAll(hosts);
        return;
      } catch (error) {
        await this.close();
        const wasTaken = error instanceof BindError && error.code === 'EADDRINUSE';
        if (this.#settings.port !== 0 || !wasTaken || attempt === PORT_ATTEMPTS) throw error;
      }
    }
  }

  /** Closes all sockets and connections. */
  async close(): Promise<void> {
    const closing = [...this.#udp.values(), ...this.#tcp.values()].map((socket) => socket.close());
    this.#udp.clear();
    this.#tcp.clear();
    this.#connections.closeAll();
    await Promise.all(closing);
  }

  /** Whether an address and port is one the server itself listens on. */
  isOwn(address: string, port: number): boolean {
    return this.points.some((point) => point.host === address && point.port === port);
  }

  /** The way to an address: our end is the one that reaches it. Gives undefined when we listen on none that does. */
  hopTo(transport: Transport, address: string, port: number): Hop | undefined {
    const points = [...(transport === 'udp' ? this.#udp : this.#tcp).keys()];
    const connection = transport === 'tcp' ? this.#connections.find(address, port) : undefined;
    const route = `${transport} ${address}`;
    if (!this.#routes.has(route)) {
      if (this.#routes.size === 10_000) this.#routes.clear();
      this.#routes.set(
        route,
        localAddressFor(
          address,
          points.map(({ host }) => host),
        ),
      );
    }
    const host = this.#routes.get(route);
    const local = (connection && this.#locals.get(connection)) ?? points.find((point) => point.host === host);
    return local && { transport, local, address, port, connection };
  }

  /**
   * Sends a message to a hop: over its connection while that is open, else over any to the same address and port, else over
   * a new one.
   * @param failed called later, at most once, when the message certainly didn't get on its way
   */
  send(bytes: Buffer, hop: Hop, failed: (error: Error) => void): void {
    this.#send(bytes, hop, (error) => setImmediate(failed, error));
  }

  #send(bytes: Buffer, hop: Hop, failed: (error: Error) => void): void {
    if (hop.transport === 'udp') {
      const socket = this.#udp.get(hop.local);
      if (socket === undefined) failed(new Error('closed'));
      else socket.send(bytes, hop.address, hop.port, failed);
      return;
    }
    const connection = this.#connectionTo(hop);
    if (connection === undefined) failed(new Error('too many connections'));
    else connection.send(bytes, failed);
  }

  /** Opens the connection to a TCP hop, or finds the open one, and tells when it is established or that it can't be. */
  connect(hop: Hop, settled: (error?: Error) => void): void {
    const connection = this.#connectionTo(hop);
    if (connection === undefined) settled(new Error('too many connections'));
    else connection.whenConnected(settled);
  }

  #connectionTo(hop: Hop): TcpConnection | undefined {
    if (hop.connection?.isOpen) return hop.connection;
    if (!this.#tcp.has(hop.local)) return undefined;
    const connection = this.#connections.open(hop.address, hop.port, hop.local.host);
    if (connection !== undefined && !this.#locals.has(connection)) this.#locals.set(connection, hop.local);
    return connection;
  }

  async #bindAll(hosts: readonly string[]): Promise<void> {
    let { port } = this.#settings;
    for (const host of hosts) {
      for (const transport of this.#settings.transports) {
        try {
          port = transport === 'udp' ? await this.#bindUdp(host, port) : await this.#bindTcp(host, port);
        } catch (error) {
          throw new BindError(transport, host, port, error as NodeJS.ErrnoException);
        }
      }
    }
  }

  async #bindUdp(host: string, port: number): Promise<number> {
    const receive = (bytes: Buffer, address: string, from: number): void => {
      const message = from === 0 ? undefined : parseDatagram(bytes);
      if (message !== undefined)
        this.#hand(message, { transport: 'udp', local: point, address, port: from }, bytes.length);
    };
    const socket = await UdpSocket.bind(host, port, receive, (error) => this.#report(error, 'udp'));
    const point: ListeningPoint = { transport: 'udp', host, port: socket.port };
    this.#udp.set(point, socket);
    return point.port;
  }

  async #bindTcp(host: string, port: number): Promise<number> {
    const accept = (socket: Socket): void => {
      const connection = this.#connections.accept(socket);
      if (connection !== undefined) this.#locals.set(connection, point);
    };
    const listener = await TcpListener.bind(host, port, accept, (error) => this.#report(error, 'tcp'));
    const point: ListeningPoint = { transport: 'tcp', host, port: listener.port };
    this.#tcp.set(point, listener);
    return point.port;
  }

  #receiveOverTcp(connection: TcpConnection, message: SipRequest | SipResponse | Malformed, bytes: number): void {
    const local = this.#locals.get(connection);
    const { address, port } = connection;
    if (local !== undefined) this.#hand(message, { transport: 'tcp', local, address, port, connection }, bytes);
  }

  #hand(message: SipRequest | SipResponse | Malformed, from: Hop, bytes: number): void {
    const request = message instanceof Malformed ? message.request : 'method' in message ? message : undefined;
    request?.set('Via', viaAsReceived(request.via, from.address, from.port));
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
