import fc from 'fast-check';
import t from 'tap';
import { requestText } from '../testing/messages.js';
import { SipRequest } from './message.js';
import { Malformed } from './parser.js';
import { StreamFramer } from './stream-framer.js';

function collect() {
  const seen: string[] = [];
  const framer = new StreamFramer({
    message: (message) => {
      if (message instanceof SipRequest) seen.push(`${message.callId}:${message.body.toString()}`);
      else if (message instanceof Malformed) seen.push(`${message.status} ${message.reason}`);
    },
    ping: () => seen.push('ping'),
    lost: () => seen.push('lost'),
  });
  return { seen, framer };
}

t.test('property: messages come out whole however the stream is cut', async () => {
  const stream = Buffer.from(
    ['one', 'two', 'three'].map((callId, i) => requestText({ callId, body: 'bödy'.repeat(i) })).join('\r\n\r\n'),
  );
  const cuts = fc.array(fc.integer({ min: 0, max: stream.length }), { maxLength: 40 });
  fc.assert(
    fc.property(cuts, (positions) => {
      const { seen, framer } = collect();
      let start = 0;
      for (const end of [...positions.sort((a, b) => a - b), stream.length]) {
        framer.push(stream.subarray(start, end));
        start = end;
      }
      return seen.join() === 'one:,ping,two:bödy,ping,three:bödybödy' && !framer.isInsideMessage;
    }),
    { numRuns: 300 },
  );
});

t.test('byte by byte', async (t) => {
  const { seen, framer } = collect();
  for (const byte of Buffer.from(requestText({ callId: 'slow', body: 'x' }))) framer.push(Buffer.from([byte]));
  t.same(seen, ['slow:x']);
});

t.test('a double CRLF is a ping, a single one is not (RFC 5626 section 4.4.1)', async (t) => {
  const { seen, framer } = collect();
  framer.push(Buffer.from('\r\n'));
  t.same(seen, []);
  framer.push(Buffer.from('\r\n'));
  t.same(seen, ['ping']);
});

t.test('a stream needs Content-Length (RFC 3261 section 18.3)', async (t) => {
  const { seen, framer } = collect();
  framer.push(Buffer.from(requestText().replace(/Content-Length.*\r\n/, '')));
  framer.push(Buffer.from(requestText()));
  t.same(seen, ['400 Missing Content-Length', 'lost']);
});

t.test('a malformed message with a usable border leaves the next one readable', async (t) => {
  const { seen, framer } = collect();
  framer.push(Buffer.from(requestText({ from: 'nonsense', body: 'abc' }) + requestText({ callId: 'next' })));
  t.same(seen, ['400 Invalid From', 'next:']);
});

t.test('what is too large is refused as soon as that shows, and the connection given up', async (t) => {
  const announced = collect();
  announced.framer.push(Buffer.from(requestText().replace('Content-Length: 0', 'Content-Length: 99999')));
  t.same(announced.seen, ['513 Message Too Large', 'lost']);
  const endless = collect();
  endless.framer.push(Buffer.from(requestText().trimEnd()));
  for (let i = 0; i < 70; i += 1) endless.framer.push(Buffer.from(`\r\nX-${i}: ${'y'.repeat(1_000)}`));
  t.equal(endless.seen.at(-1), 'lost');
});

t.test('what is no SIP loses the stream at once', async (t) => {
  const { seen, framer } = collect();
  framer.push(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
  t.same(seen, ['400 Bad Request', 'lost']);
});
