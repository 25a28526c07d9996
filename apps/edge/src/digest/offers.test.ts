import t from 'tap';
import { DigestOffers } from './offers.js';

const model = (_id: string, ...digest: string[]) => ({ _id, digest });

async function offersOf(...models: object[]): Promise<DigestOffers> {
  const offers = new DigestOffers({ list: async () => models as never }, Buffer.alloc(32, 1));
  await offers.refresh();
  return offers;
}

t.test('SHA-256 is offered first where the model can do it, and MD5 alone where it cannot (RFC 8760)', async (t) => {
  const offers = await offersOf(model('new', 'SHA-256', 'MD5'), model('old', 'MD5'));
  t.equal(offers.areAlike, false);
  t.strictSame(offers.of('x', 'new'), ['SHA-256', 'MD5']);
  t.strictSame(offers.of('x', 'old'), ['MD5']);
  t.strictSame(offers.of('x', 'gone'), ['MD5']);
});

t.test('a username that nobody has is offered always the same, as often SHA-256 as models can do it', async (t) => {
  const offers = await offersOf(
    model('new', 'SHA-256', 'MD5'),
    model('a', 'MD5'),
    model('b', 'MD5'),
    model('c', 'MD5'),
  );
  const names = Array.from({ length: 2_000 }, (_, i) => `user${i}`);
  const offered = names.filter((name) => offers.of(name, undefined).length === 2);
  t.ok(offered.length > 400 && offered.length < 600, `${offered.length} of 2,000`);
  t.strictSame(
    names.filter((name) => offers.of(name, undefined).length === 2),
    offered,
  );
});

t.test('while no model can do it, all are offered MD5', async (t) => {
  const offers = await offersOf(model('old', 'MD5'));
  t.equal(offers.areAlike, true);
  t.strictSame(offers.of('x', undefined), ['MD5']);
});
