import fc from 'fast-check';
import t from 'tap';
import { requestText } from '../testing/messages.js';
import { SipRequest, SipResponse } from './message.js';
import { Malformed, parseDatagram } from './parser.js';

const parse = (text: string) => parseDatagram(Buffer.from(text));
const lines = (...parts: string[]) => parts.join('\r\n');

t.test('a request is read whole', async (t) => {
  const message = parse(requestText({ method: 'MESSAGE', more: ['Content-Type: text/plain'], body: 'héllo ☺' }));
  t.ok(message instanceof SipRequest);
  if (!(message instanceof SipRequest)) return;
  t.equal(message.method, 'MESSAGE');
  t.equal(message.uri, 'sip:bob@example.com');
  t.equal(message.from.tag, 'a1');
  t.equal(message.to.tag, undefined);
  t.same(message.cseq, { number: 1, method: 'MESSAGE' });
  t.equal(message.via.branch, 'z9hG4bKtest');
  t.equal(message.body.toString(), 'héllo ☺', 'bytes of the body are kept');
  t.equal(
    message.toBuffer().toString(),
    requestText({ method: 'MESSAGE', more: ['Content-Type: text/plain'], body: 'héllo ☺' }),
  );
});

t.test('compact names, other spellings and folded lines mean the same (RFC 3261 section 7.3)', async (t) => {
  const message = parse(
    lines(
      'INVITE sip:bob@example.com SIP/2.0',
      'v:SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa',
      'f : "Alice, of Wonderland" <sip:alice@example.com> ;',
      '  tag=1',
      't: sip:bob@example.com',
      'I: abc',
      'cseq: 7',
      '\tINVITE',
      'sUBJECT: first',
      ' second',
      'l: 0',
      '',
      '',
    ),
  );
  t.ok(message instanceof SipRequest);
  if (!(message instanceof SipRequest)) return;
  t.equal(message.value('Subject'), 'first second');
  t.equal(message.callId, 'abc');
  t.equal(message.cseq.number, 7);
  t.equal(message.from.tag, '1');
  t.equal(message.from.displayName, '"Alice, of Wonderland"');
  t.same(
    message.headers.map(({ name }) => name),
    ['Via', 'From', 'To', 'Call-ID', 'CSeq', 'Subject', 'Content-Length'],
  );
});

t.test('UTF-8 passes untouched, also where it ends in a byte that is a blank in Latin-1', async (t) => {
  const message = parse(requestText({ from: 'Zoë à <sip:z@example.com>;tag=1', more: ['Subject: voilà', 'X-A: à,'] }));
  t.ok(message instanceof SipRequest);
  if (!(message instanceof SipRequest)) return;
  t.equal(Buffer.from(message.value('Subject') ?? '', 'latin1').toString(), 'voilà');
  t.equal(Buffer.from(message.from.displayName, 'latin1').toString(), 'Zoë à');
});

t.test('a list of Vias is taken apart, commas inside quotes are not', async (t) => {
  const message = parse(
    requestText({
      via: 'SIP/2.0/UDP 192.0.2.1;x="a,b";branch=z9hG4bKa, SIP/2.0/TCP [2001:db8::1]:5062;branch=z9hG4bKb',
    }),
  );
  t.ok(message instanceof SipRequest);
  if (!(message instanceof SipRequest)) return;
  t.equal(message.values('Via').length, 2);
  t.equal(message.via.branch, 'z9hG4bKa');
});

