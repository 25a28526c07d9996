import t from 'tap';
import { Directory, NumberTaken } from './directory.js';
import { connectRedis } from './redis.js';
import { startRedis } from './testing.js';

const server = await startRedis();
const redis = connectRedis(server.url, () => {});
const clock = { now: 1 };
const directory = new Directory(redis, () => clock.now++);
t.teardown(async () => {
  redis.disconnect();
  await server.close();
});
t.beforeEach(() => redis.flushall());

const UNKNOWN = 'f'.repeat(24);
const RESELLER = 'e'.repeat(24);

t.test('a customer is active unless said otherwise', async (t) => {
  const active = await directory.createCustomer({ name: 'Acme' });
  t.same(await directory.customer(active._id), { _id: active._id, name: 'Acme', active: true });
  t.equal((await directory.createCustomer({ name: 'Gone', active: false })).active, false);
  t.equal(await directory.customer(UNKNOWN), undefined);
});

t.test('customers are listed by age, all of them or those of a reseller', async (t) => {
  for (const name of ['a', 'b', 'c']) await directory.createCustomer({ name });
  for (const name of ['d', 'e']) await directory.createCustomer({ name, reseller: RESELLER });
  const names = async (page: { offset: number; limit: number }, reseller?: string) => {
    const { total, entries } = await directory.customers(page, reseller);
    return [total, entries.map(({ name }) => name).join('')];
  };
  t.same(await names({ offset: 0, limit: 50 }), [5, 'abcde']);
  t.same(await names({ offset: 1, limit: 2 }), [5, 'bc']);
  t.same(await names({ offset: 9, limit: 2 }), [5, '']);
  t.same(await names({ offset: 0, limit: 1 }, RESELLER), [2, 'd']);
  t.same(await names({ offset: 0, limit: 1 }, UNKNOWN), [0, '']);
});

t.test('an extension is found by its id and by its number within its customer', async (t) => {
  const [one, other] = [await directory.createCustomer({ name: 'a' }), await directory.createCustomer({ name: 'b' })];
  const extension = await directory.createExtension({ customer: one._id, number: '100', name: 'Hall' });
  t.same(await directory.extension(extension._id), extension);
  t.same(await directory.extensionByNumber(one._id, '100'), extension);
  t.equal(await directory.extensionByNumber(other._id, '100'), undefined);
  t.equal(await directory.extension(UNKNOWN), undefined);
  t.same(await directory.phonesOfExtension(extension._id), []);
});

t.test('of simultaneous extensions of one number exactly one is made', async (t) => {
  const make = (name: string) => directory.createExtension({ customer: UNKNOWN, number: '100', name });
  const results = await Promise.allSettled([make('a'), make('b'), make('c')]);
  const made = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  t.equal(made.length, 1);
  t.ok(results.every((result) => result.status === 'fulfilled' || result.reason instanceof NumberTaken));
  t.same((await directory.extensions(UNKNOWN, { offset: 0, limit: 50 })).entries, made);
});

t.test('extensions are listed by number', async (t) => {
  for (const number of ['1000', '20', '101', '100']) {
    await directory.createExtension({ customer: UNKNOWN, number, name: number });
  }
  const { total, entries } = await directory.extensions(UNKNOWN, { offset: 1, limit: 2 });
  t.equal(total, 4);
  t.same(
    entries.map(({ number }) => number),
    ['100', '101'],
  );
});

t.test('groups and queues belong to a customer', async (t) => {
  const group = await directory.createGroup({ customer: UNKNOWN, name: 'Sales', controllers: [RESELLER] });
  const queue = await directory.createQueue({ customer: UNKNOWN, name: 'Support' });
  t.same(await directory.group(group._id), group);
  t.same(await directory.queue(queue._id), queue);
  t.equal(await directory.group(queue._id), undefined);
});
