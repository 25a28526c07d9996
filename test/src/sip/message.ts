/** Header fields of a message to be made, by name; a list gives one header line per element, `undefined` leaves it out. */
export type HeaderFields = Record<string, string | number | readonly string[] | undefined>;

/**
 * A SIP message as the test phone writes and reads it (RFC 3261 section 7). Header lines keep their order, their
 * spelling and their repetition; names are looked up without regard to case or compact form.
 */
export class SipMessage {
  /** The request line or the status line, without its line end. */
  startLine: string;
  /** Every header line in order: name as spelt, value trimmed. */
  readonly headers: [name: string, value: string][] = [];
  /** What follows the empty line. */
  body: Buffer;

  constructor(startLine: string, fields: HeaderFields = {}, body: string | Buffer = '') {
    this.startLine = startLine;
    for (const [name, value] of Object.entries(fields)) this.add(name, value);
    this.body = Buffer.from(body);
  }

  /** The method of a request, '' for a response. */
  get method(): string {
    return this.isResponse ? '' : (this.startLine.split(' ')[0] ?? '');
  }

  /** The Request-URI of a request, '' for a response. */
  get uri(): string {
    return this.isResponse ? '' : (this.startLine.split(' ')[1] ?? '');
  }

  /** The status code of a response, 0 for a request. */
  get status(): number {
    return this.isResponse ? Number(this.startLine.split(' ')[1]) : 0;
  }

  /** The reason phrase of a response, '' for a request. */
  get reason(): string {
    return this.isResponse ? this.startLine.split(' ').slice(2).join(' ') : '';
  }

  get isResponse(): boolean {
    return this.startLine.startsWith('SIP/2.0 ');
  }

  /** The body as UTF-8 text. */
  get text(): string {
    return this.body.toString('utf8');
  }

  /** The branch parameter of the topmost Via. */
  get branch(): string {
    return parameter(this.list('Via')[0] ?? '', 'branch') ?? '';
  }

  /** Number and method of CSeq; zero and '' when it is absent. */
  get cseq(): { number: number; method: string } {
    const [number = '0', method = ''] = (this.get('CSeq') ?? '').split(/\s+/);
    return { number: Number(number), method };
  }

  /** The tag of From or To, '' when there is none. */
  tag(name: 'From' | 'To'): string {
    return parameter((this.get(name) ?? '').replace(/<[^>]*>/, ''), 'tag') ?? '';
  }

  /** The value of the first header line of that name. */
  get(name: string): string | undefined {
    return this.all(name)[0];
  }

  /** The values of every header line of that name, in order. */
  all(name: string): string[] {
    const wanted = longName(name);
    return this.headers.filter(([spelt]) => longName(spelt) === wanted).map(([, value]) => value);
  }

  /** The elements of a comma separated header, over all its lines. */
  list(name: string): string[] {
    return this.all(name).flatMap(splitList);
  }

  /** Puts the header's value in place of every line of that name; `undefined` takes them out. */
  set(name: string, value: string | number | readonly string[] | undefined): this {
    const wanted = longName(name);
    for (let at = this.headers.length - 1; at >= 0; at--) {
      if (longName(this.headers[at]?.[0] ?? '') === wanted) this.headers.splice(at, 1);
    }
    return this.add(name, value);
  }

  /** Appends the header's lines. */
  add(name: string, value: string | number | readonly string[] | undefined): this {
    if (value === undefined) return this;
    for (const line of typeof value === 'object' ? value : [String(value)]) this.headers.push([name, line]);
    return this;
  }

  /** A copy that shares nothing with this message. */
  clone(): SipMessage {
    const copy = new SipMessage(this.startLine, {}, this.body);
    for (const [name, value] of this.headers) copy.headers.push([name, value]);
    return copy;
  }

  /** The bytes on the wire. Content-Length is written from the body unless a header line gives one, true or not. */
  toBuffer(): Buffer {
    const lines = [this.startLine, ...this.headers.map(([name, value]) => `${name}: ${value}`)];
    if (this.get('Content-Length') === undefined) lines.push(`Content-Length: ${this.body.length}`);
    return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), this.body]);
  }

  toString(): string {
    return this.toBuffer().toString('utf8');
  }
}

/**
 * Reads one message from the bytes of a datagram, or from a stream already cut at the message's end. Folded headers are
 * joined (RFC 3261 section 7.3.1).
 * @throws Error that quotes the line which is not SIP
 */
export function parseMessage(bytes: Buffer): SipMessage {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) throw new Error(`no end of headers in ${JSON.stringify(bytes.toString('latin1').slice(0, 200))}`);
  const [startLine = '', ...lines] = bytes
    .toString('utf8', 0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  if (!/^(SIP\/2\.0 \d{3} .*|[A-Za-z.!%*_+`'~-]+ \S+ SIP\/2\.0)$/.test(startLine)) {
    throw new Error(`not a start line: ${JSON.stringify(startLine)}`);
  }
  const message = new SipMessage(startLine, {}, bytes.subarray(end + 4));
  for (const line of lines) {
    const [, name, value] = /^([\w.!%*+`'~-]+)[ \t]*:[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`not a header line: ${JSON.stringify(line)}`);
    message.headers.push([name, value]);
  }
  return message;
}

/** The value of `;name=value` in a header value, '' when it stands without a value, undefined when absent. */
export function parameter(value: string, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}(?:\\s*=\\s*("[^"]*"|[^;,\\s>]+))?(?=\\s*(?:[;,>]|$))`, 'i').exec(value);
  return match ? (match[1] ?? '').replace(/^"|"$/g, '') : undefined;
}

/** The URI inside a name-addr or addr-spec header value such as Contact, To or Record-Route. */
export function uriOf(value: string): string {
  return /<([^>]*)>/.exec(value)?.[1] ?? value.split(';')[0]?.trim() ?? '';
}

/** The URI in the first Contact of a message, where later requests of the dialog go. */
export function contactUri(message: SipMessage): string {
  return uriOf(message.get('Contact') ?? '');
}

/** The name a compact form stands for (RFC 3261 section 7.3.3), lower-cased. */
function longName(name: string): string {
  const lower = name.toLowerCase();
  return compactForms[lower] ?? lower;
}

const compactForms: Record<string, string> = {
  c: 'content-type',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  o: 'event',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
};

function splitList(value: string): string[] {
  return value.match(/(?:"(?:\\.|[^"\\])*"|<[^>]*>|[^,"<])+/g)?.map((element) => element.trim()) ?? [];
}
