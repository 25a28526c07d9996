import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { normalAddress } from './hosts.js';

const RECEIVE_BUFFER = 4 * 1024 * 1024;

/** One UDP socket, bound to one address. */
export class UdpSocket {
  readonly #socket: Socket;
  readonly #isV6: boolean;

  private constructor(socket: Socket, isV6: boolean) {
    this.#socket = socket;
    this.#isV6 = isV6;
  }

  /**
   * Binds a socket.
   * @param port 0 for a free one
   * @param receive called with each datagram and its source
   * @param failed called when the socket reports an error by itself
   */
  static async bind(
    host: string,
    port: number,
    receive: (bytes: Buffer, address: string, port: number) => void,
    failed: (error: Error) => void,
  ): Promise<UdpSocket> {
    const v6 = isIPv6(host);
    // Destinations are always IP addresses: Node would otherwise put each through its resolver.
    const lookup = (address: string, _: unknown, done: (error: null, address: string, family: number) => void): void =>
      done(null, address, v6 ? 6 : 4);
    const socket = createSocket({ type: v6 ? 'udp6' : 'udp4', ipv6Only: v6, lookup: lookup as never });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ address: host, port, exclusive: true }, resolve);
    });
    socket.removeAllListeners('error');
    socket.on('error', failed);
    socket.on('message', (bytes, { address, port: from }) =>
      receive(bytes, v6 ? normalAddress(address) : address, from),
    );
    try {
      socket.setRecvBufferSize(RECEIVE_BUFFER);
    } catch {
      // The system allows less: its own size stays.
    }
    return new UdpSocket(socket, v6);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Sends a datagram. `failed` is called when the system refuses it. */
  send(bytes: Buffer, address: string, port: number, failed: ((error: Error) => void) | undefined): void {
    if (address.includes(':') !== this.#isV6 || port === 0) {
      failed?.(new Error(`${address} port ${port} can't be reached from this socket`));
      return;
    }
    const sent = failed && ((error: Error | null) => error && failed(error));
    this.#socket.send(bytes, 0, bytes.length, port, address, sent);
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(resolve));
  }
}
