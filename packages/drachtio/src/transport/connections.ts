import { connect, type Socket } from 'node:net';
import type { Limits } from '../limits.js';
import type { Timers } from '../timers.js';
import { normalAddress } from './hosts.js';
import { type ConnectionEvents, TcpConnection } from './tcp-connection.js';

/**
 * The open TCP connections, accepted and made, by the other end's address and port, so that a message to a peer goes over
 * the connection there is (RFC 3261 section 18.1.1; RFC 5923 without asking for an alias).
 */
export class Connections {
  readonly #timers: Timers;
  readonly #limits: Limits;
  readonly #events: ConnectionEvents;
  readonly #byPeer = new Map<string, TcpConnection>();
  readonly #perAddress = new Map<string, number>();

  constructor({ timers, limits, receive }: { timers: Timers; limits: Limits; receive: ConnectionEvents['message'] }) {
    this.#timers = timers;
    this.#limits = limits;
    this.#events = { message: receive, closed: (connection) => this.#forget(connection) };
  }

  /** Takes an accepted socket. Gives undefined, having closed it, when there are too many. */
  accept(socket: Socket): TcpConnection | undefined {
    const address = normalAddress(socket.remoteAddress ?? '');
    const port = socket.remotePort ?? 0;
    if (port === 0 || !this.#hasRoomFor(address)) {
      socket.destroy();
      return undefined;
    }
    return this.#add(socket, { address, port, isConnected: true });
  }

  /** The open connection to a peer. */
  find(address: string, port: number): TcpConnection | undefined {
    return this.#byPeer.get(key(address, port));
  }

  /** The open connection to a peer, or a new one on its way. Gives undefined when there are too many. */
  open(address: string, port: number, localAddress: string): TcpConnection | undefined {
    const existing = this.find(address, port);
    if (existing?.isOpen) return existing;
    if (!this.#hasRoomFor(address)) return undefined;
    return this.#add(connect({ host: address, port, localAddress }), { address, port, isConnected: false });
  }

  /** Closes all connections at once. */
  closeAll(): void {
    for (const connection of this.#byPeer.values()) connection.destroy();
  }

  #hasRoomFor(address: string): boolean {
    if (this.#byPeer.size >= this.#limits.connections) return false;
    return (this.#perAddress.get(address) ?? 0) < this.#limits.connectionsPerAddress;
  }

  #add(socket: Socket, peer: { address: string; port: number; isConnected: boolean }): TcpConnection {
    const connection = new TcpConnection(socket, peer, {
      timers: this.#timers,
      limits: this.#limits,
      events: this.#events,
    });
    this.#byPeer.set(key(peer.address, peer.port), connection);
    this.#perAddress.set(peer.address, (this.#perAddress.get(peer.address) ?? 0) + 1);
    return connection;
  }

  #forget(connection: TcpConnection): void {
    const { address, port } = connection;
    if (this.#byPeer.get(key(address, port)) === connection) this.#byPeer.delete(key(address, port));
    const count = (this.#perAddress.get(address) ?? 1) - 1;
    if (count === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, count);
  }
}

function key(address: string, port: number): string {
  return `${address} ${port}`;
}
