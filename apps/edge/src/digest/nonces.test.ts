import t from 'tap';
import { Nonces } from './nonces.js';

const NOW = 1_900_000_000_000;
const key = Buffer.alloc(32, 1);
const nonces = new Nonces({ key, realm: 'ringfence', age: 300_000 });

t.test('a nonce is recognised by every edge with the same key, and tells when it was issued', (t) => {
  const nonce = nonces.issue(NOW);
  const other = new Nonces({ key, realm: 'ringfence', age: 300_000 });
  t.match(nonce, /^[A-Za-z0-9_-]{40}$/);
  t.match(other.check(nonce, NOW), { id: new RegExp(`^${NOW}-[A-Za-z0-9_-]+$`), expired: false });
  t.equal(other.check(nonce, NOW)?.id, nonces.check(nonce, NOW)?.id);
  t.end();
});

t.test('a nonce expires', (t) => {
  const nonce = nonces.issue(NOW);
  t.equal(nonces.check(nonce, NOW + 300_000)?.expired, false);
  t.equal(nonces.check(nonce, NOW + 300_001)?.expired, true);
  t.end();
});

t.test('no two nonces are the same', (t) => {
  t.equal(new Set(Array.from({ length: 10_000 }, () => nonces.issue(NOW))).size, 10_000);
  t.end();
});

t.test('a nonce of another realm, of another key or with any bit changed is none of ours', (t) => {
  const nonce = nonces.issue(NOW);
  t.equal(new Nonces({ key, realm: 'other', age: 300_000 }).check(nonce, NOW), undefined);
  t.equal(new Nonces({ key: Buffer.alloc(32, 2), realm: 'ringfence', age: 1 }).check(nonce, NOW), undefined);
  const bytes = Buffer.from(nonce, 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
    t.equal(nonces.check(changed.toString('base64url'), NOW), undefined, `bit ${bit}`);
  }
  t.end();
});

t.test('text that is no nonce is none of ours', (t) => {
  const nonce = nonces.issue(NOW);
  for (const text of ['', 'abc', `${nonce}=`, `${nonce}A`, nonce.slice(1), ` ${nonce}`, `${nonce}\n`, 'ä'.repeat(40)]) {
    t.equal(nonces.check(text, NOW), undefined, JSON.stringify(text));
  }
  t.end();
});
