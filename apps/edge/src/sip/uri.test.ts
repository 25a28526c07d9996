import t from 'tap';
import { LONGEST_URI, parseSipUri, uriUser } from './uri.js';

t.test('SIP URIs are read', (t) => {
  for (const [text, expected] of [
    ['sip:a@h', { scheme: 'sip', user: 'a', host: 'h', port: undefined }],
    ['SIPS:a:secret@Example.COM:5061', { scheme: 'sips', user: 'a', host: 'example.com', port: 5061 }],
    ['sip:192.0.2.1:5060', { user: '', host: '192.0.2.1', port: 5060 }],
    ['sip:a@[2001:DB8::1]:5060;transport=TCP;ob', { host: '2001:db8::1', port: 5060 }],
    ['sip:%61%2Bb;x=1@h', { user: 'a+b;x=1', host: 'h' }],
    ['sip:a@h;real=192.168.1.1:2048;line=x', { host: 'h' }],
  ] as const) {
    t.match(parseSipUri(text), expected, text);
  }
  t.strictSame(
    [...(parseSipUri('sip:a@h;Transport=TCP;ob')?.params ?? [])],
    [
      ['transport', 'TCP'],
      ['ob', ''],
    ],
  );
  t.end();
});

t.test('what is no SIP URI is not', (t) => {
  for (const text of [
    '',
    '*',
    'sip:',
    'sip:a@',
    'sip:@h',
    'tel:+45',
    'http://h',
    'a@h',
    'sip:a@h:0',
    'sip:a@h:65536',
    'sip:a@h:99999',
    'sip:a@h:',
    'sip:a@h:x',
    'sip:a b@h',
    'sip:a@h h',
    'sip:a@h\r\nVia: x',
    'sip:<a>@h',
    'sip:"a"@h',
    'sip:ä@h',
    'sip:a@ä',
    'sip:a%@h',
    'sip:a%4@h',
    'sip:%ff@h',
    'sip:a@1.2.3',
    'sip:a@1.2.3.256',
    'sip:a@01.2.3.4',
    'sip:a@[::1',
    'sip:a@::1',
    'sip:a@[1.2.3.4]',
    'sip:a@[fe80::1%eth0]',
    'sip:a@-h',
    'sip:a@h..h',
    'sip:a@h;',
    'sip:a@h;=x',
    'sip:a@h;x=',
    'sip:a@h;x=1;X=2',
    'sip:a@h?Route=x',
    'sip:a@h;x?y=z',
    'sip:a@b@c',
    `sip:${'a'.repeat(LONGEST_URI)}@h`,
  ]) {
    t.equal(parseSipUri(text), undefined, JSON.stringify(text.slice(0, 60)));
  }
  t.end();
});

t.test('text becomes a user part', (t) => {
  t.equal(uriUser('*72'), '*72');
  t.equal(uriUser('+45 1@2;x>'), '+45%201%402%3Bx%3E');
  t.end();
});
