import { parseAddress } from './address.js';
import {
  consistsOf,
  hasControl,
  isBlank,
  isControl,
  parseNumber,
  skipBlanks,
  TOKEN,
  trimBlanks,
} from './characters.js';
import { appearsOnce, type Header, longName } from './headers.js';
import { splitList } from './list.js';
import { SipRequest, SipResponse } from './message.js';
import { isAbsoluteUri, parseUri } from './uri.js';

/** What is read at most; more is refused. */
export const MESSAGE_LIMITS = { bytes: 65_536, headers: 128, headerBytes: 8_192 } as const;

/** A message that can't be accepted, with the response it deserves when it is a request that can be answered. */
export class Malformed {
  constructor(
    /** 400, 505 or 513. */
    readonly status: number,
    /** What is wrong, in a few words that go into the reason phrase. */
    readonly reason: string,
    /** As much of the request as could be read: it has a Via and isn't an ACK. Undefined when no answer is possible. */
    readonly request: SipRequest | undefined,
  ) {}
}

/** The head of a message: everything before the empty line. */
export interface ParsedHead {
  readonly message: SipRequest | SipResponse | Malformed;
  /** Undefined when there is no Content-Length or it can't be read. */
  readonly contentLength: number | undefined;
}

/**
 * Parses one datagram (RFC 3261 sections 7 and 18.3), in time linear in its length. Bytes beyond Content-Length are
 * dropped. Never throws.
 * @returns undefined for a keep-alive: nothing but line ends or zero bytes
 */
export function parseDatagram(bytes: Buffer): SipRequest | SipResponse | Malformed | undefined {
  const start = skipLineEnds(bytes);
  if (start === bytes.length) return undefined;
  const headEnd = bytes.indexOf('\r\n\r\n', start, 'latin1');
  const { message, contentLength } = parseHead(
    bytes.toString('latin1', start, headEnd === -1 ? bytes.length : headEnd),
  );
  if (message instanceof Malformed) return message;
  if (headEnd === -1) return malformed(message, 400, 'Missing Empty Line After Headers');
  const available = bytes.length - headEnd - 4;
  if (contentLength !== undefined && contentLength > available)
    return malformed(message, 400, 'Body Shorter Than Content-Length');
  message.body = bytes.subarray(headEnd + 4, headEnd + 4 + (contentLength ?? available));
  if (contentLength === undefined) message.headers.push({ name: 'Content-Length', value: String(available) });
  return message;
}

/**
 * Parses the head of a message: start line and headers, without the empty line, one character a byte. Folded lines are
 * unfolded, compact names written out, Via lists split into one header each.
 */
export function parseHead(text: string): ParsedHead {
  const faults: Fault[] = [];
  const lineEnd = text.indexOf('\r\n');
  const startLine = lineEnd === -1 ? text : text.slice(0, lineEnd);
  const headers = lineEnd === -1 ? [] : parseHeaders(text, lineEnd + 2, faults);
  const message = parseStartLine(startLine, headers, faults);
  if (message === undefined) return { message: NOT_SIP, contentLength: undefined };
  checkHeaders(message, faults);
  const lengthText = message.value('Content-Length');
  const contentLength = lengthText === undefined ? undefined : parseNumber(lengthText, Number.MAX_SAFE_INTEGER);
  if (lengthText !== undefined && contentLength === undefined)
    faults.push({ status: 400, reason: 'Invalid Content-Length' });
  if (contentLength !== undefined && contentLength + text.length > MESSAGE_LIMITS.bytes) {
    faults.push({ status: 513, reason: 'Message Too Large' });
  }
  const [fault] = faults;
  return { message: fault === undefined ? message : malformed(message, fault.status, fault.reason), contentLength };
}

interface Fault {
  readonly status: number;
  readonly reason: string;
}

const NOT_SIP = new Malformed(400, 'Bad Request', undefined);
const CR = 13;
const LF = 10;
const QUOTE = 34;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\0-\x08\n-\x1f\x7f]/;
const BACKSLASH = 92;

function malformed(message: SipRequest | SipResponse, status: number, reason: string): Malformed {
  return new Malformed(status, reason, isAnswerable(message) ? message : undefined);
}

function isAnswerable(message: SipRequest | SipResponse): message is SipRequest {
  return message instanceof SipRequest && message.method !== 'ACK' && message.indexOf('Via') !== -1;
}

function skipLineEnds(bytes: Buffer): number {
  let i = 0;
  while (i < bytes.length && (bytes[i] === CR || bytes[i] === LF || bytes[i] === 0)) i += 1;
  return i;
}

function parseStartLine(line: string, headers: Header[], faults: Fault[]): SipRequest | SipResponse | undefined {
  const first = line.indexOf(' ');
  if (first <= 0 || hasControl(line)) return undefined;
  const word = line.slice(0, first);
  if (word.toUpperCase() === 'SIP/2.0') return parseStatusLine(line, first, headers);
  const requestLine = trimBlanks(line);
  const last = requestLine.lastIndexOf(' ');
  const version = requestLine.slice(last + 1).toUpperCase();
  if (last === first || !consistsOf(TOKEN, word) || !version.startsWith('SIP/')) return undefined;
  const uri = line.slice(first + 1, last);
  if (version !== 'SIP/2.0') faults.unshift({ status: 505, reason: 'Version Not Supported' });
  else if (requestLine !== line) faults.unshift({ status: 400, reason: 'Invalid Request Line' });
  else if (!isRequestUri(uri)) faults.unshift({ status: 400, reason: 'Invalid Request-URI' });
  return new SipRequest(word, uri, headers);
}

