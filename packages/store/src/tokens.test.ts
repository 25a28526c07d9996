import t from 'tap';
import { keys } from './keys.js';
import { connectRedis } from './redis.js';
import { startRedis } from './testing.js';
import { Tokens } from './tokens.js';

const server = await startRedis();
const redis = connectRedis(server.url, () => {});
const clock = { now: 1_000_000 };
const tokens = new Tokens(redis, () => clock.now);
t.teardown(async () => {
  redis.disconnect();
  await server.close();
});
t.beforeEach(() => redis.flushall());

const OWNER = { level: 'OWNER', customer: 'a'.repeat(24), name: 'billing' } as const;

t.test('a token opens what it is for, and its text is kept nowhere', async (t) => {
  const { text, ...token } = await tokens.create(OWNER);
  t.match(text, /^rf_[\w-]{43}$/);
  t.same(await tokens.find(text), { ...token, lastUsed: clock.now });
  t.equal(await tokens.find(`${text}x`), undefined);
  t.equal(await tokens.find(''), undefined);
  t.notMatch(JSON.stringify(await redis.hgetall(keys.tokens)), text);
});

t.test('an expired token opens nothing', async (t) => {
  const { text } = await tokens.create({ ...OWNER, expires: clock.now + 1 });
  t.ok(await tokens.find(text));
  clock.now += 1;
  t.equal(await tokens.find(text), undefined);
});

t.test('the last use is written once a minute at most', async (t) => {
  const { text } = await tokens.create(OWNER);
  const first = clock.now;
  await tokens.find(text);
  clock.now += 59_999;
  t.equal((await tokens.find(text))?.lastUsed, first);
  clock.now += 1;
  t.equal((await tokens.find(text))?.lastUsed, clock.now);
  t.equal((await tokens.list())[0]?.lastUsed, clock.now);
});

t.test('a revoked token stays revoked, even when it is used at that moment', async (t) => {
  const { text, _id } = await tokens.create(OWNER);
  const [, revoked] = await Promise.all([tokens.find(text), tokens.revoke(_id), tokens.find(text)]);
  t.equal(revoked, true);
  t.equal(await tokens.find(text), undefined);
  t.equal(await tokens.revoke(_id), false);
  t.same(await tokens.list(), []);
});

t.test('a given token is made once', async (t) => {
  await tokens.ensure('a token of sixteen', { level: 'ADMIN', name: 'admin' });
  clock.now += 1;
  await tokens.ensure('a token of sixteen', { level: 'ADMIN', name: 'admin' });
  t.equal((await tokens.list()).length, 1);
  t.equal((await tokens.find('a token of sixteen'))?.level, 'ADMIN');
});
