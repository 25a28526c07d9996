import t from 'tap';
import { isAbsoluteUri, parseHostPort, parseUri } from './uri.js';

t.test('URIs that are read (RFC 3261 section 19.1)', async (t) => {
  const table: [text: string, user: string | undefined, host: string, port: number | undefined, parameters?: object][] =
    [
      ['sip:example.com', undefined, 'example.com', undefined],
      ['SIP:Alice@Example.COM', 'Alice', 'example.com', undefined],
      ['sip:+49-30-123@192.0.2.1:5062', '+49-30-123', '192.0.2.1', 5062],
      ['sip:alice:secret@example.com', 'alice:secret', 'example.com', undefined],
      ['sip:*21%23@example.com', '*21%23', 'example.com', undefined],
      ['sip:*21#@example.com', '*21#', 'example.com', undefined],
      ['sip:user;par=u%40example.net@example.com', 'user;par=u%40example.net', 'example.com', undefined],
      ['sips:a@[2001:DB8::1]:5061', 'a', '2001:db8::1', 5061],
      ['sip:[::1]', undefined, '::1', undefined],
      ['sip:a@example.com;Transport=TCP;lr', 'a', 'example.com', undefined, { transport: 'tcp', lr: '' }],
      ['sip:a@example.com;x=1?subject=hi%20there&b=', 'a', 'example.com', undefined, { x: '1' }],
      ['sip:a@my_host', 'a', 'my_host', undefined],
    ];
  for (const [text, user, host, port, parameters = {}] of table) {
    const uri = parseUri(text);
    t.same([uri?.user, uri?.host, uri?.port], [user, host, port], text);
    t.same(Object.fromEntries(uri?.parameters ?? []), parameters, text);
  }
});

t.test('URIs that are refused', async (t) => {
  const texts = [
    ...['', 'sip:', 'sip:@example.com', 'sip:a@', 'tel:+4930', 'http://example.com', 'sip', 'sip:a b@example.com'],
    ...[
      'sip:a@example.com:0',
      'sip:a@example.com:65536',
      'sip:a@example.com:',
      'sip:a@example.com:5a',
      'sip:a@example.com:99999999999999999999',
    ],
    ...[
      'sip:a@256.1.1.1',
      'sip:a@1.2.3',
      'sip:a@[::1',
      'sip:a@[::g]',
      'sip:a@[fe80::1%25eth0]',
      'sip:a@.example.com',
      'sip:a@exa..mple',
    ],
    ...[
      'sip:a%4@example.com',
      'sip:a%zz@example.com',
      'sip:a@example.com;lr;lr',
      'sip:a@example.com;',
      'sip:a@example.com;=x',
    ],
    ...[
      'sip:a@example.com?',
      'sip:a@example.com?x',
      'sip:a@example.com;x="1"',
      'sip:a@b@example.com',
      `sip:a@${'x'.repeat(300)}`,
    ],
  ];
  for (const text of texts) t.equal(parseUri(text), undefined, JSON.stringify(text));
});

t.test('a host and port', async (t) => {
  t.same(parseHostPort('example.com:5060'), { host: 'example.com', port: 5060 });
  t.same(parseHostPort('[::1]:5060'), { host: '::1', port: 5060 });
  t.equal(parseHostPort('::1'), undefined);
  t.equal(parseHostPort('[::1]5060'), undefined);
});

t.test('other absolute URIs are recognised as such', async (t) => {
  for (const text of ['tel:+4930', 'urn:service:sos', 'http://x/']) t.ok(isAbsoluteUri(text), text);
  for (const text of ['', ':x', 'x:', 'no scheme:x', 'x:<y>', 'x: y']) t.notOk(isAbsoluteUri(text), text);
});