t.test('what can be answered gets a status and a reason', async (t) => {
  const long = 'x'.repeat(9_000);
  const table: [name: string, text: string, status: number, reason: string][] = [
    ['no Call-ID', requestText().replace(/Call-ID.*\r\n/, ''), 400, 'Missing Call-ID'],
    ['an empty Call-ID', requestText({ callId: '' }), 400, 'Invalid Call-ID'],
    ['a Call-ID that would break the application protocol', requestText({ callId: 'a|b' }), 400, 'Invalid Call-ID'],
    ['a From tag that would', requestText({ from: '<sip:alice@example.com>;tag=a|b' }), 400, 'Invalid From'],
    ['no CSeq', requestText().replace(/CSeq.*\r\n/, ''), 400, 'Missing CSeq'],
    ['a CSeq of another method', requestText().replace('1 OPTIONS', '1 INVITE'), 400, 'Invalid CSeq'],
    ['a CSeq of 2^31', requestText({ cseq: 2_147_483_648 }), 400, 'Invalid CSeq'],
    ['a negative CSeq', requestText({ cseq: -1 }), 400, 'Invalid CSeq'],
    ['no To', requestText().replace(/To:.*\r\n/, ''), 400, 'Missing To'],
    ['a From with an open quote', requestText({ from: '"Alice <sip:alice@example.com>;tag=1' }), 400, 'Invalid From'],
    ['a From with an open bracket', requestText({ from: '<sip:alice@example.com;tag=1' }), 400, 'Invalid From'],
    ['two From headers', requestText({ more: ['f: <sip:mallory@example.com>;tag=2'] }), 400, 'Repeated From'],
    ['two Call-IDs', requestText({ more: ['Call-ID: other'] }), 400, 'Repeated Call-ID'],
    ['two CSeqs', requestText({ more: ['CSeq: 2 OPTIONS'] }), 400, 'Repeated CSeq'],
    ['two Content-Lengths', requestText({ more: ['l: 0'] }), 400, 'Repeated Content-Length'],
    ['two Max-Forwards', requestText({ more: ['Max-Forwards: 1'] }), 400, 'Repeated Max-Forwards'],
    ['Max-Forwards beyond a byte', requestText().replace('70', '256'), 400, 'Invalid Max-Forwards'],
    [
      'a Content-Length that is no number',
      requestText().replace(/Length: 0/, 'Length: -1'),
      400,
      'Invalid Content-Length',
    ],
    [
      'a body shorter than it says',
      requestText().replace(/Length: 0/, 'Length: 5'),
      400,
      'Body Shorter Than Content-Length',
    ],
    ['no empty line', requestText().trimEnd(), 400, 'Missing Empty Line After Headers'],
    ['a header without a colon', requestText({ more: ['Nonsense'] }), 400, 'Invalid Header'],
    ['a header name with a blank inside', requestText({ more: ['Bad Header: q'] }), 400, 'Invalid Header'],
    ['a bare line feed in a header', requestText({ more: ['X-A: 1\nX-B: 2'] }), 400, 'Invalid X-A'],
    ['a NUL in a header', requestText({ more: ['X-A: \0'] }), 400, 'Invalid X-A'],
    ['a header of 9 KB', requestText({ more: [`X-Long: ${long}`] }), 400, 'Header Too Long'],
    ['129 headers', requestText({ more: Array.from({ length: 129 }, (_, i) => `X-${i}: 1`) }), 400, 'Too Many Headers'],
    ['a Request-URI with port 0', requestText({ uri: 'sip:bob@example.com:0' }), 400, 'Invalid Request-URI'],
    ['a Request-URI in angle brackets', requestText({ uri: '<sip:bob@example.com>' }), 400, 'Invalid Request-URI'],
    ['two blanks in the request line', requestText({ uri: ' sip:bob@example.com' }), 400, 'Invalid Request-URI'],
    ['another version', requestText().replace('com SIP/2.0', 'com SIP/3.0'), 505, 'Version Not Supported'],
    ['a blank after the version', requestText().replace('SIP/2.0', 'SIP/2.0 '), 400, 'Invalid Request Line'],
    ['headers in the Request-URI', requestText({ uri: 'sip:bob@example.com?Subject=x' }), 400, 'Invalid Request-URI'],
    ['a Via with a port out of range', requestText({ via: 'SIP/2.0/UDP 192.0.2.1:99999' }), 400, 'Invalid Via'],
    ['a Via of another protocol', requestText({ via: 'HTTP/1.1/TCP 192.0.2.1' }), 400, 'Invalid Via'],
    ['a list of Vias with a gap', requestText({ via: 'SIP/2.0/UDP 192.0.2.1,,' }), 400, 'Invalid Via'],
    ['a Contact that is no address', requestText({ more: ['Contact: nowhere'] }), 400, 'Invalid Contact'],
    ['a Contact for all in no REGISTER', requestText({ more: ['Contact: *'] }), 400, 'Invalid Contact'],
    ['a name that needs quotes', requestText({ from: 'Bell, A <sip:alice@example.com>;tag=1' }), 400, 'Invalid From'],
    ['a control character in quotes', requestText({ more: ['X-A: "\x07"'] }), 400, 'Invalid X-A'],
    ['more than 64 KiB announced', requestText().replace(/Length: 0/, 'Length: 70000'), 513, 'Message Too Large'],
  ];
  for (const [name, text, status, reason] of table) {
    const message = parse(text);
    t.ok(message instanceof Malformed, name);
    if (!(message instanceof Malformed)) continue;
    t.same([message.status, message.reason], [status, reason], name);
    t.ok(message.request, `${name} can be answered`);
  }
});

