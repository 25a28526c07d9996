import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** How long an answer may take before the request counts as failed, in milliseconds. */
const PATIENCE = 2_000;

/**
 * A UDP socket made for speed: it takes and gives SIP messages as text, finds who waits for one by its Call-ID, and hands
 * requests that nobody waits for to a listener.
 */
export class LoadSocket {
  readonly #socket: Socket;
  readonly #server: { readonly address: string; readonly port: number };
  readonly #waiting = new Map<string, (answer: string) => void>();
  /** Takes each request that comes in. */
  onRequest: (request: string) => void = () => {};

  /** Binds a free port of 127.0.0.1. */
  static async open(server: { address: string; port: number }): Promise<LoadSocket> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 }).bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new LoadSocket(socket, server);
  }

  private constructor(socket: Socket, server: { address: string; port: number }) {
    this.#socket = socket;
    this.#server = server;
    socket.on('message', (bytes) => this.#receive(bytes.toString('latin1')));
  }

  /** `address:port` as it stands in a Via. */
  get local(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  send(message: string): void {
    this.#socket.send(message, this.#server.port, this.#server.address);
  }

  /**
   * Sends a request and gives the final response to it, undefined when none comes in time.
   * @param patience ms that it may take
   */
  ask(callId: string, request: string, patience = PATIENCE): Promise<string | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => finish(undefined), patience);
      const finish = (answer: string | undefined) => {
        clearTimeout(timer);
        this.#waiting.delete(callId);
        resolve(answer);
      };
      this.#waiting.set(callId, finish);
      this.send(request);
    });
  }

  close(): void {
    this.#socket.close();
  }

  #receive(message: string): void {
    if (!message.startsWith('SIP/2.0 ')) this.onRequest(message);
    else if (message[8] !== '1') this.#waiting.get(headerOf(message, 'Call-ID'))?.(message);
  }
}

/** The value of the first header of that name, spelt so; '' when there is none. */
export function headerOf(message: string, name: string): string {
  const at = message.indexOf(`\r\n${name}: `);
  if (at === -1) return '';
  const from = at + name.length + 4;
  return message.slice(from, message.indexOf('\r\n', from));
}
