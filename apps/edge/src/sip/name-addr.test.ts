import t from 'tap';
import { parseNameAddr, parseNameAddrs } from './name-addr.js';

t.test('addresses are read in every form', (t) => {
  for (const [text, uri, params] of [
    ['<sip:a@h>', 'sip:a@h', {}],
    ['sip:a@h;tag=1', 'sip:a@h', { tag: '1' }],
    ['<sip:a@h;x=1>;tag=1', 'sip:a@h;x=1', { tag: '1' }],
    ['"A, \\"B\\" <c>" <sip:a@h> ; Tag = x;lr', 'sip:a@h', { tag: 'x', lr: '' }],
    ['A B <sips:a@h>', 'sips:a@h', {}],
    ['Åse Østergård <sip:a@h>', 'sip:a@h', {}],
    ['<sip:a@h>;+sip.instance="<urn:uuid:1>";reg-id=1', 'sip:a@h', { '+sip.instance': '<urn:uuid:1>', 'reg-id': '1' }],
    ['<sip:a@h>;received=[::1]', 'sip:a@h', { received: '[::1]' }],
  ] as const) {
    const address = parseNameAddr(text);
    t.equal(address?.text, uri, text);
    t.strictSame(Object.fromEntries(address?.params ?? []), params, text);
  }
  t.end();
});

t.test('lists are read, commas within quotes and brackets apart', (t) => {
  t.strictSame(
    parseNameAddrs('"a,b" <sip:a,b@h>;q=1 , sip:c@h;expires=0,<sip:d@h>', 3)?.map(({ text }) => text),
    ['sip:a,b@h', 'sip:c@h', 'sip:d@h'],
  );
  t.equal(parseNameAddrs('<sip:a@h>,<sip:b@h>', 1), undefined);
  t.end();
});

t.test('malformed addresses are not read', (t) => {
  for (const text of [
    '',
    '*',
    'a',
    '<>',
    '<sip:a@h',
    'sip:a@h>',
    '<sip:a@h>>',
    '<sip:a@h>x',
    '<sip:a@h>;',
    '<sip:a@h>;=1',
    '<sip:a@h>;a=',
    '<sip:a@h>;a=1;A=2',
    '<sip:a@h>;a="b',
    '<sip:a@h>;a="b"c',
    '"a <sip:a@h>',
    '"a" "b" <sip:a@h>',
    '<sip:a@h>,',
    ',<sip:a@h>',
    '<sip:a@h>,,<sip:a@h>',
    '< sip:a@h>',
    '<tel:+45>',
    'sip:a@h?x=y',
    '<sip:a@h>\u0000',
    'sip:a@h\r\nX: y',
  ]) {
    t.equal(parseNameAddrs(text, 10), undefined, JSON.stringify(text));
  }
  t.equal(parseNameAddr('<sip:a@h>,<sip:b@h>'), undefined);
  t.end();
});

t.test('reading is linear: 60,000 characters of anything take little time', (t) => {
  const began = performance.now();
  for (const piece of ['<', '>', '"', '\\"', ',', ';', 'a', ' ', '<sip:a@h>,', ';a=1', '=', 'sip:', '%', '\r\n ']) {
    parseNameAddrs(piece.repeat(60_000 / piece.length), 100_000);
    parseNameAddrs(`<sip:a@h>${piece.repeat(60_000 / piece.length)}`, 100_000);
  }
  t.ok(performance.now() - began < 2_000, `${performance.now() - began} ms`);
  t.end();
});
