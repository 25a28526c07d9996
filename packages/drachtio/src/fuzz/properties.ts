import { isDeepStrictEqual } from 'node:util';
import fc, { type Arbitrary } from 'fast-check';
import { composeRequest, cseqNumber } from '../agent/compose.js';
import { parseDraft } from '../application/draft.js';
import { FrameDecoder } from '../application/frame.js';
import { formatAddress, parseAddress } from '../sip/address.js';
import { splitList } from '../sip/list.js';
import { answerTo, SipRequest, SipResponse } from '../sip/message.js';
import { formatParameters, parseParameters } from '../sip/parameters.js';
import { Malformed, parseDatagram } from '../sip/parser.js';
import { StreamFramer } from '../sip/stream-framer.js';
import { parseUri } from '../sip/uri.js';
import { formatVia, parseVia, viaAsReceived } from '../sip/via.js';
import { replyHop } from '../transaction/server-transaction.js';
import { bytes, chunks, text } from './arbitraries.js';
import { TORTURE } from './seeds.js';

/** How long a property is tried: a number of times, and milliseconds. */
export interface FuzzLimits {
  readonly numRuns: number;
  readonly interruptAfterTimeLimit?: number;
}

/** What came out: how often it was tried, and what broke it. */
export interface FuzzResult {
  readonly numRuns: number;
  readonly failed: boolean;
  readonly seed: number;
  readonly counterexample: unknown;
  readonly errorInstance: unknown;
}

export type Property = (limits: FuzzLimits) => FuzzResult;

/** What must hold whatever comes, by name. Each throws or gives false when it doesn't. */
export const properties: Readonly<Record<string, Property>> = {
  'a datagram is read, refused or dropped': holds(bytes, checkDatagram),
  'a stream gives the same messages however it is cut': holds(
    chunks(fc.array(bytes, { maxLength: 4 }).map(Buffer.concat)),
    (parts) => {
      assertSame(framed(parts), framed([Buffer.concat(parts)]));
    },
  ),
  'frames are the same however the stream is cut': holds(chunks(frames()), (parts) => {
    assertSame(decoded(parts), decoded([Buffer.concat(parts)]));
  }),
  'a URI that is read has a host and a possible port': holds(text, (text) => {
    const uri = parseUri(text);
    return uri === undefined || (uri.host !== '' && (uri.port === undefined || (uri.port > 0 && uri.port < 65_536)));
  }),
  'an address that is read is written the same': holds(text, (text) => {
    const address = parseAddress(text);
    if (address === undefined) return;
    const { displayName, uri, parameters } = address;
    assertSame(parseAddress(formatAddress(displayName, uri, formatParameters(parameters))), address);
  }),
  'parameters that are read are written the same': holds(text, (text) => {
    const parameters = parseParameters(text, 0);
    if (parameters !== undefined) assertSame(parseParameters(formatParameters(parameters), 0), parameters);
  }),
  'a Via that is read is written the same with where it came from': holds(text, (rest) => {
    const via = parseVia(`SIP/2.0/UDP ${rest}`);
    if (via === undefined) return;
    const again = parseVia(formatVia(viaAsReceived(via, '192.0.2.1', 5060)));
    const { transport, host, port, branch, rport } = via;
    assertSame(again && { ...again, parameters: undefined }, {
      transport,
      host,
      port,
      branch,
      rport,
      parameters: undefined,
    });
  }),
  'a list that is cut is put together the same': holds(text, (text) => {
    const entries = splitList(text);
    if (entries !== undefined) assertSame(splitList(entries.join(', ')), entries);
  }),
  'what an application drafts stays in its headers': holds(bytes, (bytes) => {
    const draft = parseDraft(bytes);
    if (draft === undefined) return;
    cseqNumber(draft);
    if (draft.method === undefined) return;
    const request = composeRequest(draft, { transport: 'udp', host: '192.0.2.1', port: 5060 });
    const lines = request?.text.split('\r\n\r\n', 1)[0]?.split('\r\n') ?? [];
    return request === undefined || (lines.length === request.headers.length + 1 && !/[\r\n]/.test(lines.join('')));
  }),
};

/** Checks one datagram: nothing throws, what is accepted is written as it was read, what is refused can be answered. */
export function checkDatagram(bytes: Buffer): void {
  const message = parseDatagram(bytes);
  if (message === undefined) return;
  const request = message instanceof Malformed ? message.request : message;
  if (request instanceof SipRequest) checkAnswer(request, message instanceof Malformed ? message.status : 200);
  if (message instanceof Malformed) return;
  const again = parseDatagram(message.toBuffer());
  if (!(again instanceof SipRequest || again instanceof SipResponse))
    throw new Error(`not read again: ${again?.reason}`);
  assertSame(again.headers, message.headers);
  assertSame([again.startLine, again.body], [message.startLine, message.body]);
}

/** The messages, pings and the end that a stream gives. */
export function framed(parts: Iterable<Buffer>): unknown[] {
  const events: unknown[] = [];
  const framer = new StreamFramer({
    message: (message, size) =>
      events.push(
        message instanceof Malformed ? [message.status, message.reason] : message.toBuffer().toString('latin1'),
        size,
      ),
    ping: () => events.push('ping'),
    lost: () => events.push('lost'),
  });
  for (const part of parts) framer.push(part);
  return events;
}

function decoded(parts: readonly Buffer[]): unknown[] {
  const events: unknown[] = [];
  const decoder = new FrameDecoder({
    frame: (payload) => events.push(payload.toString('latin1')),
    oversize: (start) => events.push('oversize', start.toString('latin1')),
    broken: () => events.push('broken'),
  });
  decoder.trust();
  for (const part of parts) decoder.push(part);
  return events;
}

function frames() {
  const frame = fc.oneof(
    fc
      .tuple(bytes, fc.integer({ min: -3, max: 3 }))
      .map(([payload, lie]) => Buffer.concat([Buffer.from(`${payload.length + lie}#`), payload])),
    bytes,
    fc.constantFrom(...TORTURE.values()).map((payload) => Buffer.concat([Buffer.from(`${payload.length}#`), payload])),
  );
  return fc.array(frame, { maxLength: 5 }).map((list) => Buffer.concat(list));
}

function checkAnswer(request: SipRequest, status: number): void {
  const local = { transport: 'udp', host: '192.0.2.1', port: 5060 } as const;
  replyHop(request, { transport: 'udp', local, address: '192.0.2.2', port: 5062 });
  const answer = answerTo(request, status, 'tag');
  if (/[\r\n]/.test(answer.headers.map(({ name, value }) => name + value).join('')))
    throw new Error('a line end in a header');
}

function holds<T>(arbitrary: Arbitrary<T>, predicate: (value: T) => unknown): Property {
  return (limits) =>
    fc.check(
      fc.property(arbitrary, (value) => predicate(value) !== false),
      limits,
    );
}

function assertSame(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) {
    throw new Error(`${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`);
  }
}
