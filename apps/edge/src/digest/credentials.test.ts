import t from 'tap';
import { readCredentials } from './credentials.js';

const PARTS: Record<string, string> = {
  username: '"u1"',
  realm: '"ringfence"',
  nonce: '"n"',
  uri: '"sip:h"',
  response: '"0123456789abcdef0123456789ABCDEF"',
  cnonce: '"c"',
  nc: '0000000a',
  qop: 'auth',
};

function header(changes: Record<string, string | undefined> = {}): string {
  const parts = Object.entries({ ...PARTS, ...changes }).filter(([, value]) => value !== undefined);
  return `Digest ${parts.map(([name, value]) => `${name}=${value}`).join(', ')}`;
}

t.test('credentials are read', (t) => {
  t.strictSame(readCredentials(header(), 'ringfence'), {
    username: 'u1',
    realm: 'ringfence',
    nonce: 'n',
    uri: 'sip:h',
    response: '0123456789abcdef0123456789abcdef',
    algorithm: 'MD5',
    cnonce: 'c',
    nc: '0000000a',
  });
  t.match(readCredentials(header({ username: '"a\\"b"', qop: '"auth"', algorithm: 'md5' }), 'ringfence'), {
    username: 'a"b',
    algorithm: 'MD5',
  });
  t.match(readCredentials(header({ algorithm: '"SHA-256"', response: `"${'0'.repeat(64)}"` }), 'ringfence'), {
    algorithm: 'SHA-256',
  });
  t.match(readCredentials(header().replace('Digest', 'DIGEST').replaceAll(', ', '\r\n ,  '), 'ringfence'), {
    nonce: 'n',
  });
  t.end();
});

t.test('of several credentials those of the realm are picked', (t) => {
  const other = header({ realm: '"elsewhere"', username: '"u2"' });
  for (const all of [`${other}, ${header()}`, `${header()},${other}`, `Basic a=b, ${header()}`]) {
    t.match(readCredentials(all, 'ringfence'), { username: 'u1' }, all);
  }
  t.equal(readCredentials(other, 'ringfence'), undefined);
  t.end();
});

t.test('credentials that cannot be verified are as good as none', (t) => {
  for (const changes of [
    ...Object.keys(PARTS).map((name) => ({ [name]: undefined })),
    { qop: 'auth-int' },
    { algorithm: 'MD5-sess' },
    { algorithm: 'SHA-512-256' },
    { nc: '00000000' },
    { nc: '1' },
    { nc: '0000000g' },
    { response: '"0123"' },
    { response: `"${'0'.repeat(64)}"` },
    { response: `"${'x'.repeat(32)}"` },
    { algorithm: 'SHA-256' },
    { username: '""' },
  ]) {
    t.equal(readCredentials(header(changes), 'ringfence'), undefined, JSON.stringify(changes));
  }
  t.end();
});

t.test('what cannot be read is malformed', (t) => {
  for (const text of [
    '',
    'Digest',
    'Digest ',
    'Digest realm',
    'realm="ringfence"',
    'Digest realm="ringfence',
    'Digest realm="ringfence" nonce="n"',
    'Digest realm="ringfence",,nonce="n"',
    'Digest realm="ringfence", realm="ringfence"',
    'Digest realm="ring\u0000fence"',
    `${header()},`,
    `${header()}, !`,
    `${header()}, x="${'y'.repeat(5_000)}"`,
    Array(9).fill('Digest a=b').join(','),
  ]) {
    t.equal(readCredentials(text, 'ringfence'), 'malformed', JSON.stringify(text.slice(0, 60)));
  }
  t.end();
});

t.test('a long header takes no time to turn away', (t) => {
  const began = performance.now();
  for (const piece of ['Digest a=', 'a', ' ', '"', '\\"', ',', 'Digest ', '=']) {
    t.equal(readCredentials(piece.repeat(60_000 / piece.length), 'ringfence'), 'malformed');
    readCredentials(`Digest realm="${piece.repeat(4_000 / piece.length)}`, 'ringfence');
  }
  t.ok(performance.now() - began < 1_000);
  t.end();
});
