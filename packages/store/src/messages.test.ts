import { randomBytes } from 'node:crypto';
import t from 'tap';
import { keys } from './keys.js';
import { openStore } from './store.js';
import { startRedis } from './testing.js';

t.test('the last summary of a mailbox is kept, and told by an event', async (t) => {
  const server = await startRedis();
  const store = openStore({ url: server.url, masterKey: randomBytes(32), onError: () => {}, now: () => 7 });
  t.teardown(async () => {
    await store.close();
    await server.close();
  });
  t.equal(await store.messages.first(['p1', 'x1']), undefined);
  await store.messages.set({ customer: 'c', extension: 'x1' }, 'one');
  t.equal(await store.messages.first(['p1', 'x1']), 'one');
  await store.messages.set({ customer: 'c', phone: 'p1' }, 'two');
  await store.messages.set({ customer: 'c', phone: 'p1' }, 'three');
  t.equal(await store.messages.first(['p1', 'x1']), 'three');
  t.ok((await store.redis.ttl(keys.messages('p1'))) > 30_000_000);
  t.match(await store.events.read('0', 10), [
    { type: 'messages.changed', at: 7, customer: 'c', extension: 'x1' },
    { type: 'messages.changed', phone: 'p1' },
    { type: 'messages.changed', phone: 'p1' },
  ]);
});
