import t from 'tap';
import { parseAddress } from '../sip/address.js';
import { splitList } from '../sip/list.js';
import { parseParameters } from '../sip/parameters.js';
import { parseDatagram } from '../sip/parser.js';
import { parseUri } from '../sip/uri.js';
import { parseVia } from '../sip/via.js';
import { checkDatagram, framed, properties } from './properties.js';
import { readCrashers } from './seeds.js';

for (const [name, property] of Object.entries(properties)) {
  t.test(`property: ${name}`, async (t) => {
    const { failed, seed, counterexample, errorInstance } = property({ numRuns: 500 });
    t.notOk(failed, `seed ${seed}: ${JSON.stringify(counterexample)}: ${errorInstance}`);
  });
}

for (const [name, bytes] of readCrashers()) {
  t.test(`crasher ${name}`, async (t) => {
    t.doesNotThrow(() => checkDatagram(bytes), 'as a datagram');
    const text = bytes.toString('latin1');
    for (const parse of [parseUri, parseAddress, parseVia, splitList]) t.doesNotThrow(() => parse(text), parse.name);
    const whole = framed([bytes]);
    t.same(framed(singleBytes(bytes)), whole, 'as a stream, byte by byte');
  });
}

/** Texts of a length that try to make a parser look at a byte more than a few times. */
const greedy: Record<string, [parse: (text: string) => unknown, make: (length: number) => string][]> = {
  datagram: [
    [datagram, (n) => head(`X: ${'a '.repeat(n / 2)}`)],
    [datagram, (n) => head(`X: a${'\r\n '.repeat(n / 3)}b`)],
    [datagram, (n) => head('a:1\r\n'.repeat(n / 5))],
    [datagram, (n) => head('To: <sip:a>\r\n'.repeat(n / 13))],
    [datagram, (n) => head(`Via: ${'SIP/2.0/UDP a,'.repeat(n / 14)}SIP/2.0/UDP b`)],
    [datagram, (n) => head(`Contact: ${'<sip:a>,'.repeat(n / 8)}<sip:a>`)],
    [datagram, (n) => `OPTIONS ${' '.repeat(n)}sip:a SIP/2.0\r\n\r\n`],
    [datagram, (n) => '\r\n'.repeat(n / 2)],
  ],
  uri: [
    [parseUri, (n) => `sip:${'@'.repeat(n)}`],
    [parseUri, (n) => `sip:${'%'.repeat(n)}@a`],
    [parseUri, (n) => `sip:a;${'b;'.repeat(n / 2)}`],
    [parseUri, (n) => `sip:a${Array.from({ length: n / 8 }, (_, i) => `;p${i}=1`).join('')}`],
    [parseUri, (n) => `sip:a?${'b=c&'.repeat(n / 4)}`],
    [parseUri, (n) => `sip:[${':::1.1'.repeat(n / 6)}]`],
    [parseUri, (n) => `sip:[:::${'1'.repeat(n)}]`],
    [parseUri, (n) => `sip:${'a.'.repeat(n / 2)}`],
  ],
  address: [
    [parseAddress, (n) => `"${'\\"'.repeat(n / 2)}`],
    [parseAddress, (n) => `${'<'.repeat(n)}`],
    [parseAddress, (n) => `${'a '.repeat(n / 2)}<sip:a>`],
    [parseAddress, (n) => `<sip:a>${';a="'.repeat(n / 4)}`],
    [parseAddress, (n) => `<sip:a>${';a=b'.repeat(n / 4)};tag=1`],
  ],
  list: [
    [splitList, (n) => '",'.repeat(n / 2)],
    [splitList, (n) => 'a,'.repeat(n / 2)],
    [splitList, (n) => '<,>,'.repeat(n / 4)],
    [splitList, (n) => '"a",'.repeat(n / 4)],
  ],
  via: [
    [parseVia, (n) => `SIP/2.0/UDP ${' '.repeat(n)}:${' '.repeat(n)}5060`],
    [parseVia, (n) => `SIP${' '.repeat(n)}/2.0/UDP a`],
    [parseVia, (n) => `SIP/2.0/UDP a${';'.repeat(n)}`],
    [(text) => parseParameters(text, 0), (n) => ` ;a = "${'\\'.repeat(n)}`],
  ],
  stream: [
    [byteByByte, (n) => head(`X: ${'a'.repeat(n)}`)],
    [byteByByte, (n) => '\r\n\r'.repeat(n / 3)],
    [byteByByte, (n) => head('l: 0').repeat(n / 100)],
  ],
};

for (const [what, attempts] of Object.entries(greedy)) {
  t.test(`the time to read a ${what} grows with its length only`, async (t) => {
    for (const [parse, make] of attempts) {
      const ratio = cost(parse, make(32_000)) / cost(parse, make(4_000));
      t.ok(ratio < 24, `${make(60).slice(0, 60)}: ${ratio.toFixed(1)} times for 8 times the length`);
    }
  });
}

/** Processor time that parsing takes at best, in microseconds; at least a few, so that a ratio means something. */
function cost(parse: (text: string) => unknown, text: string): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 7; round += 1) {
    const start = process.cpuUsage();
    for (let times = 0; times < 4; times += 1) parse(text);
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, user + system);
  }
  return best + 200;
}

function datagram(text: string): unknown {
  return parseDatagram(Buffer.from(text, 'latin1'));
}

function byteByByte(text: string): unknown {
  return framed(singleBytes(Buffer.from(text, 'latin1')));
}

function* singleBytes(bytes: Buffer): Iterable<Buffer> {
  for (let i = 0; i < bytes.length; i += 1) yield bytes.subarray(i, i + 1);
}

function head(lines: string): string {
  return `OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a\r\n${lines}\r\n\r\n`;
}
