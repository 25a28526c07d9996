import type { Socket } from 'node:net';
import type { Limits } from '../limits.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import type { Malformed } from '../sip/parser.js';
import type { Timer, Timers } from '../timers.js';
import type { Channel, ChannelEvents } from './channel.js';
import type { Hop, ListeningPoint } from './hop.js';

/** What a connection reports. */
export interface ConnectionEvents {
  message(connection: Connection, message: SipRequest | SipResponse | Malformed, bytes: number): void;
  /** Called once, however the connection ends. */
  closed(connection: Connection): void;
}

/** The two ends of a connection. */
export interface Ends {
  readonly local: ListeningPoint;
  readonly address: string;
  readonly port: number;
  /** Whether it is we who connect. */
  readonly isOutbound: boolean;
}

const KEEP_ALIVE = 60_000;
/** Milliseconds that what is waiting for a peer has to get there when the connection is being closed. */
const CLOSE_TIMEOUT = 500;

/**
 * A connection with one peer over TCP, TLS or a WebSocket: pending until its handshakes are done, then with a channel that
 * carries SIP messages. One deadline after another sees to it that neither a silent nor a slow peer holds it.
 */
export class Connection {
  readonly address: string;
  readonly port: number;
  /** Our end. */
  readonly local: ListeningPoint;
  readonly #socket: Socket;
  readonly #isOutbound: boolean;
  readonly #timers: Timers;
  readonly #limits: Limits;
  readonly #events: ConnectionEvents;
  readonly #unsent = new Set<(error: Error) => void>();
  readonly #waiting = new Set<(error?: Error) => void>();
  readonly #dependents = new Set<() => void>();
  #channel: Channel | undefined;
  /** Bytes of the messages that wait for the handshakes. */
  #held = 0;
  #isOpen = true;
  #isEstablished = false;
  #isLeaving = false;
  /** Runs while the connection, the first message, the rest of a message, or any byte is awaited. */
  #deadline: Timer | undefined;
  #messages = 0;
  #awaitsRestOf = -1;

  /** @param socket the TCP connection under it, connected or on its way to be */
  constructor(
    socket: Socket,
    { local, address, port, isOutbound }: Ends,
    { timers, limits, events }: { timers: Timers; limits: Limits; events: ConnectionEvents },
  ) {
    this.local = local;
    this.address = address;
    this.port = port;
    this.#socket = socket;
    this.#isOutbound = isOutbound;
    this.#timers = timers;
    this.#limits = limits;
    this.#events = events;
    this.#await(isOutbound ? limits.connectTimeout : limits.messageTimeout);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE);
    socket.on('error', () => {});
    socket.on('close', () => this.#close());
  }

  /** Whether messages can still be sent. */
  get isOpen(): boolean {
    return this.#isOpen && !this.#isLeaving;
  }

  /** Whether the peer opened it, so that nothing else may lead there. */
  get isAccepted(): boolean {
    return !this.#isOutbound;
  }

  /** Whether the peer has sent a message, or is one that we connected to. */
  get isProven(): boolean {
    return this.#messages > 0 || this.#isOutbound;
  }

  /** The step that a message takes over it. */
  get hop(): Hop {
    const { local, address, port } = this;
    return { transport: local.transport, local, address, port, connection: this };
  }

  /** Makes a channel over it, through which messages go from here on. */
  carry(make: (events: ChannelEvents) => Channel): void {
    this.#channel = make({
      message: (message, bytes) => {
        this.#messages += 1;
        if (this.isOpen) this.#events.message(this, message, bytes);
      },
      received: (isInsideMessage) => this.#received(isInsideMessage),
      unreadable: () => this.close('unreadable'),
      pinged: (answer) => {
        if (this.#hasRoomFor(0)) answer();
      },
    });
  }

  /** Takes note that all handshakes are done. `isTrusted` tells that a peer need not send its first message soon. */
  establish(isTrusted: boolean): void {
    if (!this.#isOpen) return;
    this.#isEstablished = true;
    if (isTrusted) this.#await(this.#limits.idleTimeout);
    this.#held = 0;
    for (const settled of this.#waiting) settled();
    this.#waiting.clear();
  }

  /** Calls back when the connection is established, or with an error when it can't be. */
  whenConnected(settled: (error?: Error) => void): void {
    if (!this.isOpen) settled(new Error('connection closed'));
    else if (this.#isEstablished) settled();
    else this.#waiting.add(settled);
  }

  /** Calls back when the connection closes, unless the function it gives is called before. */
  whenClosed(closed: () => void): () => void {
    this.#dependents.add(closed);
    return () => this.#dependents.delete(closed);
  }

  /** Sends a message. `failed` is called when it certainly doesn't reach the peer's system. */
  send(bytes: Buffer, failed: (error: Error) => void): void {
    const channel = this.#channel;
    if (!this.isOpen || channel === undefined) failed(new Error('connection closed'));
    else if (!this.#hasRoomFor(bytes.length)) failed(new Error('peer does not read'));
    else if (this.#isEstablished) this.#write(channel, bytes, failed);
    else {
      // Nothing may go out before the peer has proven who it is.
      this.#held += bytes.length;
      this.#waiting.add((error) => (error ? failed(error) : this.#write(channel, bytes, failed)));
    }
  }

  #write(channel: Channel, bytes: Buffer, failed: (error: Error) => void): void {
    this.#unsent.add(failed);
    channel.send(bytes, (error) => {
      if (this.#unsent.delete(failed) && error) failed(error);
    });
  }

  /** Takes leave of the peer and closes the connection, before long even when the peer reads nothing. */
  close(why: 'leaving' | 'unreadable'): void {
    if (this.#channel === undefined || !this.#isEstablished) this.destroy();
    else if (!this.#isLeaving) {
      this.#isLeaving = true;
      this.#channel.close(why);
      this.#await(CLOSE_TIMEOUT);
    }
  }

  /** Closes the connection at once. */
  destroy(): void {
    this.#close();
    this.#socket.destroy();
  }

  /** A peer that leaves too much unread is cut off. */
  #hasRoomFor(bytes: number): boolean {
    if ((this.#channel?.backlog ?? 0) + this.#held + bytes <= this.#limits.connectionBacklog) return true;
    this.destroy();
    return false;
  }

  #received(isInsideMessage: boolean): void {
    if (!this.isProven || this.#isLeaving) return;
    const awaitsRestOf = isInsideMessage ? this.#messages : -1;
    if (awaitsRestOf !== -1 && awaitsRestOf === this.#awaitsRestOf) return;
    this.#awaitsRestOf = awaitsRestOf;
    this.#await(awaitsRestOf === -1 ? this.#limits.idleTimeout : this.#limits.messageTimeout);
  }

  #await(ms: number): void {
    if (!this.#isOpen) return;
    this.#timers.cancel(this.#deadline);
    this.#deadline = this.#timers.start(ms, () => this.destroy());
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#channel?.stop();
    this.#timers.cancel(this.#deadline);
    const error = new Error('connection closed');
    for (const failed of [...this.#unsent, ...this.#waiting]) failed(error);
    for (const closed of this.#dependents) closed();
    this.#unsent.clear();
    this.#waiting.clear();
    this.#dependents.clear();
    this.#events.closed(this);
  }
}
