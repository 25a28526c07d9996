import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Inbox, patience } from '../sip/inbox.js';
import type { Target, Teardown } from './target.js';

/** A frame from the server, its first line cut at the bars. */
export interface Frame {
  readonly fields: readonly string[];
  /** The SIP message that follows the first line, '' when none does. */
  readonly sip: string;
}

/** An application that speaks the frames of the application port itself, also broken ones. */
export class RawApplication {
  readonly #socket: Socket;
  readonly #frames = new Inbox<Frame>(({ fields }) => fields.join('|'));
  #pending = Buffer.alloc(0);

  /** Connects without saying anything; closes when the test ends. */
  static async open(t: Teardown, { application: { address, port } }: Target): Promise<RawApplication> {
    const socket = connect(port, address);
    t.teardown(() => socket.destroy());
    await once(socket, 'connect');
    return new RawApplication(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
  }

  /** Connects and authenticates with the right secret. */
  static async authenticated(t: Teardown, target: Target): Promise<RawApplication> {
    const application = await RawApplication.open(t, target);
    const [verdict] = await application.ask(`authenticate|${target.application.secret}`);
    if (verdict !== 'OK') throw new Error(`not authenticated: ${verdict}`);
    return application;
  }

  /** Sends a frame under a new message id and gives what the server answers to it: `OK`, `NO` or `NOK` and what follows. */
  async ask(command: string, sip = ''): Promise<readonly string[]> {
    const id = randomUUID();
    this.sendBytes(frame(`${id}|${command}${sip && `\r\n${sip}`}`));
    return (await this.answer(id)).fields.slice(3);
  }

  /** Waits for the server's answer to a message id. */
  answer(id: string): Promise<Frame> {
    return this.#frames.take(({ fields: [, type, to] }) => type === 'response' && to === id, `answer to ${id}`);
  }

  /** Waits for the next SIP message the server passes on. */
  sip(): Promise<Frame> {
    return this.#frames.take(({ fields: [, type] }) => type === 'sip', 'SIP message');
  }

  /** Stops reading what the server sends. */
  pause(): void {
    this.#socket.pause();
  }

  /** False once the connection has ended. */
  get connected(): boolean {
    return !this.#socket.destroyed && this.#socket.writable && this.#socket.readable;
  }

  sendBytes(bytes: Buffer | string): void {
    this.#socket.write(bytes);
  }

  /** Waits until the server has closed the connection, at most `ms` milliseconds. */
  async closed(ms = patience): Promise<void> {
    if (this.#socket.closed) return;
    const late = setTimeout(() => this.#socket.emit('error', new Error(`not closed within ${ms} ms`)), ms);
    await once(this.#socket, 'close');
    clearTimeout(late);
  }

  #read(bytes: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, bytes]);
    for (let at = this.#pending.indexOf('#'); at > 0; at = this.#pending.indexOf('#')) {
      const length = Number(this.#pending.toString('latin1', 0, at));
      if (!Number.isInteger(length)) throw new Error(`not a length: ${this.#pending.toString('latin1', 0, at)}`);
      if (this.#pending.length < at + 1 + length) return;
      const payload = this.#pending.toString('utf8', at + 1, at + 1 + length);
      const end = payload.indexOf('\r\n');
      const [leader, sip] = end < 0 ? [payload, ''] : [payload.slice(0, end), payload.slice(end + 2)];
      this.#pending = this.#pending.subarray(at + 1 + length);
      this.#frames.put({ fields: leader.split('|'), sip });
    }
  }
}

/** A payload with its length in bytes before it. */
export function frame(payload: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(payload)}#${payload}`);
}
