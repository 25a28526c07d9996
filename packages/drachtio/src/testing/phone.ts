import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket as TcpSocket } from 'node:net';
import { SipRequest, SipResponse } from '../sip/message.js';
import { Malformed, parseDatagram } from '../sip/parser.js';
import { StreamFramer } from '../sip/stream-framer.js';

/** How long a test waits for something that should come. */
const PATIENCE = 15_000;

/** What every test phone can do: await what comes, in order. */
abstract class Phone {
  readonly received: (SipRequest | SipResponse)[] = [];
  #waiting: (() => void) | undefined;

  abstract send(text: string): void;

  protected take(message: SipRequest | SipResponse | Malformed | undefined): void {
    if (message === undefined || message instanceof Malformed) return;
    this.received.push(message);
    this.#waiting?.();
  }

  /** The next request with this method that comes, or came and wasn't taken yet. */
  async request(method: string): Promise<SipRequest> {
    const found = await this.#next((message) => message instanceof SipRequest && message.method === method, method);
    return found as SipRequest;
  }

  /** The next response with this status that comes, or came and wasn't taken yet. */
  async response(status: number, method?: string): Promise<SipResponse> {
    const fits = (message: SipRequest | SipResponse) =>
      message instanceof SipResponse &&
      message.status === status &&
      (method === undefined || message.cseq.method === method);
    return (await this.#next(fits, String(status))) as SipResponse;
  }

  async #next(fits: (message: SipRequest | SipResponse) => boolean, name: string): Promise<SipRequest | SipResponse> {
    const end = Date.now() + PATIENCE;
    for (;;) {
      const index = this.received.findIndex(fits);
      const [found] = index === -1 ? [] : this.received.splice(index, 1);
      if (found !== undefined) return found;
      const left = end - Date.now();
      if (left <= 0)
        throw new Error(`no ${name} came, but ${this.received.map(({ startLine }) => startLine).join('; ')}`);
      await new Promise<void>((resolve) => {
        const timeout = setTimeout(resolve, left);
        this.#waiting = () => {
          clearTimeout(timeout);
          resolve();
        };
      });
    }
  }
}

/** A phone on UDP. */
export class UdpPhone extends Phone {
  readonly #socket: Socket;
  readonly #host: string;
  readonly #server: number;

  private constructor(socket: Socket, host: string, server: number) {
    super();
    this.#socket = socket;
    this.#host = host;
    this.#server = server;
    socket.on('message', (bytes) => this.take(parseDatagram(bytes)));
  }

  /** @param server the server's SIP port on the same host */
  static async start(server: number, host = '127.0.0.1'): Promise<UdpPhone> {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.bind(0, host);
    await once(socket, 'listening');
    return new UdpPhone(socket, host, server);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  send(text: string): void {
    this.#socket.send(Buffer.from(text), this.#server, this.#host);
  }

  close(): void {
    this.#socket.close();
  }
}

/** A phone on a TCP connection of its own. */
export class TcpPhone extends Phone {
  readonly socket: TcpSocket;
  /** Pongs received (RFC 5626). */
  pongs = 0;

  constructor(socket: TcpSocket) {
    super();
    this.socket = socket;
    const framer = new StreamFramer({
      message: (message) => this.take(message),
      ping() {},
      lost: () => socket.destroy(),
    });
    socket.on('data', (chunk) => {
      if (chunk.toString() === '\r\n') this.pongs += 1;
      framer.push(chunk);
    });
    socket.on('error', () => {});
  }

  static async connect(port: number, host = '127.0.0.1'): Promise<TcpPhone> {
    const socket = connect(port, host);
    await once(socket, 'connect');
    return new TcpPhone(socket);
  }

  get port(): number {
    return this.socket.localPort ?? 0;
  }

  /** Waits until the connection is closed, in whatever way. */
  async closed(): Promise<void> {
    if (!this.socket.closed) await new Promise((resolve) => this.socket.once('close', resolve));
  }

  send(text: string): void {
    this.socket.write(text);
  }

  close(): void {
    this.socket.destroy();
  }
}
