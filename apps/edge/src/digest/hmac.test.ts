import { createHmac, randomBytes } from 'node:crypto';
import t from 'tap';
import { Hmac } from './hmac.js';

t.test('it is the HMAC-SHA256 of RFC 2104, whatever the length of key and text', async (t) => {
  for (const keyBytes of [0, 1, 32, 63, 64, 65, 200]) {
    const key = randomBytes(keyBytes);
    const hmac = new Hmac(key);
    for (const length of [0, 1, 55, 64, 1_000]) {
      const text = randomBytes(length);
      const expected = createHmac('sha256', key).update(text).digest('base64url');
      t.equal(hmac.sign(text), expected, `key of ${keyBytes}, text of ${length} bytes`);
    }
  }
});
