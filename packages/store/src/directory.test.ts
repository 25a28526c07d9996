import { newId } from '@ringfence/phone';
import t from 'tap';
import { DirectoryConflict, EntryInUse } from './directory/entries.js';
import { Directory } from './directory.js';
import { keys } from './keys.js';
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

const { customers, extensions, groups, queues, products } = directory;
const UNKNOWN = 'f'.repeat(24);
const RESELLER = 'e'.repeat(24);
const ALL = { offset: 0, limit: 50 };

/** What an `add` or `change` made; the test fails when it made nothing. */
function made<T>(result: { entry: T } | { violations: unknown[] } | undefined): T {
  if (result === undefined || !('entry' in result)) throw new Error(JSON.stringify(result));
  return result.entry;
}

/** What was wrong, as `code path description`. */
function wrong(result: object | undefined): string[] {
  const { violations = [] } = (result ?? {}) as {
    violations?: { code: number; message: string; description: string }[];
  };
  return violations.map(({ code, message, description }) => `${code} ${message} ${description}`);
}

async function makeCustomer(name = 'Acme'): Promise<string> {
  return (await directory.createCustomer({ name }))._id;
}

async function makeExtension(customer: string, number: string): Promise<string> {
  return (await directory.createExtension({ customer, number, name: number }))._id;
}

/** Every key with its value, to compare two moments. */
async function everything(): Promise<unknown> {
  const names = (await redis.keys('*')).sort();
  return Promise.all(names.map(async (name) => [name, (await redis.dump(name))?.toString()]));
}

t.test('a customer is active unless said otherwise', async (t) => {
  const active = made(await customers.add({ name: 'Acme' }, undefined));
  t.same(await customers.get(active._id), { _id: active._id, name: 'Acme', active: true });
  t.equal(made(await customers.add({ name: 'Gone', active: false }, undefined)).active, false);
  t.equal(await customers.get(UNKNOWN), undefined);
});

t.test('customers are listed by age, all of them or those of a reseller, in parts and by name', async (t) => {
  for (const name of ['a', 'b', 'c']) await directory.createCustomer({ name });
  for (const name of ['d', 'E']) await directory.createCustomer({ name, reseller: RESELLER });
  const names = async (page: { offset: number; limit: number; filter?: string }, reseller?: string) => {
    const { total, entries } = await customers.list(reseller, page);
    return [total, entries.map(({ name }) => name).join('')];
  };
  t.same(await names(ALL), [5, 'abcdE']);
  t.same(await names({ offset: 1, limit: 2 }), [5, 'bc']);
  t.same(await names({ offset: 9, limit: 2 }), [5, '']);
  t.same(await names({ offset: 0, limit: 1 }, RESELLER), [2, 'd']);
  t.same(await names({ offset: 0, limit: 1 }, UNKNOWN), [0, '']);
  t.same(await names({ ...ALL, filter: 'e' }), [1, 'E']);
  t.same(await names({ offset: 1, limit: 1, filter: '' }), [5, 'b']);
});

t.test('a filter looks at every entry, however many there are', async (t) => {
  const customer = await makeCustomer();
  await Promise.all(Array.from({ length: 1_203 }, (_, at) => makeExtension(customer, String(1_000 + at))));
  const { total, entries } = await extensions.list(customer, { offset: 1, limit: 2, filter: '99' });
  t.equal(total, 21);
  t.same(
    entries.map(({ number }) => number),
    ['1199', '1299'],
  );
});

t.test('a customer that moves to another reseller leaves the list of the first', async (t) => {
  const { _id } = await directory.createCustomer({ name: 'a', reseller: RESELLER });
  const { reseller } = made(await customers.change(_id, { reseller: UNKNOWN.toUpperCase() }));
  t.equal(reseller, UNKNOWN);
  t.equal((await customers.list(RESELLER, ALL)).total, 0);
  t.equal((await customers.list(UNKNOWN, ALL)).total, 1);
  t.notOk('reseller' in made(await customers.change(_id, { reseller: null })));
  t.equal((await customers.list(UNKNOWN, ALL)).total, 0);
  t.equal((await customers.list(undefined, ALL)).total, 1);
});

