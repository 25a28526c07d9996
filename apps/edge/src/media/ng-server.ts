import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { type Dictionary, decode, encode } from './bencode.js';

/** Times that a command is sent, and ms between them; rtpengine knows one that was sent again by its cookie. */
const TRIES = 2;
const RESEND_AFTER = 500;

/** Most commands that wait for their answer. */
const MOST_WAITING = 5_000;

interface Waiting {
  resolve(answer: Dictionary): void;
  reject(error: Error): void;
}

/**
 * The control port of one rtpengine, asked in its NG protocol: a cookie and a bencoded dictionary in a datagram, and the
 * same cookie in the answer.
 */
export class NgServer {
  /** As in the settings: host:port. */
  readonly name: string;
  readonly #onChange: (server: NgServer) => void;
  readonly #waiting = new Map<string, Waiting>();
  /** Nobody else knows how the cookies begin. */
  readonly #prefix = randomBytes(8).toString('hex');
  #count = 0;
  #isUp = true;
  /** When anything came from it, by the steady clock. */
  #heardAt = 0;
  #isClosed = false;
  #socket: Promise<Socket> | undefined;

  /** @param onChange told when it begins or ceases to answer */
  constructor(name: string, onChange: (server: NgServer) => void) {
    this.name = name;
    this.#onChange = onChange;
  }

  /** Whether it answered when it was asked last; it counts as answering before that. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /**
   * Gives a command and waits for the answer, a second at most.
   * @throws Error when there is none, or the answer is that it could not be done
   */
  async ask(command: Dictionary): Promise<Dictionary> {
    if (this.#isClosed) throw new Error(`rtpengine at ${this.name}: closed`);
    if (this.#waiting.size >= MOST_WAITING) throw new Error(`rtpengine at ${this.name}: too many commands wait`);
    const begun = performance.now();
    const answer = await this.#exchange(command).catch((error) => {
      if (this.#heardAt < begun) this.#become(false);
      throw new Error(`rtpengine at ${this.name}: ${error.message}`);
    });
    this.#become(true);
    if (answer.result === 'ok' || answer.result === 'pong') return answer;
    throw new Error(`rtpengine at ${this.name}: ${answer['error-reason'] ?? answer.result}`);
  }

  /** Finds out whether it answers. Never rejects. */
  async check(): Promise<void> {
    // Where its name leads to may have changed, so it is looked up again.
    if (!this.#isUp) this.#drop(new Error('it does not answer'));
    await this.ask({ command: 'ping' }).catch(() => {});
  }

  /** Gives up what waits for an answer. */
  close(): void {
    this.#isClosed = true;
    this.#drop(new Error('closed'));
  }

  #become(isUp: boolean): void {
    if (isUp === this.#isUp || this.#isClosed) return;
    this.#isUp = isUp;
    this.#onChange(this);
  }

  async #exchange(command: Dictionary): Promise<Dictionary> {
    this.#socket ??= this.#open();
    const socket = await this.#socket;
    const cookie = `${this.#prefix}_${this.#count++}`;
    const datagram = `${cookie} ${encode(command)}`;
    let [tries, timer]: [number, NodeJS.Timeout | undefined] = [0, undefined];
    const answered = new Promise<Dictionary>((resolve, reject) => {
      const attempt = () => (tries++ < TRIES ? socket.send(datagram) : reject(new Error('it does not answer')));
      this.#waiting.set(cookie, { resolve, reject });
      timer = setInterval(attempt, RESEND_AFTER);
      attempt();
    });
    return answered.finally(() => {
      clearInterval(timer);
      this.#waiting.delete(cookie);
    });
  }

  /** Connected, so that the system takes datagrams from there alone, and tells when nobody listens there. */
  async #open(): Promise<Socket> {
    const { hostname, port } = new URL(`ng://${this.name}`);
    const { address, family } = await lookup(hostname.replace(/^\[(.*)\]$/, '$1'));
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    socket.on('message', (bytes) => this.#received(bytes));
    socket.on('error', (error) => this.#drop(error));
    socket.connect(Number(port), address);
    await once(socket, 'connect');
    return socket;
  }

  #received(bytes: Buffer): void {
    const space = bytes.indexOf(' ');
    const waiting = this.#waiting.get(bytes.toString('latin1', 0, Math.max(space, 0)));
    if (waiting === undefined) return;
    this.#heardAt = performance.now();
    try {
      waiting.resolve(decode(bytes.subarray(space + 1)) as Dictionary);
    } catch (error) {
      waiting.reject(error as Error);
    }
  }

  #drop(error: Error): void {
    this.#socket?.then((socket) => socket.close()).catch(() => {});
    this.#socket = undefined;
    for (const { reject } of this.#waiting.values()) reject(error);
  }
}
