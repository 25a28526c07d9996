import { randomBytes } from 'node:crypto';
import { newId } from '@ringfence/phone';
import { keys, openStore } from '@ringfence/store';
import { startRedis } from '@ringfence/store/testing';
import t from 'tap';
import { DataDir } from './data-dir.js';
import { seed } from './seed.js';

const server = await startRedis();
const masterKey = randomBytes(32);
const store = openStore({ url: server.url, masterKey, onError: () => {} });
t.teardown(async () => {
  await store.close();
  await server.close();
});
t.beforeEach(() => store.redis.flushdb());

const dataDir = new DataDir(t.testdir());
const access = { url: server.url, masterKey };
const settings = { RINGFENCE_ADMIN_TOKEN: undefined, DEMO: true };

/** The numbers of the extensions of each customer. */
async function numbers(): Promise<string[][]> {
  const { entries } = await store.directory.customers.list(undefined, { offset: 0, limit: 10 });
  const lists = entries.map(({ _id }) => store.directory.extensions.list(_id, { offset: 0, limit: 50 }));
  return (await Promise.all(lists)).map(({ entries }) => entries.map(({ number }) => number));
}

const DEMO = ['100', '101', '102', '103', '104', '105', '106', '107', '108', '109'];

t.test('an empty store gets one demo customer with ten extensions, and an admin token that stays', async (t) => {
  const first = await seed(settings, dataDir, access);
  t.same(await numbers(), [DEMO]);
  t.same(await seed(settings, dataDir, access), first);
  t.same(await numbers(), [DEMO]);
  t.match(await store.tokens.find(dataDir.secret('admin-token', 24)), { level: 'ADMIN', name: 'admin' });
});

t.test('a demo customer that a crash left unfinished is finished at the next start, once', async (t) => {
  for (let made = -1; made <= DEMO.length; made++) {
    await store.redis.flushdb();
    const _id = newId();
    await store.redis.set(keys.unfinishedDemo, _id);
    if (made >= 0) await store.directory.createCustomer({ _id, name: 'Demo' });
    for (const number of DEMO.slice(0, Math.max(0, made))) {
      await store.directory.createExtension({ customer: _id, number, name: `Extension ${number}` });
    }
    await seed(settings, dataDir, access);
    t.same(await numbers(), [DEMO], `after ${made} extensions`);
  }
  const { entries } = await store.directory.customers.list(undefined, { offset: 0, limit: 1 });
  const extension = await store.directory.extensionByNumber(entries[0]?._id ?? '', '105');
  await store.directory.extensions.remove(extension?._id ?? '');
  await seed(settings, dataDir, access);
  t.equal((await numbers())[0]?.length, 9, 'what an operator removed from it stays removed');
});

t.test('a store with customers, or DEMO off, gets none', async (t) => {
  await seed({ ...settings, DEMO: false }, dataDir, access);
  t.same(await numbers(), []);
  await store.directory.createCustomer({ name: 'Acme' });
  await seed(settings, dataDir, access);
  t.same(await numbers(), [[]]);
});