t.test('an extension is found by its id and by its number within its customer', async (t) => {
  const [one, other] = [await makeCustomer(), await makeCustomer()];
  const extension = made(await extensions.add({ number: '100', name: 'Hall' }, one));
  t.same(await extensions.get(extension._id), { ...extension, customer: one });
  t.same(await directory.extensionByNumber(one, '100'), extension);
  t.equal(await directory.extensionByNumber(other, '100'), undefined);
  t.equal(await extensions.get(UNKNOWN), undefined);
  t.same(await directory.phonesOfExtension(extension._id), []);
});

t.test('of simultaneous extensions of one number exactly one is made', async (t) => {
  const customer = await makeCustomer();
  const results = await Promise.all(
    Array.from({ length: 32 }, (_, at) => extensions.add({ number: '100', name: `${at}` }, customer)),
  );
  const winners = results.flatMap((result) => ('entry' in result ? [result.entry] : []));
  t.equal(winners.length, 1);
  const losers = results.filter((result) => 'violations' in result);
  t.ok(losers.every((loser) => wrong(loser)[0] === '409 number An extension with the same number already exists'));
  t.same((await extensions.list(customer, ALL)).entries, winners);
});

t.test('extensions are listed by number, also after it has changed', async (t) => {
  const customer = await makeCustomer();
  for (const number of ['1000', '20', '101', '100']) await makeExtension(customer, number);
  const numbers = async () => (await extensions.list(customer, ALL)).entries.map(({ number }) => number);
  t.same(await numbers(), ['20', '100', '101', '1000']);
  const { _id } = (await directory.extensionByNumber(customer, '20')) ?? { _id: '' };
  t.same(wrong(await extensions.change(_id, { number: '100' })), [
    '409 number An extension with the same number already exists',
  ]);
  t.match(made(await extensions.change(_id, { number: '999' })), { number: '999', name: '20' });
  t.same(await numbers(), ['100', '101', '999', '1000']);
  t.equal(await directory.extensionByNumber(customer, '20'), undefined);
  await makeExtension(customer, '20');
});

t.test('a change that changes nothing writes nothing else', async (t) => {
  const customer = await makeCustomer();
  const extension = await makeExtension(customer, '100');
  const group = made(await groups.add({ name: 'g', controllers: [extension] }, customer));
  const before = await everything();
  t.same(made(await groups.change(group._id, {})), group);
  t.same(made(await groups.change(group._id, group)), group, 'sent back as it was read');
  t.same(await everything(), before);
  t.equal(await groups.change(UNKNOWN, { name: 'x' }), undefined);
});

t.test('what is wrong is told by property, and nothing is written', async (t) => {
  const [customer, inactive] = [await makeCustomer(), await makeCustomer()];
  await customers.change(inactive, { active: false });
  const foreign = await makeExtension(await makeCustomer(), '100');
  const before = await everything();
  const table: [title: string, result: Promise<object | undefined>, wrong: string[]][] = [
    ['nothing', extensions.add({}, customer), ['422 number Number is missing', '422 name Name is missing']],
    ['no customer', queues.add({ name: 'q' }, undefined), ['404 customer Customer not found or not active']],
    ['unknown customer', queues.add({ name: 'q' }, UNKNOWN), ['404 customer Customer not found or not active']],
    ['inactive customer', queues.add({ name: 'q' }, inactive), ['404 customer Customer not found or not active']],
    [
      'wrong types',
      extensions.add({ number: 100, name: [] }, customer),
      ['422 number Value is invalid', '422 name Value is invalid'],
    ],
    ['no digits', extensions.add({ number: '1a', name: 'x' }, customer), ['422 number Value is invalid']],
    ['a long number', extensions.add({ number: '1'.repeat(16), name: 'x' }, customer), ['422 number Value is invalid']],
    ['an empty name', queues.add({ name: ' ' }, customer), ['422 name Value is invalid']],
    ['a long name', queues.add({ name: 'æ'.repeat(129) }, customer), ['422 name Value is invalid']],
    ['NUL', queues.add({ name: 'a\0' }, customer), ['422 name Value is invalid']],
    ['half a character', queues.add({ name: '\ud800' }, customer), ['422 name Value is invalid']],
    ['unknown properties', products.add({ name: 'x', price: 1 }, undefined), ['422 price Unknown property']],
    [
      'a reseller that is no id',
      customers.add({ name: 'x', reseller: 'y' }, undefined),
      ['422 reseller Value is invalid'],
    ],
    ['a text for a flag', customers.add({ name: 'x', active: 'yes' }, undefined), ['422 active Value is invalid']],
    [
      'controllers that are none',
      groups.add({ name: 'g', controllers: [UNKNOWN, 'x', foreign] }, customer),
      [
        '404 controllers[0] Extension not found',
        '404 controllers[2] Extension not found',
        '422 controllers[1] Value is invalid',
      ],
    ],
    ['another customer', extensions.change(foreign, { customer }), ['422 customer Customer cannot be changed']],
    ['no name any more', customers.change(customer, { name: null }), ['422 name Name is missing']],
  ];
  for (const [title, result, expected] of table) t.same(wrong(await result), expected, title);
  t.same(await everything(), before);
});

