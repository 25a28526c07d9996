import type { Socket } from 'node:net';
import type { Limits } from '../limits.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import type { Malformed } from '../sip/parser.js';
import { StreamFramer } from '../sip/stream-framer.js';
import type { Timer, Timers } from '../timers.js';

/** What a connection reports. */
export interface ConnectionEvents {
  message(connection: TcpConnection, message: SipRequest | SipResponse | Malformed, bytes: number): void;
  /** Called once, however the connection ends. */
  closed(connection: TcpConnection): void;
}

const PONG = Buffer.from('\r\n');
const KEEP_ALIVE = 60_000;

/** An established or pending TCP connection to one peer. */
export class TcpConnection {
  readonly address: string;
  readonly port: number;
  readonly #socket: Socket;
  readonly #timers: Timers;
  readonly #limits: Limits;
  readonly #framer: StreamFramer;
  readonly #unsent = new Set<(error: Error) => void>();
  #open = true;
  readonly #isOutbound: boolean;
  #isConnected: boolean;
  /** Runs while the connection, the first message, the rest of a message, or any byte is awaited. */
  #deadline: Timer | undefined;
  #messages = 0;
  #awaitsRestOf = -1;

  /**
   * @param socket connected, or on its way to be when `isConnected` is false
   * @param peer the other end's address and port
   */
  constructor(
    socket: Socket,
    peer: { address: string; port: number; isConnected: boolean },
    { timers, limits, events }: { timers: Timers; limits: Limits; events: ConnectionEvents },
  ) {
    this.address = peer.address;
    this.port = peer.port;
    this.#socket = socket;
    this.#timers = timers;
    this.#limits = limits;
    this.#isOutbound = !peer.isConnected;
    this.#isConnected = peer.isConnected;
    this.#framer = new StreamFramer({
      message: (message, bytes) => {
        this.#messages += 1;
        events.message(this, message, bytes);
      },
      ping: () => this.send(PONG, () => {}),
      lost: () => this.#socket.end(() => this.#socket.destroySoon()),
    });
    this.#deadline = timers.start(peer.isConnected ? limits.messageTimeout : limits.connectTimeout, () =>
      this.destroy(),
    );
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE);
    socket.on('connect', () => this.#connected());
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#close();
      events.closed(this);
    });
  }

  /** Whether messages can still be sent. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Calls back when the connection is established, or with an error when it can't be. */
  whenConnected(settled: (error?: Error) => void): void {
    if (!this.#open) settled(new Error('connection closed'));
    else if (this.#isConnected) settled();
    else {
      this.#unsent.add(settled);
      this.#socket.once('connect', () => {
        this.#unsent.delete(settled);
        settled();
      });
    }
  }

  /** Sends a message. `failed` is called when it certainly doesn't reach the peer's system. */
  send(bytes: Buffer, failed: (error: Error) => void): void {
    if (!this.#open) {
      failed(new Error('connection closed'));
      return;
    }
    if (this.#socket.writableLength + bytes.length > this.#limits.connectionBacklog) {
      this.destroy();
      failed(new Error('peer does not read'));
      return;
    }
    this.#unsent.add(failed);
    this.#socket.write(bytes, (error) => {
      if (!error) this.#unsent.delete(failed);
    });
  }

  /** Closes the connection at once. */
  destroy(): void {
    this.#close();
    this.#socket.destroy();
  }

  #connected(): void {
    this.#isConnected = true;
    this.#await(this.#limits.idleTimeout);
  }

  #receive(chunk: Buffer): void {
    if (!this.#open) return;
    this.#framer.push(chunk);
    if (this.#messages === 0 && !this.#isOutbound) return;
    const awaitsRestOf = this.#framer.isInsideMessage ? this.#messages : -1;
    if (awaitsRestOf !== -1 && awaitsRestOf === this.#awaitsRestOf) return;
    this.#awaitsRestOf = awaitsRestOf;
    this.#await(awaitsRestOf === -1 ? this.#limits.idleTimeout : this.#limits.messageTimeout);
  }

  #await(ms: number): void {
    if (!this.#open) return;
    this.#timers.cancel(this.#deadline);
    this.#deadline = this.#timers.start(ms, () => this.destroy());
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#framer.stop();
    this.#timers.cancel(this.#deadline);
    const error = new Error('connection closed');
    for (const failed of this.#unsent) failed(error);
    this.#unsent.clear();
  }
}
