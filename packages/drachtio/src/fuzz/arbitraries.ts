import fc, { type Arbitrary } from 'fast-check';
import { TORTURE } from './seeds.js';

/** Pieces that mean something in SIP, and some that mean something elsewhere. */
const PIECES = [
  ...['"', '<', '>', ';', ',', '=', ':', '@', '?', '&', '\\', '/', '[', ']', '(', ')', '%', '*', '|', '#', '+', '.'],
  ...[' ', '\t', '\r\n', '\r\n ', '\r', '\n', '\0', '\x7f', '\xa0', '\xff', 'é', '☺', '\r\n\r\n'],
  ...[
    'sip:',
    'sips:',
    'tel:',
    'a',
    'b.example',
    '127.0.0.1',
    '::1',
    '[::1]',
    ':5060',
    ':0',
    ':65536',
    '%41',
    '%00',
    '%z',
  ],
  ...[
    'SIP/2.0',
    'SIP/2.0/UDP',
    ' SIP / 2.0 / TCP ',
    ';branch=z9hG4bK',
    ';rport',
    ';received=',
    ';tag=',
    ';lr',
    ';q=0.5',
  ],
  ...[
    'Via: ',
    'v:',
    'From:',
    'To: ',
    'i: x',
    'CSeq: 1 ',
    'INVITE',
    'ACK',
    'Contact: *',
    'l: 0',
    'Content-Length: ',
    '0',
  ],
  ...['-1', '2147483648', '99999999999999999999', 'expires', '1e9', '0x10', '::', ':::1.2.3.4'],
];

const pieces: Arbitrary<string> = fc
  .array(fc.oneof({ arbitrary: fc.constantFrom(...PIECES), weight: 5 }, fc.string({ maxLength: 6, unit: 'binary' })), {
    maxLength: 24,
  })
  .map((pieces) => Buffer.from(pieces.join('')).toString('latin1'));

/** Text of one character a byte: pieces put together, or what stands in the headers of SIP messages, damaged. */
export const text: Arbitrary<string> = fc.oneof(
  pieces,
  mutated([...TORTURE.values()].flatMap(valuesOf)).map((bytes) => bytes.toString('latin1')),
);

/** Anything a socket may hand on: random bytes, pieces of SIP, and messages damaged in a few places. */
export const bytes: Arbitrary<Buffer> = fc.oneof(
  { arbitrary: fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)), weight: 1 },
  { arbitrary: pieces.map((pieces) => Buffer.from(pieces, 'latin1')), weight: 2 },
  { arbitrary: mutated([...TORTURE.values()]), weight: 6 },
);

/** A seed damaged in up to six places: bytes cut out, doubled, overwritten, or taken from another seed. */
export function mutated(seeds: readonly Buffer[]): Arbitrary<Buffer> {
  const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  const change = fc.record({
    at: place,
    length: fc.nat({ max: 40 }),
    kind: fc.constantFrom('cut', 'double', 'write', 'splice'),
    text: pieces,
    donor: fc.constantFrom(...seeds),
    from: place,
  });
  return fc.tuple(fc.constantFrom(...seeds), fc.array(change, { maxLength: 6 })).map(([seed, changes]) => {
    let bytes = seed;
    for (const { at, length, kind, text, donor, from } of changes) {
      const start = Math.floor(at * bytes.length);
      const [before, part, after] = [bytes.subarray(0, start), bytes.subarray(start, start + length), start + length];
      const donated = donor.subarray(Math.floor(from * donor.length)).subarray(0, length * 4);
      const middle = { cut: [], double: [part, part], write: [Buffer.from(text, 'latin1')], splice: [donated] }[kind];
      bytes = Buffer.concat([before, ...middle, bytes.subarray(after)]);
    }
    return bytes;
  });
}

/** Bytes in the chunks that a stream may bring them in. */
export function chunks(stream: Arbitrary<Buffer>): Arbitrary<Buffer[]> {
  return fc.tuple(stream, fc.array(fc.nat({ max: 1_500 }), { maxLength: 12 })).map(([all, sizes]) => {
    const parts: Buffer[] = [];
    let start = 0;
    for (const size of sizes) {
      parts.push(all.subarray(start, start + size));
      start += size;
    }
    return [...parts, all.subarray(start)];
  });
}

function valuesOf(message: Buffer): Buffer[] {
  const [head = ''] = message
    .toString('latin1')
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n\r\n');
  const [startLine = '', ...lines] = head.split('\r\n');
  const uri = startLine.split(' ')[1] ?? '';
  return [uri, ...lines.map((line) => line.replace(/^[^:]*:\s*/, ''))].map((value) => Buffer.from(value, 'latin1'));
}
