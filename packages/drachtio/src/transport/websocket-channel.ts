import { isUtf8 } from 'node:buffer';
import type { WebSocket } from 'ws';
import { Malformed, parseDatagram } from '../sip/parser.js';
import type { Timer, Timers } from '../timers.js';
import type { Channel, ChannelEvents } from './channel.js';

/** Close codes (RFC 6455 section 7.4.1). */
const CLOSE_CODES = { leaving: 1001, unreadable: 1007 };

const PING = '\r\n\r\n';
const PONG = '\r\n';

/**
 * SIP messages over a WebSocket (RFC 7118): one in each message of it, as text or binary. The peer is pinged, and cut off
 * when a whole interval passes without a sign of life. CRLF keep-alives, which some phones send here too, are answered.
 */
export class WebSocketChannel implements Channel {
  readonly #socket: WebSocket;
  readonly #timers: Timers;
  #nextPing: Timer | undefined;
  #isAlive = true;
  #isStopped = false;

  /**
   * @param socket made without `autoPong`, since pongs are bounded like all that is sent
   * @param pingInterval milliseconds
   */
  constructor(
    socket: WebSocket,
    events: ChannelEvents,
    { timers, pingInterval }: { timers: Timers; pingInterval: number },
  ) {
    this.#socket = socket;
    this.#timers = timers;
    socket.on('error', () => {});
    socket.on('message', (data) => {
      this.#isAlive = true;
      if (this.#isStopped) return;
      this.#take(data as Buffer, events);
      events.received(false);
    });
    socket.on('ping', (data) => {
      this.#isAlive = true;
      events.pinged(() => socket.pong(data));
    });
    socket.on('pong', () => {
      this.#isAlive = true;
    });
    const ping = (): void => {
      if (!this.#isAlive) socket.terminate();
      else {
        this.#isAlive = false;
        socket.ping();
        this.#nextPing = timers.start(pingInterval, ping);
      }
    };
    this.#nextPing = timers.start(pingInterval, ping);
  }

  get backlog(): number {
    return this.#socket.bufferedAmount;
  }

  send(bytes: Buffer, sent: (error?: Error | null) => void): void {
    this.#socket.send(bytes, { binary: !isUtf8(bytes) }, sent);
  }

  close(why: 'leaving' | 'unreadable'): void {
    this.stop();
    this.#socket.close(CLOSE_CODES[why]);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timers.cancel(this.#nextPing);
  }

  #take(bytes: Buffer, events: ChannelEvents): void {
    const message = parseDatagram(bytes);
    if (message === undefined) {
      if (bytes.toString('latin1') === PING) events.pinged(() => this.#socket.send(PONG));
    } else if (message instanceof Malformed && message.request === undefined) events.unreadable();
    else events.message(message, bytes.length);
  }
}
