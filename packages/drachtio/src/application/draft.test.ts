import t from 'tap';
import { contentTypeOf, parseDraft } from './draft.js';
import { timeOfDay } from './meta.js';

const parse = (text: string) => parseDraft(Buffer.from(text));

t.test('a response', async (t) => {
  const draft = parse('SIP/2.0 401 Unauthorized\r\ncseq: 1 REGISTER\r\nwww-authenticate: Digest realm="x"\r\n\r\n');
  t.same([draft?.status, draft?.reason, draft?.method], [401, 'Unauthorized', undefined]);
  t.same(draft?.headers, [
    { name: 'CSeq', value: '1 REGISTER' },
    { name: 'WWW-Authenticate', value: 'Digest realm="x"' },
  ]);
});

t.test('a request, its body to the end whatever Content-Length says', async (t) => {
  const draft = parse('NOTIFY sip:placeholder SIP/2.0\r\nContent-Length: 4\r\n\r\nhi ☺');
  t.same([draft?.method, draft?.uri], ['NOTIFY', 'sip:placeholder']);
  t.equal(draft?.body.toString(), 'hi ☺');
});

t.test('lines that are no headers are left out', async (t) => {
  const draft = parse(
    'OPTIONS sip:a@b SIP/2.0\r\nBad Header: q\r\nno colon\r\n: x\r\nX-Ok: 1\r\nX-Bad: a\nVia: b\r\np-foo-bar: z',
  );
  t.same(draft?.headers, [
    { name: 'X-Ok', value: '1' },
    { name: 'P-Foo-Bar', value: 'z' },
  ]);
});

t.test('what has no start line is no draft', async (t) => {
  for (const text of [
    '',
    'hello',
    'OPTIONS sip:a@b',
    'OPTIONS sip:a@b SIP/3.0',
    'SIP/2.0 20 OK',
    'SIP/2.0 999 Odd',
    'A B C SIP/2.0',
  ]) {
    t.equal(parse(text), undefined, text);
  }
});

t.test('a session description needs no Content-Type, anything else does', async (t) => {
  const type = (text: string) => {
    const draft = parse(`MESSAGE sip:a@b SIP/2.0\r\n${text}`);
    return draft && contentTypeOf(draft);
  };
  t.equal(type('\r\nv=0\r\n'), 'application/sdp');
  t.equal(type('\r\nabc'), undefined);
  t.equal(type('c: text/plain\r\n\r\nabc'), 'text/plain');
});

t.test('the time of day has microseconds', async (t) => {
  t.equal(timeOfDay(Date.UTC(2026, 0, 1, 13, 18, 42, 976) + 0.047), '13:18:42.976047');
  t.equal(timeOfDay(Date.UTC(2026, 0, 1)), '00:00:00.000000');
});
