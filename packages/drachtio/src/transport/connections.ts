import { connect, type Socket } from 'node:net';
import type { Limits } from '../limits.js';
import type { Timers } from '../timers.js';
import { Connection, type ConnectionEvents, type Ends } from './connection.js';
import { type Hop, isSecure, isWeb, type ListeningPoint, type Transport } from './hop.js';
import { normalAddress } from './hosts.js';
import { StreamChannel } from './stream-channel.js';
import type { Tls } from './tls.js';

/**
 * The open connections, accepted and made, by the other end's address and port, so that a message to a peer goes over the
 * connection there is (RFC 3261 section 18.1.1; RFC 5923 without asking for an alias). Their number is bounded, in all and
 * for each address; when there are too many in all, the oldest of those whose peer hasn't sent a message gives way.
 */
export class Connections {
  readonly #timers: Timers;
  readonly #limits: Limits;
  readonly #events: ConnectionEvents;
  readonly #tls: Tls;
  /** The oldest first. */
  readonly #all = new Set<Connection>();
  /** Those of them whose peers have yet to send a message, the oldest first. */
  readonly #unproven = new Set<Connection>();
  readonly #byPeer = new Map<string, Connection>();
  readonly #perAddress = new Map<string, number>();

  constructor({
    timers,
    limits,
    tls,
    receive,
    gone,
  }: {
    timers: Timers;
    limits: Limits;
    tls: Tls;
    receive: ConnectionEvents['message'];
    gone: ConnectionEvents['closed'];
  }) {
    this.#timers = timers;
    this.#limits = limits;
    this.#tls = tls;
    this.#events = {
      message: (connection, message, bytes) => {
        this.#unproven.delete(connection);
        receive(connection, message, bytes);
      },
      closed: (connection) => {
        this.#forget(connection);
        if (connection.isAccepted && connection.isProven) gone(connection);
      },
    };
  }

  /** Takes an accepted socket. Gives undefined, having closed it, when there are too many. */
  accept(socket: Socket, local: ListeningPoint): Connection | undefined {
    const address = normalAddress(socket.remoteAddress ?? '');
    const port = socket.remotePort ?? 0;
    if (port === 0 || !this.#makeRoomFor(address)) {
      socket.destroy();
      return undefined;
    }
    return this.#add(socket, { local, address, port, isOutbound: false });
  }

  /** The open connection to a peer. */
  find(transport: Transport, address: string, port: number): Connection | undefined {
    return this.#byPeer.get(key(transport, address, port));
  }

  /**
   * The open connection to a peer, or a new one on its way. Gives undefined when there are too many, and for WebSockets,
   * which only clients open.
   */
  open({ transport, address, port, local, domain }: Hop): Connection | undefined {
    const existing = this.find(transport, address, port);
    if (existing?.isOpen) return existing;
    if (isWeb(transport) || !this.#makeRoomFor(address)) return undefined;
    const target = { host: address, port, localAddress: local.host };
    const socket = isSecure(transport) ? this.#tls.connect(target, domain) : connect(target);
    const connection = this.#add(socket, { local, address, port, isOutbound: true });
    connection.carry((events) => new StreamChannel(socket, events));
    socket.once(isSecure(transport) ? 'secureConnect' : 'connect', () => connection.establish(true));
    return connection;
  }

  /** Closes all connections. */
  closeAll(): void {
    for (const connection of this.#all) connection.close('leaving');
  }

  #makeRoomFor(address: string): boolean {
    if ((this.#perAddress.get(address) ?? 0) >= this.#limits.connectionsPerAddress) return false;
    if (this.#all.size < this.#limits.connections) return true;
    const [oldest] = this.#unproven;
    oldest?.destroy();
    return oldest !== undefined;
  }

  #add(socket: Socket, ends: Ends): Connection {
    const { local, address, port } = ends;
    const connection = new Connection(socket, ends, {
      timers: this.#timers,
      limits: this.#limits,
      events: this.#events,
    });
    this.#all.add(connection);
    if (!connection.isProven) this.#unproven.add(connection);
    this.#byPeer.set(key(local.transport, address, port), connection);
    this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
    return connection;
  }

  #forget(connection: Connection): void {
    const { local, address, port } = connection;
    const peer = key(local.transport, address, port);
    this.#all.delete(connection);
    this.#unproven.delete(connection);
    if (this.#byPeer.get(peer) === connection) this.#byPeer.delete(peer);
    const count = (this.#perAddress.get(address) ?? 1) - 1;
    if (count === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, count);
  }
}

function key(transport: Transport, address: string, port: number): string {
  return `${transport} ${address} ${port}`;
}
