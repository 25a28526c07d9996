import type { Socket } from 'node:net';
import { StreamFramer } from '../sip/stream-framer.js';
import type { Channel, ChannelEvents } from './channel.js';

const PONG = Buffer.from('\r\n');

/** SIP messages over a byte stream, TCP or TLS (RFC 3261 section 18.3), with the keep-alive of RFC 5626 section 4.4.1. */
export class StreamChannel implements Channel {
  readonly #socket: Socket;
  readonly #framer: StreamFramer;

  constructor(socket: Socket, events: ChannelEvents) {
    this.#socket = socket;
    this.#framer = new StreamFramer({
      message: (message, bytes) => events.message(message, bytes),
      ping: () => events.pinged(() => socket.write(PONG)),
      lost: () => events.unreadable(),
    });
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      this.#framer.push(chunk);
      events.received(this.#framer.isInsideMessage);
    });
  }

  get backlog(): number {
    return this.#socket.writableLength;
  }

  send(bytes: Buffer, sent: (error?: Error | null) => void): void {
    this.#socket.write(bytes, sent);
  }

  close(): void {
    this.#framer.stop();
    this.#socket.destroySoon();
  }

  stop(): void {
    this.#framer.stop();
  }
}