t.test('what can not be answered is told apart', async (t) => {
  const table: [name: string, text: string][] = [
    ['nothing like SIP', 'GET / HTTP/1.1\r\n\r\n'],
    ['binary', '\u0001\u0002\u0003'],
    ['a request without Via', requestText().replace(/Via.*\r\n/, '')],
    ['a malformed ACK', requestText({ method: 'ACK', callId: '' })],
    ['a response without CSeq', 'SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1\r\n\r\n'],
    ['a response with status 99', 'SIP/2.0 099 No\r\n\r\n'],
  ];
  for (const [name, text] of table) {
    const message = parse(text);
    t.ok(message instanceof Malformed && message.request === undefined, name);
  }
});

t.test('a keep-alive is no message', async (t) => {
  for (const text of ['\r\n\r\n', '\r\n', '\0\0\0\0', '']) t.equal(parse(text), undefined);
});

t.test(
  'line ends before a message are skipped, bytes after its body dropped (RFC 3261 sections 7.5 and 18.3)',
  async (t) => {
    const message = parse(`\r\n\r\n${requestText({ body: 'abc' })}garbage`);
    t.ok(message instanceof SipRequest);
    t.equal(message instanceof SipRequest ? message.body.toString() : '', 'abc');
  },
);

t.test('without Content-Length the body ends with the datagram, and gets one', async (t) => {
  const message = parse(`${requestText().replace(/Content-Length.*\r\n/, '')}abc`);
  t.equal(message instanceof SipRequest && message.value('Content-Length'), '3');
});

t.test('a response may lack its reason phrase', async (t) => {
  const rest = requestText().split('\r\n').slice(1).join('\r\n');
  for (const line of ['SIP/2.0 200 ', 'SIP/2.0 200', 'SIP/2.0 200 All is well']) {
    const message = parse(`${line}\r\n${rest}`);
    t.ok(message instanceof SipResponse && message.status === 200, line);
  }
});

const token = fc.stringMatching(/^[A-Za-z][A-Za-z0-9.!%*_+`'~-]{0,12}$/);
const word = fc.stringMatching(/^[!-~]([ -~]{0,40}[!-~])?$/);

t.test('property: what is written is read back the same', async () => {
  const parts = fc.record({
    method: token,
    callId: fc.stringMatching(/^[A-Za-z0-9@.<>:/?-]{1,30}$/),
    cseq: fc.integer({ min: 0, max: 0x7fffffff }),
    more: fc.array(
      fc.tuple(token, word).map(([name, value]) => `X-${name}: ${value}`),
      { maxLength: 20 },
    ),
    body: fc.string({ maxLength: 200, unit: 'binary' }),
  });
  fc.assert(
    fc.property(parts, (choice) => {
      const first = parse(requestText(choice));
      if (!(first instanceof SipRequest)) return first instanceof Malformed && false;
      const second = parseDatagram(first.toBuffer());
      return (
        second instanceof SipRequest && second.toBuffer().equals(first.toBuffer()) && second.method === choice.method
      );
    }),
    { numRuns: 500 },
  );
});

t.test('property: no bytes make it throw', async () => {
  const mutated = fc
    .tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 40 }), fc.uint8Array({ maxLength: 30 }))
    .map(([at, removed, added]) => {
      const bytes = Buffer.from(requestText({ method: 'INVITE', body: 'v=0', more: ['Contact: "a" <sip:a@b>;q=1'] }));
      return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
    });
  const any = fc.oneof(
    mutated,
    fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(any, (bytes) => {
      const message = parseDatagram(bytes);
      return message === undefined || typeof message === 'object';
    }),
    { numRuns: 3_000 },
  );
});

t.test('time grows with the length only, whatever is sent', async (t) => {
  const hostile = [
    (n: number) => requestText({ more: [`X: ${' '.repeat(n)}`] }),
    (n: number) => `OPTIONS sip:a@b SIP/2.0\r\n${'a'.repeat(n)}`,
    (n: number) => `OPTIONS sip:a@b SIP/2.0\r\n${'a\r\n'.repeat(n / 3)}`,
    (n: number) => requestText({ from: `"${'\\'.repeat(n)}` }),
    (n: number) => requestText({ more: [`Via: ${',"'.repeat(n / 2)}`] }),
    (n: number) => requestText({ uri: `sip:${'%41'.repeat(n / 3)}@b` }),
    (n: number) => requestText({ more: Array.from({ length: n / 4 }, () => ' x') }),
  ];
  for (const make of hostile) {
    const bytes = Buffer.from(make(60_000));
    const start = performance.now();
    for (let i = 0; i < 10; i += 1) parseDatagram(bytes);
    t.ok(performance.now() - start < 500, `${bytes.length} bytes`);
  }
});
