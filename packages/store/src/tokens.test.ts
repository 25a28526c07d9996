import t from 'tap';
import { DirectoryConflict } from './directory/entries.js';
import { keys } from './keys.js';
import { openStore } from './store.js';
import { startRedis } from './testing.js';

const server = await startRedis();
const clock = { now: Date.parse('2030-01-01T00:00:00Z') };
const store = openStore({ url: server.url, masterKey: Buffer.alloc(32), onError: () => {}, now: () => clock.now });
const { tokens, redis } = store;
t.teardown(async () => {
  await store.close();
  await server.close();
});
t.beforeEach(() => redis.flushall());

const RESELLER = 'e'.repeat(24);
const UNKNOWN = 'f'.repeat(24);
const ALL = { offset: 0, limit: 100 };

/** An OWNER's token of a customer that exists. */
async function owner(more: { expires?: number } = {}) {
  const { _id: customer } = await store.directory.createCustomer({ name: 'Acme' });
  return { level: 'OWNER', customer, name: 'billing', ...more } as const;
}

t.test('a token opens what it is for, and its text is kept nowhere', async (t) => {
  const { text, ...token } = await tokens.create(await owner());
  t.match(text, /^rf_[\w-]{43}$/);
  t.same(await tokens.find(text), { ...token, lastUsed: clock.now });
  t.equal(await tokens.find(`${text}x`), undefined);
  t.equal(await tokens.find(''), undefined);
  t.notMatch(JSON.stringify(await redis.hgetall(keys.tokens)), text);
});

t.test('an expired token opens nothing, and goes away when tokens are made or listed', async (t) => {
  const expires = clock.now + 1_000;
  const { text } = await tokens.create(await owner({ expires }));
  const { _id } = await tokens.create(await owner());
  t.ok(await tokens.find(text));
  clock.now = expires - 1;
  t.ok(await tokens.find(text));
  clock.now = expires;
  t.equal(await tokens.find(text), undefined);
  t.match(await tokens.list(ALL), { total: 1, entries: [{ _id }] });
  t.equal(await redis.hlen(keys.tokens), 1);
  t.equal(await redis.exists(keys.tokenExpiries), 0);
});

t.test('no more than 100 expired tokens are removed at once', async (t) => {
  const token = { level: 'ADMIN', name: 'x', expires: clock.now + 1 } as const;
  await Promise.all(Array.from({ length: 130 }, () => tokens.create(token)));
  clock.now += 1;
  await tokens.prune();
  t.equal(await redis.hlen(keys.tokens), 30);
  await tokens.prune();
  t.equal(await redis.hlen(keys.tokens), 0);
});

t.test('the last use is written once a minute at most', async (t) => {
  const { text } = await tokens.create(await owner());
  const first = clock.now;
  await tokens.find(text);
  clock.now += 59_999;
  t.equal((await tokens.find(text))?.lastUsed, first);
  clock.now += 1;
  t.equal((await tokens.find(text))?.lastUsed, clock.now);
  t.equal((await tokens.list(ALL)).entries[0]?.lastUsed, clock.now);
});

t.test('tokens are listed in parts, the oldest first', async (t) => {
  const ids: string[] = [];
  for (let made = 0; made < 3; made++) ids.push((await tokens.create({ level: 'ADMIN', name: `${made}` }))._id);
  t.match(await tokens.list({ offset: 1, limit: 1 }), { total: 3, entries: [{ _id: ids[1] }] });
  t.same(
    (await tokens.list(ALL)).entries.map(({ _id }) => _id),
    ids,
  );
});

t.test('a revoked token stays revoked, even when it is used at that moment', async (t) => {
  const { text, _id } = await tokens.create(await owner());
  const [, revoked] = await Promise.all([tokens.find(text), tokens.revoke(_id), tokens.find(text)]);
  t.equal(revoked, true);
  t.equal(await tokens.find(text), undefined);
  t.equal(await tokens.revoke(_id), false);
  t.same(await tokens.list(ALL), { total: 0, entries: [] });
});

t.test('a given token is made once', async (t) => {
  await tokens.ensure('a token of sixteen', { level: 'ADMIN', name: 'admin' });
  clock.now += 1;
  await tokens.ensure('a token of sixteen', { level: 'ADMIN', name: 'admin' });
  t.equal((await tokens.list(ALL)).total, 1);
  t.equal((await tokens.find('a token of sixteen'))?.level, 'ADMIN');
});

t.test('a customer that has tokens stays, one that an ADMIN only works for does not', async (t) => {
  const token = await owner();
  const { _id } = await tokens.create(token);
  await tokens.create({ ...token, level: 'ADMIN' });
  await t.rejects(store.directory.customers.remove(token.customer), { message: 'Customer still has tokens' });
  await tokens.revoke(_id);
  t.equal(await store.directory.customers.remove(token.customer), true);
  await t.rejects(tokens.create(token), new DirectoryConflict('the customer is gone'));
  t.equal((await tokens.list(ALL)).total, 1);
});

t.test('a token is made of what a client sends, or it is told what is wrong', async (t) => {
  clock.now = Date.parse('2030-01-01T00:00:00Z');
  const { _id: customer } = await store.directory.createCustomer({ name: 'Acme' });
  const name = 'x';
  const table: [json: object, outcome: object | string[]][] = [
    [
      { level: 'ADMIN', name },
      { level: 'ADMIN', name },
    ],
    [{ level: 'ADMIN', name, customer }, { customer }],
    [{ level: 'OWNER', name, customer: customer.toUpperCase() }, { customer }],
    [{ level: 'RESELLER', name, reseller: RESELLER.toUpperCase() }, { reseller: RESELLER }],
    [{ level: 'ADMIN', name, expires: 60 }, { expires: clock.now + 60_000 }],
    [{ level: 'ADMIN', name, expires: '2030-01-02' }, { expires: Date.parse('2030-01-02') }],
    [{ level: 'ADMIN', name, expires: '2030-01-01T03:00:00+02:00' }, { expires: clock.now + 3_600_000 }],
    [{ level: 'ADMIN', name, expires: null }, { level: 'ADMIN' }],
    [{}, ['422 level Level is missing', '422 name Name is missing']],
    [{ level: 'GOD', name }, ['422 level Value is invalid']],
    [{ level: 'OWNER', name }, ['422 customer Customer is missing']],
    [{ level: 'OWNER', name, customer: 'x' }, ['422 customer Value is invalid']],
    [{ level: 'VIEWER', name, customer: UNKNOWN }, ['404 customer Customer not found or not active']],
    [{ level: 'RESELLER', name }, ['422 reseller Reseller is missing']],
    [{ level: 'RESELLER', name, reseller: RESELLER, customer }, ['422 customer Value is invalid']],
    [{ level: 'MANAGER', name, customer, reseller: RESELLER }, ['422 reseller Value is invalid']],
    ...[0, -1, 1.5, 1e99, 'soon', '', '2029-12-31', '2030-02-30', true, [], '2030-01-01T00:00:00Z'].map(
      (expires): [object, string[]] => [{ level: 'ADMIN', name, expires }, ['422 expires Value is invalid']],
    ),
    [{ level: 'ADMIN', name: ' ', admin: true }, ['422 name Value is invalid', '422 admin Unknown property']],
  ];
  for (const [json, outcome] of table) {
    const added = await tokens.add(json);
    if ('token' in added) t.match(added.token, outcome, JSON.stringify(json));
    else {
      const told = added.violations.map(({ code, message, description }) => `${code} ${message} ${description}`);
      t.same(told, outcome, JSON.stringify(json));
    }
  }
});
