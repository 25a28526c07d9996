import { type Address, parseAddress } from './address.js';
import { CALL_ID, consistsOf } from './characters.js';
import { type CSeq, parseCSeq } from './cseq.js';
import type { Header } from './headers.js';
import { reasonPhrase } from './statuses.js';
import { formatVia, parseVia, type Via } from './via.js';

/**
 * A SIP message (RFC 3261 section 7): headers in order, body as bytes. Header text is latin1, one character a byte.
 *
 * The headers that every message needs are parsed when first asked for. Reading one that is absent or malformed throws;
 * on messages that came out of the parser it never does.
 */
export abstract class SipMessage {
  readonly headers: Header[];
  body: Buffer;
  #via: Via | undefined;
  #from: Address | undefined;
  #to: Address | undefined;
  #cseq: CSeq | undefined;

  constructor(headers: Header[], body: Buffer) {
    this.headers = headers;
    this.body = body;
  }

  /** The first line, without its line end. */
  abstract get startLine(): string;

  /** The topmost Via. */
  get via(): Via {
    return this.readableVia ?? unreadable('Via');
  }

  /** The topmost Via; undefined when it is absent or malformed. */
  get readableVia(): Via | undefined {
    this.#via ??= this.#parse('Via', parseVia);
    return this.#via;
  }

  get from(): Address {
    this.#from ??= this.#parse('From', parseAddress);
    return this.#from ?? unreadable('From');
  }

  get to(): Address {
    this.#to ??= this.#parse('To', parseAddress);
    return this.#to ?? unreadable('To');
  }

  get cseq(): CSeq {
    this.#cseq ??= this.#parse('CSeq', parseCSeq);
    return this.#cseq ?? unreadable('CSeq');
  }

  /** The tag of the To header; undefined when there is none, or no To that can be read. */
  get toTag(): string | undefined {
    this.#to ??= this.#parse('To', parseAddress);
    return this.#to?.tag;
  }

  /** The names of the mandatory headers that are absent or malformed. */
  get unreadableHeaders(): string[] {
    this.#from ??= this.#parse('From', parseAddress);
    this.#to ??= this.#parse('To', parseAddress);
    this.#cseq ??= this.#parse('CSeq', parseCSeq);
    const names: string[] = [];
    if (this.readableVia === undefined) names.push('Via');
    if (this.#from === undefined) names.push('From');
    if (this.#to === undefined) names.push('To');
    if (!consistsOf(CALL_ID, this.callId)) names.push('Call-ID');
    if (this.#cseq === undefined) names.push('CSeq');
    return names;
  }

  get callId(): string {
    return this.value('Call-ID') ?? '';
  }

  /** The value of the first header with this long name, undefined when there is none. */
  value(name: string): string | undefined {
    return this.headers[this.indexOf(name)]?.value;
  }

  /** Where the first header with this long name stands, -1 when there is none. */
  indexOf(name: string): number {
    for (let i = 0; i < this.headers.length; i += 1) if (this.headers[i]?.name === name) return i;
    return -1;
  }

  /** The values of all headers with this long name, in order. */
  values(name: string): string[] {
    const values: string[] = [];
    for (const header of this.headers) if (header.name === name) values.push(header.value);
    return values;
  }

  /** Replaces the first header with this long name, or adds it at the end. */
  set(name: string, value: string): void {
    const index = this.indexOf(name);
    if (index === -1) this.headers.push({ name, value });
    else this.headers[index] = { name, value };
    if (name === 'Via') this.#via = undefined;
    else if (name === 'From') this.#from = undefined;
    else if (name === 'To') this.#to = undefined;
    else if (name === 'CSeq') this.#cseq = undefined;
  }

  /** Puts another topmost Via in the place of the one there is. */
  replaceVia(via: Via): void {
    this.set('Via', formatVia(via));
    this.#via = via;
  }

  #parse<T>(name: string, parse: (value: string) => T | undefined): T | undefined {
    const value = this.value(name);
    return value === undefined ? undefined : parse(value);
  }

  /** The message as it goes on the wire, one character a byte. */
  get text(): string {
    let text = `${this.startLine}\r\n`;
    for (const { name, value } of this.headers) text += `${name}: ${value}\r\n`;
    return this.body.length === 0 ? `${text}\r\n` : `${text}\r\n${this.body.toString('latin1')}`;
  }

  /** How many bytes that is. */
  get size(): number {
    let size = this.startLine.length + this.body.length + 4;
    for (const { name, value } of this.headers) size += name.length + value.length + 4;
    return size;
  }

  /** The message as it goes on the wire. */
  toBuffer(): Buffer {
    return Buffer.from(this.text, 'latin1');
  }
}

/** A SIP request. */
export class SipRequest extends SipMessage {
  constructor(
    readonly method: string,
    readonly uri: string,
    headers: Header[],
    body: Buffer = NO_BODY,
  ) {
    super(headers, body);
  }

  override get startLine(): string {
    return `${this.method} ${this.uri} SIP/2.0`;
  }
}

/** A SIP response. */
export class SipResponse extends SipMessage {
  constructor(
    readonly status: number,
    readonly reason: string,
    headers: Header[],
    body: Buffer = NO_BODY,
  ) {
    super(headers, body);
  }

  override get startLine(): string {
    return `SIP/2.0 ${this.status} ${this.reason}`;
  }
}

/** The body of a message that has none. */
export const NO_BODY: Buffer = Buffer.alloc(0);

/**
 * The response without body that this server gives to a request by itself (RFC 3261 section 8.2.6).
 * @param toTag added to the To header when the request's has no tag; none for a 100
 * @param extra further headers, put before Content-Length
 */
export function answerTo(request: SipRequest, status: number, toTag?: string, extra: Header[] = []): SipResponse {
  const headers: Header[] = [];
  for (const header of request.headers) {
    if (!ECHOED.has(header.name) || (header.name !== 'Via' && headers.some(({ name }) => name === header.name)))
      continue;
    const needsTag = header.name === 'To' && toTag !== undefined && request.toTag === undefined;
    headers.push(needsTag ? { name: 'To', value: `${header.value};tag=${toTag}` } : header);
  }
  if (status === 100) {
    const timestamp = request.value('Timestamp');
    if (timestamp !== undefined) headers.push({ name: 'Timestamp', value: timestamp });
  }
  headers.push(...extra, { name: 'Content-Length', value: '0' });
  return new SipResponse(status, reasonPhrase(status), headers);
}

const MANDATORY = ['Via', 'From', 'To', 'Call-ID', 'CSeq'];
const ECHOED = new Set(MANDATORY);

function unreadable(name: string): never {
  throw new Error(`message without a valid ${name} header`);
}
