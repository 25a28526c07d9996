import { SipRequest, type SipResponse } from './message.js';
import { Malformed, MESSAGE_LIMITS, type ParsedHead, parseHead } from './parser.js';

/** What the framer hands on. */
export interface FramerEvents {
  /** A whole message, with its size in bytes; or one that can't be accepted. */
  message(message: SipRequest | SipResponse | Malformed, bytes: number): void;
  /** A double CRLF between messages, which asks for a single CRLF in return (RFC 5626 section 4.4.1). */
  ping(): void;
  /** Message borders are lost or a limit is exceeded: the connection must be closed. */
  lost(): void;
}

/**
 * Cuts a byte stream into SIP messages (RFC 3261 section 18.3). Bytes may arrive split and joined in any way; each is
 * looked at a bounded number of times. At most one message of 64 KiB is held.
 */
export class StreamFramer {
  readonly #events: FramerEvents;
  #held: Buffer = EMPTY;
  #length = 0;
  /** Where to go on looking for the end of the head. */
  #searched = 0;
  #head: ParsedHead | undefined;
  #headBytes = 0;
  #lineEnds = 0;
  #stopped = false;

  constructor(events: FramerEvents) {
    this.#events = events;
  }

  /** Whether part of a message is held, whose rest is yet to come. */
  get isInsideMessage(): boolean {
    return this.#length > 0;
  }

  /** Takes the next bytes of the stream. */
  push(chunk: Buffer): void {
    let rest: Buffer | undefined = chunk;
    while (rest !== undefined && rest.length > 0 && !this.#stopped) rest = this.#take(rest);
  }

  /** Takes no more bytes and hands nothing on. */
  stop(): void {
    this.#stopped = true;
    this.#clear();
  }

  #take(chunk: Buffer): Buffer | undefined {
    if (this.#length === 0) {
      const start = this.#skipLineEnds(chunk);
      if (start === chunk.length) return undefined;
      this.#append(chunk.subarray(start));
    } else this.#append(chunk);
    if (this.#head === undefined && !this.#readHead()) return undefined;
    return this.#readBody();
  }

  /** Adds to the held bytes; the room doubles when it runs out, so that each byte is copied a bounded number of times. */
  #append(bytes: Buffer): void {
    const length = this.#length + bytes.length;
    if (this.#length === 0) this.#held = bytes;
    else {
      if (length > this.#held.length) {
        const roomier = Buffer.allocUnsafe(2 * length);
        this.#held.copy(roomier, 0, 0, this.#length);
        this.#held = roomier;
      }
      bytes.copy(this.#held, this.#length);
    }
    this.#length = length;
  }

  #skipLineEnds(chunk: Buffer): number {
    let i = 0;
    for (; i < chunk.length && (chunk[i] === 13 || chunk[i] === 10); i += 1) {
      this.#lineEnds += 1;
      if (this.#lineEnds === 4) {
        this.#lineEnds = 0;
        this.#events.ping();
      }
    }
    if (i < chunk.length) this.#lineEnds = 0;
    return i;
  }

  /** Looks for the empty line after the headers. Tells whether the head is complete. */
  #readHead(): boolean {
    const bytes = this.#held.subarray(0, this.#length);
    const end = bytes.indexOf('\r\n\r\n', this.#searched, 'latin1');
    if (end === -1) {
      this.#searched = Math.max(0, bytes.length - 3);
      if (bytes.length > MESSAGE_LIMITS.bytes) this.#refuse(bytes.toString('latin1', 0, MESSAGE_LIMITS.bytes));
      return false;
    }
    this.#head = parseHead(bytes.toString('latin1', 0, end));
    this.#headBytes = end + 4;
    return this.#checkHead(this.#head);
  }

  /** On a stream Content-Length is what borders a message: without a usable one nothing after it can be read. */
  #checkHead({ message, contentLength }: ParsedHead): boolean {
    const tooLarge = message instanceof Malformed && message.status === 513;
    if (contentLength !== undefined && !tooLarge && !isUnreadable(message)) return true;
    if (message instanceof Malformed) this.#events.message(message, this.#headBytes);
    else if (message instanceof SipRequest) {
      const answerable = message.method === 'ACK' ? undefined : message;
      this.#events.message(new Malformed(400, 'Missing Content-Length', answerable), this.#headBytes);
    }
    this.#lose();
    return false;
  }

  #readBody(): Buffer | undefined {
    const head = this.#head;
    if (head === undefined) return undefined;
    const total = this.#headBytes + (head.contentLength ?? 0);
    if (this.#length < total) return undefined;
    const bytes = this.#held.subarray(0, this.#length);
    if (!(head.message instanceof Malformed)) head.message.body = ownPart(bytes, this.#headBytes, total);
    this.#clear();
    this.#events.message(head.message, total);
    return bytes.subarray(total);
  }

  #refuse(start: string): void {
    const { message } = parseHead(start);
    const request = message instanceof Malformed ? message.request : message;
    if (request instanceof SipRequest)
      this.#events.message(new Malformed(513, 'Message Too Large', request), this.#length);
    this.#lose();
  }

  #lose(): void {
    this.stop();
    this.#events.lost();
  }

  #clear(): void {
    this.#held = EMPTY;
    this.#length = 0;
    this.#searched = 0;
    this.#head = undefined;
    this.#headBytes = 0;
  }
}

const EMPTY = Buffer.alloc(0);

/** Part of a buffer, copied when it is a small part of much: whoever holds it would hold all. */
function ownPart(bytes: Buffer, start: number, end: number): Buffer {
  const part = bytes.subarray(start, end);
  return 2 * part.length < bytes.buffer.byteLength ? Buffer.from(part) : part;
}

/** Not SIP at all: neither an answer nor a border to be found. */
function isUnreadable(message: ParsedHead['message']): boolean {
  return message instanceof Malformed && message.request === undefined;
}
