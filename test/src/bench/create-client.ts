import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A client of `POST /pbx/sipphone` made for speed: one kept connection, one request at a time, a glance at the answer. */
export class CreateClient {
  readonly #socket: Socket;
  readonly #head: string;
  #received = '';
  #answered: ((status: number) => void) | undefined;

  private constructor(socket: Socket, head: string) {
    this.#socket = socket;
    this.#head = head;
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (chunk: string) => this.#read(chunk));
    socket.on('close', () => this.#answered?.(0));
  }

  /** Connects to the API that listens on a port of this machine. */
  static async open(port: number, token: string): Promise<CreateClient> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const head = [
      'POST /pbx/sipphone HTTP/1.1',
      `Host: 127.0.0.1:${port}`,
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
      'Content-Length: ',
    ];
    return new CreateClient(socket, head.join('\r\n'));
  }

  /**
   * Sends one create.
   * @param body JSON in ASCII
   * @returns the status of its answer, 0 when the connection was closed instead
   */
  create(body: string): Promise<number> {
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.#socket.write(`${this.#head}${body.length}\r\n\r\n${body}`, 'latin1');
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: string): void {
    this.#received += chunk;
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const length = /content-length: (\d+)/i.exec(this.#received)?.[1];
    if (this.#received.length < headEnd + 4 + Number(length)) return;
    const status = Number(this.#received.slice(9, 12));
    this.#received = '';
    this.#answered?.(status);
  }
}
