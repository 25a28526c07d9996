import { keys, resetCredentials } from '@ringfence/store';
import t from 'tap';
import { Bench, type StoredAccount } from './testing/bench.js';

const bench = await Bench.start();
t.teardown(() => bench.close());
const { bindings, redis, phones } = bench.store;

/** Gives a phone new credentials; those before are good for some ms. */
async function reset({ id }: StoredAccount, overlap = 60_000): Promise<StoredAccount> {
  const { username = '', password = '' } = (await resetCredentials(bench.store, id, async () => {}, overlap)) ?? {};
  return { id, username, password };
}

const register = async (account: StoredAccount, address?: string) =>
  (await (await bench.phone(account, address)).register()).status;
const contacts = async ({ id }: StoredAccount) => (await bindings.live(id, Date.now())).map(({ contact }) => contact);

t.test(
  'replaced credentials are good until the new ones are used, and end at once with what they registered',
  async (t) => {
    const before = await bench.account();
    t.equal(await register(before), 200);
    const after = await reset(before);
    await bench.event(before.id, { type: 'phone.credentials_reset' });
    for (let round = 0; round < 2; round++) t.equal(await register(before), 200, 'the old ones');
    t.equal((await bindings.findPhone(before.username))?.id, before.id, 'either name leads to the phone');
    t.equal((await bindings.findPhone(after.username))?.id, before.id);
    t.equal(await register({ ...after, password: before.password }), 403, 'they are pairs');
    t.equal(await register({ ...before, password: after.password }), 403);
    t.equal(await register(after), 200, 'the new ones');
    t.equal(await register(before), 403, 'the old ones have ended');
    const [contact, ...others] = await contacts(before);
    t.match(contact, after.username);
    t.same(others, []);
    t.equal(await register(after), 200);
  },
);

t.test('a call by the new ones ends the old ones too, an attempt that the fence refuses does not', async (t) => {
  const before = await bench.account({ mode: 'LOCKED', address: '127.0.0.1' });
  const after = await reset(before);
  t.equal(await register(after, '127.0.0.2'), 403);
  t.equal(await register(before), 200);
  const phone = await bench.phone(after);
  const challenge = await phone.ask({ method: 'INVITE', uri: 'sip:999@ringfence' });
  t.equal(challenge.status, 407);
  const { status } = await phone.ask(phone.answering(challenge, { method: 'INVITE', uri: 'sip:999@ringfence' }));
  t.ok(status >= 400);
  await t.resolves(bench.event(before.id, { type: 'phone.deregistered' }));
  t.equal(await register(before), 403);
});

t.test('they end when their time has passed, also where the edge remembers the phone', async (t) => {
  const before = await bench.account();
  const after = await reset(before, 1_500);
  t.equal(await register(before), 200);
  await new Promise((resolve) => setTimeout(resolve, 1_600));
  t.equal(await register(before), 403);
  t.equal(await register(after), 200);
});

t.test('without any time they end at once, with what they registered', async (t) => {
  const before = await bench.account();
  t.equal(await register(before), 200);
  const after = await reset(before, 0);
  t.same(await contacts(before), []);
  t.equal(await register(before), 403);
  t.equal(await register(after), 200);
});

t.test('of several resets the pair in use and the last one are good', async (t) => {
  const before = await bench.account();
  const unused = await reset(before);
  const after = await reset(before);
  t.equal(await register(unused), 403);
  t.equal(await register(before), 200);
  t.equal(await register(after), 200);
  t.equal(await register(before), 403);
  const next = await reset(after);
  t.equal(await register(after), 200, 'what the phone uses now is what a further reset leaves good');
  t.equal(await register(next), 200);
});

t.test('simultaneous resets and uses leave no name behind but those that are good', async (t) => {
  const before = await bench.account();
  const resets = await Promise.all(Array.from({ length: 5 }, () => reset(before)));
  const good = await Promise.all(
    resets.map(async ({ username }) => (await redis.exists(keys.username(username))) === 1),
  );
  t.equal(good.filter(Boolean).length, 1);
  const last = resets[good.indexOf(true)] as StoredAccount;
  t.equal(last.username, (await phones.get(before.id))?.username);
  const statuses = await Promise.all([register(last), register(before), register(last)]);
  t.same([statuses[0], statuses[2]], [200, 200]);
  t.equal(await redis.exists(keys.username(before.username)), 0);
  t.equal(await register(before), 403);
});

t.test('a phone that is removed meanwhile leaves no credentials behind', async (t) => {
  const before = await bench.account();
  const after = await reset(before);
  const stored = await phones.read(before.id);
  if (stored) await phones.remove(stored);
  for (const { username } of [before, after]) t.equal(await redis.exists(keys.username(username)), 0);
  t.equal(await register(before), 403);
  t.equal(await register(after), 403);
});