function parseStatusLine(line: string, space: number, headers: Header[]): SipResponse | undefined {
  const status = parseNumber(line.slice(space + 1, space + 4), 699);
  const after = line.charCodeAt(space + 4);
  if (status === undefined || status < 100 || !(after === 32 || Number.isNaN(after))) return undefined;
  return new SipResponse(status, line.slice(space + 5), headers);
}

/** A SIP Request-URI carries no headers (RFC 3261 section 19.1.1, table 1). */
function isRequestUri(uri: string): boolean {
  const scheme = uri.slice(0, uri.indexOf(':')).toLowerCase();
  if (scheme !== 'sip' && scheme !== 'sips') return isAbsoluteUri(uri);
  return parseUri(uri) !== undefined && !uri.includes('?', uri.indexOf('@') + 1);
}

function parseHeaders(text: string, start: number, faults: Fault[]): Header[] {
  const headers: Header[] = [];
  let position = start;
  while (position < text.length) {
    const end = endOfHeader(text, position);
    if (headers.length === MESSAGE_LIMITS.headers) {
      faults.push({ status: 400, reason: 'Too Many Headers' });
      break;
    }
    const fault =
      end - position > MESSAGE_LIMITS.headerBytes ? 'Header Too Long' : parseHeader(text, position, end, headers);
    if (fault !== undefined) faults.push({ status: 400, reason: fault });
    position = end + 2;
  }
  return headers;
}

/** The end of a header, past the lines folded into it (RFC 3261 section 7.3.1). */
function endOfHeader(text: string, start: number): number {
  let end = text.indexOf('\r\n', start);
  while (end !== -1 && isBlank(text.charCodeAt(end + 2))) end = text.indexOf('\r\n', end + 2);
  return end === -1 ? text.length : end;
}

function parseHeader(text: string, start: number, end: number, headers: Header[]): string | undefined {
  let nameEnd = start;
  while (nameEnd < end && isTokenAt(text, nameEnd)) nameEnd += 1;
  const colon = skipBlanks(text, nameEnd);
  if (nameEnd === start || colon >= end || text[colon] !== ':') return 'Invalid Header';
  const name = longName(text.slice(start, nameEnd));
  const value = trimBlanks(unfold(text.slice(colon + 1, end)));
  if (hasBareControl(value)) return `Invalid ${name}`;
  if (name !== 'Via' || !value.includes(',')) {
    headers.push({ name, value });
    return undefined;
  }
  const entries = splitList(value);
  for (const entry of entries ?? [value]) headers.push({ name, value: entry });
  return entries === undefined ? 'Invalid Via' : undefined;
}

function isTokenAt(text: string, position: number): boolean {
  return TOKEN[text.charCodeAt(position)] === 1;
}

function unfold(value: string): string {
  if (!value.includes('\r\n')) return value;
  const lines = value.split('\r\n');
  return lines.map((line) => trimBlanks(line)).join(' ');
}

/** Whether a header value has a control character that isn't escaped inside quotes (`quoted-pair`, section 25.1). */
function hasBareControl(value: string): boolean {
  // Next to no header has any, and the expression finds that out in a fraction of the time.
  if (!CONTROL.test(value)) return false;
  let isQuoted = false;
  for (let i = 0; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    if (code === QUOTE) isQuoted = !isQuoted;
    else if (code === BACKSLASH && isQuoted && !isLineEnd(value.charCodeAt(i + 1))) i += 1;
    else if (isControl(code)) return true;
  }
  return false;
}

function isLineEnd(code: number): boolean {
  return code === CR || code === LF;
}

/** Checks what every message must have (RFC 3261 section 8.1.1): each mandatory header once and well-formed. */
function checkHeaders(message: SipRequest | SipResponse, faults: Fault[]): void {
  const { headers } = message;
  for (let i = 1; i < headers.length; i += 1) {
    const name = headers[i]?.name ?? '';
    if (appearsOnce(name) && message.indexOf(name) !== i) faults.push({ status: 400, reason: `Repeated ${name}` });
  }
  const bad = message.unreadableHeaders;
  if (message instanceof SipRequest && !bad.includes('CSeq') && message.cseq.method !== message.method)
    bad.push('CSeq');
  const maxForwards = message.value('Max-Forwards');
  if (maxForwards !== undefined && parseNumber(maxForwards, 255) === undefined) bad.push('Max-Forwards');
  if (message instanceof SipRequest && !areContactsValid(message)) bad.push('Contact');
  for (const name of bad) {
    faults.push({ status: 400, reason: `${message.indexOf(name) === -1 ? 'Missing' : 'Invalid'} ${name}` });
  }
}

/**
 * Whether every Contact without angle brackets is an address (RFC 3261 section 20); what brackets hold is for the application
 * to judge. A REGISTER may have a single `*` in their place (section 10.2.2).
 */
function areContactsValid(request: SipRequest): boolean {
  const values = request.values('Contact');
  if (request.method === 'REGISTER' && values.length === 1 && values[0] === '*') return true;
  const isFine = (entry: string): boolean => entry.includes('<') || parseAddress(entry) !== undefined;
  return values.every((value) => splitList(value)?.every(isFine) ?? false);
}
