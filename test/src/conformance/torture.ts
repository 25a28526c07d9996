import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { Inbox } from '../sip/inbox.js';
import { parseMessage, type SipMessage } from '../sip/index.js';
import type { Target, Teardown } from './target.js';

const FOLDER = new URL('../../torture/', import.meta.url);

/** The names of all messages of `test/torture`, sorted. */
export function tortureNames(): string[] {
  return readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.sip'))
    .map((file) => file.slice(0, -4))
    .sort();
}

/** A message of `test/torture`, byte for byte: `rfc4475/wsinv`. */
export function tortureMessage(name: string): Buffer {
  return readFileSync(new URL(`${name}.sip`, FOLDER));
}

/**
 * A UDP peer with an address of its own in 127.0.0.0/8, at the port where the responses to a torture message are due
 * (RFC 3261 section 18.2.2). Unlike a phone it takes any response, as those to a torture message are tortuous too.
 */
export class Stranger {
  readonly #socket: Socket;
  readonly #target: Target;
  readonly #messages = new Inbox<SipMessage>((message) => message.startLine);

  static async open(t: Teardown, target: Target, port: number): Promise<Stranger> {
    const socket = createSocket('udp4');
    const byte = () => 1 + Math.floor(Math.random() * 250);
    socket.bind(port, `127.${byte()}.${byte()}.${byte()}`);
    await once(socket, 'listening');
    t.teardown(() => socket.close());
    return new Stranger(socket, target);
  }

  private constructor(socket: Socket, target: Target) {
    this.#socket = socket;
    this.#target = target;
    socket.on('message', (bytes) => this.#messages.put(parseMessage(bytes)));
  }

  send(bytes: Buffer): void {
    const { address, port } = this.#target.sip;
    this.#socket.send(bytes, port, address);
  }

  /** The next final response. */
  final(): Promise<SipMessage> {
    return this.#messages.take(({ status }) => status >= 200, 'final response');
  }

  /** Fails when anything was received and not taken. */
  silence(): Promise<void> {
    return this.#messages.none(() => true, 'message', 0);
  }
}
