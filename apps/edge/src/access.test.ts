import { keys } from '@ringfence/store';
import t from 'tap';
import { Bench } from './testing/bench.js';

const bench = await Bench.start();
t.teardown(() => bench.close());
const { redis, secrets, directory } = bench.store;

/** A phone that the edge has admitted and remembers. */
async function known() {
  const account = await bench.account({ customer: (await directory.createCustomer({ name: 'Known' }))._id });
  const phone = await bench.phone(account);
  t.equal((await phone.register()).status, 200);
  t.equal((await phone.register()).status, 200);
  return { account, phone, key: keys.phone(account.id) };
}

t.test('the fence of a phone that is known changes for the very next request', async (t) => {
  const { phone, key } = await known();
  await redis.hset(key, 'ip.address', '192.0.2.1');
  t.equal((await phone.register()).status, 403);
  await redis.hset(key, 'ip.mode', 'ROAMING', 'ip.countries', 'DK', 'ip.address', '');
  t.equal((await phone.register()).status, 403);
  await redis.hset(key, 'ip.mode', 'OPEN');
  t.equal((await phone.register()).status, 200);
  t.equal(await redis.hget(key, 'ip.mode'), 'LOCKED');
});

t.test('so does its password', async (t) => {
  const { account, phone, key } = await known();
  const password = 'n'.repeat(32);
  await redis.hset(key, 'password', secrets.seal(password, account.id));
  t.equal((await phone.register()).status, 403, 'the old one');
  const renewed = await bench.phone({ ...account, password });
  t.equal((await renewed.register()).status, 200, 'the new one');
  t.equal((await phone.register()).status, 403, 'the old one again');
});

t.test('so does the customer, and the phone itself', async (t) => {
  const { account, phone, key } = await known();
  const customer = (await redis.hget(key, 'customer')) as string;
  await directory.customers.change(customer, { active: false });
  t.equal((await phone.register()).status, 403);
  await directory.customers.change(customer, { active: true });
  t.equal((await phone.register()).status, 200);
  await redis.del(key, keys.username(account.username));
  t.equal((await phone.register()).status, 403);
});

t.test(
  'a phone that is known is admitted in one round trip, and a wrong password for it is still refused',
  async (t) => {
    const { account, phone } = await known();
    const reads = async () => Number(/^cmdstat_get:calls=(\d+)/m.exec(await redis.info('commandstats'))?.[1]);
    const before = await reads();
    for (let i = 0; i < 5; i++) t.equal((await phone.register()).status, 200);
    t.equal((await reads()) - before, 5, "the customer's record, once for each");
    const thief = await bench.phone({ ...account, password: 'x'.repeat(32) });
    t.equal((await thief.register()).status, 403);
    const [refused] = (await bench.events(account.id)).filter(({ type }) => type === 'phone.refused');
    t.equal(refused?.reason, 'wrong_password');
  },
);
