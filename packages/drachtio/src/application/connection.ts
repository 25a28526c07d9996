import type { Socket } from 'node:net';
import type { Limits } from '../limits.js';
import { newId } from '../sip/identifiers.js';
import type { ClientTransaction } from '../transaction/client-transaction.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import { FrameDecoder } from './frame.js';

/** What a connection reports. */
export interface ApplicationEvents {
  /** One message: its fields and, where one follows, the SIP text after them. */
  message(application: Application, fields: readonly string[], sip: Buffer | undefined): void;
  closed(application: Application): void;
}

const MAX_FIELDS = 64;

/** A connected application: what it is sent goes out in as few writes as possible, in order. */
export class Application {
  /** The other end, for the log. */
  readonly name: string;
  /** What the application calls itself. */
  tags: readonly string[] = [];
  /** The verbs it wants to hear of. */
  readonly routes = new Set<string>();
  /** What ends each trace it has asked for. */
  readonly traces: (() => void)[] = [];
  /** Requests it has yet to answer, by transaction id. */
  readonly received = new Map<string, ServerTransaction>();
  /** Requests it sent that have no final response yet, by transaction id. */
  readonly sent = new Map<string, ClientTransaction>();
  readonly #socket: Socket;
  readonly #limit: number;
  readonly #unanswered: number;
  readonly #decoder: FrameDecoder;
  /** Frames that go out together, one character a byte. */
  #queue = '';
  #isOpen = true;
  #isAuthenticated = false;

  constructor(socket: Socket, limits: Limits, events: ApplicationEvents) {
    this.name = `${socket.remoteAddress ?? ''}:${socket.remotePort ?? ''}`;
    this.#socket = socket;
    this.#limit = limits.applicationBacklog;
    this.#unanswered = limits.unanswered;
    this.#decoder = new FrameDecoder({
      frame: (payload) => this.#dispatch(payload, events),
      oversize: (start) => this.#refuse(start),
      broken: () => this.close(),
    });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    socket.on('data', (chunk) => this.#decoder.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#isOpen = false;
      this.#decoder.stop();
      events.closed(this);
    });
  }

  get isAuthenticated(): boolean {
    return this.#isAuthenticated;
  }

  /** Notes that the application knows the secret. */
  admit(): void {
    this.#isAuthenticated = true;
    this.#decoder.trust();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether it reads and answers fast enough to be given new requests. */
  get keepsUp(): boolean {
    return this.#isOpen && this.#backlog < this.#limit && this.received.size < this.#unanswered;
  }

  /**
   * Sends one message.
   * @param line the fields after the message's id, one character a byte
   * @param sip the SIP message that follows, if one does, one character a byte
   */
  send(line: string, sip?: string): void {
    if (!this.#isOpen) return;
    const text = `${newId()}|${line}`;
    if (sip === undefined) this.#enqueue(`${text.length}#${text}`);
    else this.#enqueue(`${text.length + 2 + sip.length}#${text}\r\n${sip}`);
  }

  /** Answers a message: `OK`, `NO` or `NOK` and what comes with it. */
  respond(id: string, result: string, sip?: string): void {
    this.send(`response|${id}|${result}`, sip);
  }

  /** Sends what is waiting and closes. */
  close(): void {
    this.#decoder.stop();
    this.#flush();
    this.#isOpen = false;
    this.#socket.end(() => this.#socket.destroySoon());
    this.#socket.setTimeout(1_000, () => this.#socket.destroy());
  }

  /** Closes at once. */
  destroy(): void {
    this.#isOpen = false;
    this.#decoder.stop();
    this.#socket.destroy();
  }

  get #backlog(): number {
    return this.#queue.length + this.#socket.writableLength;
  }

  #enqueue(frame: string): void {
    if (this.#queue === '') setImmediate(() => this.#flush());
    this.#queue += frame;
    if (this.#backlog > 4 * this.#limit) this.destroy();
  }

  #flush(): void {
    const frames = this.#queue;
    this.#queue = '';
    if (this.#isOpen && frames !== '') this.#socket.write(frames, 'latin1');
  }

  #dispatch(payload: Buffer, events: ApplicationEvents): void {
    const lineEnd = payload.indexOf('\r\n', 0, 'latin1');
    const line = payload.toString('latin1', 0, lineEnd === -1 ? payload.length : lineEnd);
    const sip = lineEnd === -1 ? undefined : payload.subarray(lineEnd + 2);
    events.message(this, line.split('|', MAX_FIELDS), sip);
  }

  #refuse(start: Buffer): void {
    const line = start.toString('latin1');
    const id = line.slice(0, Math.max(0, line.indexOf('|')));
    if (id === '' || id.includes('\n')) this.close();
    else this.respond(id, 'NOK|message too large');
  }
}