t.test('controllers are kept once each, in lower case', async (t) => {
  const customer = await makeCustomer();
  const extension = await makeExtension(customer, '100');
  const group = made(await groups.add({ name: 'g', controllers: [extension, extension.toUpperCase()] }, customer));
  t.same(group.controllers, [extension]);
  t.same(made(await groups.change(group._id, { controllers: null })).controllers, []);
});

t.test('what something depends on is not removed, and it is told what that is', async (t) => {
  const customer = await makeCustomer();
  const extension = await makeExtension(customer, '100');
  const group = made(await groups.add({ name: 'g', controllers: [extension] }, customer));
  const queue = made(await queues.add({ name: 'q' }, customer));
  const product = made(await products.add({ name: 'p' }, undefined));
  await redis.sadd(keys.referrers(product._id), 'phone');
  await t.rejects(products.remove(product._id), new EntryInUse('Product is that of a phone or side panel'));
  await t.rejects(extensions.remove(extension), new EntryInUse('Extension controls a group or is on a softkey'));
  await t.rejects(customers.remove(customer), new EntryInUse('Customer still has extensions'));
  t.equal(await groups.remove(group._id), true);
  t.equal(await groups.remove(group._id), false);
  await redis.sadd(keys.extensionPhones(extension), 'phone');
  await t.rejects(extensions.remove(extension), new EntryInUse('Extension is linked to a phone'));
  await redis.del(keys.extensionPhones(extension), keys.referrers(product._id));
  t.equal(await extensions.remove(extension), true);
  await t.rejects(customers.remove(customer), new EntryInUse('Customer still has queues'));
  for (const [entries, id] of [
    [queues, queue._id],
    [products, product._id],
    [customers, customer],
  ] as const) {
    t.equal(await entries.remove(id), true);
  }
  t.same((await redis.keys('*')).sort(), [keys.audit, keys.events], 'nothing is left behind but what is told');
});

t.test('an entry that is made while what it refers to goes away leaves no reference behind', async (t) => {
  for (let round = 0; round < 20; round++) {
    const customer = await makeCustomer();
    const extension = await makeExtension(customer, '100');
    const [removed, added] = await Promise.allSettled([
      extensions.remove(extension),
      groups.add({ name: 'g', controllers: [extension] }, customer),
    ]);
    const isThere = (await extensions.get(extension)) !== undefined;
    t.equal(removed.status === 'rejected', isThere);
    t.equal(added.status === 'fulfilled' && 'entry' in added.value, isThere);
  }
  await t.rejects(
    extensions.create({ _id: newId(), customer: UNKNOWN, number: '1', name: 'x' }),
    new DirectoryConflict('the directory has changed'),
  );
});

t.test('of simultaneous changes none is lost', async (t) => {
  const customer = await makeCustomer();
  await Promise.all([customers.change(customer, { name: 'B' }), customers.change(customer, { active: false })]);
  t.match(await customers.get(customer), { name: 'B', active: false });
});

t.test('an id that is taken is not given again', async (t) => {
  const customer = await makeCustomer();
  await t.rejects(
    customers.add({ name: 'Other' }, undefined, customer),
    new DirectoryConflict('the directory has changed'),
  );
  t.match(await customers.get(customer), { name: 'Acme' });
});
