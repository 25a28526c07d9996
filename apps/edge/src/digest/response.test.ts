import t from 'tap';
import type { DigestCredentials } from './credentials.js';
import { digestResponse, provesPassword } from './response.js';

const RFC7616 = {
  username: 'Mufasa',
  realm: 'http-auth@example.org',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  uri: '/dir/index.html',
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  nc: '00000001',
} as const;

const VECTORS: [string, Omit<DigestCredentials, 'response'>, string, string][] = [
  [
    'RFC 2617 3.5',
    {
      username: 'Mufasa',
      realm: 'testrealm@host.com',
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      uri: '/dir/index.html',
      algorithm: 'MD5',
      cnonce: '0a4f113b',
      nc: '00000001',
    },
    'Circle Of Life',
    '6629fae49393a05397450978507c4ef1',
  ],
  ['RFC 7616 3.9.1, MD5', { ...RFC7616, algorithm: 'MD5' }, 'Circle of Life', '8ca523f5e9506fed4657c9700eebdbec'],
  [
    'RFC 7616 3.9.1, SHA-256',
    { ...RFC7616, algorithm: 'SHA-256' },
    'Circle of Life',
    '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  ],
];

t.test('the response is that of the RFCs, and proves the password', (t) => {
  for (const [name, parameters, password, response] of VECTORS) {
    t.equal(digestResponse(parameters, 'GET', password), response, name);
    t.equal(provesPassword({ ...parameters, response }, 'GET', password), true, name);
    t.equal(provesPassword({ ...parameters, response }, 'GET', `${password} `), false, `${name}, another password`);
    t.equal(provesPassword({ ...parameters, response }, 'POST', password), false, `${name}, another method`);
  }
  t.end();
});
