import { randomBytes } from 'node:crypto';
import t from 'tap';
import type { Command } from './change.js';
import { Consumer } from './consumer.js';
import { keys } from './keys.js';
import { openStore } from './store.js';
import { startRedis } from './testing.js';

const server = await startRedis();
const store = openStore({ url: server.url, masterKey: randomBytes(32), onError: () => {} });
t.teardown(async () => {
  await store.close();
  await server.close();
});

const consumer = (process: string) => new Consumer(store.redis, store.events, 'work', process);
const append = (contact: string) => store.events.append({ type: 'phone.registered', at: 1, contact });
const push = (...texts: string[]): Command[] => texts.map((text) => ['RPUSH', 'done', text]);
const done = () => store.redis.lrange('done', 0, -1);

t.test('one process has the work until it gives it away or is silent for ten seconds', async (t) => {
  const [one, other] = [consumer('one'), consumer('other')];
  t.equal(await one.hold(), true);
  t.equal(await one.hold(), true);
  t.equal(await other.hold(), false);
  await other.release();
  t.equal(await other.hold(), false, 'only its own is given away');
  const left = await store.redis.pttl(keys.lease('work'));
  t.ok(left > 9_000 && left <= 10_000);
  await one.release();
  t.equal(await other.hold(), true);
  t.equal(await one.hold(), false);
});

t.test('what is done for an event is written once, whoever does it', async (t) => {
  for (const contact of ['a', 'b', 'c']) await append(contact);
  const [one, other] = [consumer('one'), consumer('other')];
  t.equal(await one.open('0-0'), true);
  const [a, b] = await one.next(2);
  t.same([a?.contact, b?.contact], ['a', 'b']);
  await one.commit(b?.id ?? '', push('a', 'b'));
  t.equal(await other.open('0-0'), true);
  const [c] = await other.next(10);
  t.equal(c?.contact, 'c', 'it goes on where the other was');
  await other.commit(c?.id ?? '', push('c'));
  t.same((await one.next(10)).length, 1, 'one that does not know it yet');
  await t.rejects(one.commit(c?.id ?? '', push('c again')), { message: /another process/ });
  await t.rejects(one.write(push('something else')), { message: /another process/ });
  await other.write(push('d'));
  t.same(await done(), ['a', 'b', 'c', 'd']);
  await store.redis.del(keys.events);
  t.equal(await consumer('third').open('0-0'), false, 'it is told that events are gone');
});
