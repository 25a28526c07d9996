import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { FeedListener } from './event-feed.js';
import { keys } from './keys.js';
import { openStore, type Store } from './store.js';
import { type RedisServer, startRedis } from './testing.js';

/** Writes down what a feed tells: the contact of each event, and `missed`. */
class Notes implements FeedListener {
  readonly told: string[] = [];
  events(batch: Parameters<FeedListener['events']>[0]): void {
    this.told.push(...batch.map(({ contact = '' }) => contact));
  }
  missed(): void {
    this.told.push('missed');
  }
  async until(count: number, limit = 5_000): Promise<string[]> {
    for (const end = Date.now() + limit; this.told.length < count && Date.now() < end; ) await sleep(5);
    return this.told;
  }
}

async function open(
  t: Test,
): Promise<{ server: RedisServer; store: Store; append: (...names: string[]) => Promise<void> }> {
  const server = await startRedis();
  const store = openStore({ url: server.url, masterKey: randomBytes(32), onError: () => {} });
  t.teardown(async () => {
    store.redis.disconnect();
    await server.close();
  });
  const append = async (...names: string[]) => {
    for (const contact of names) await store.events.append({ type: 'phone.registered', at: 1, contact });
  };
  return { server, store, append };
}

async function follow(t: Test, store: Store, after?: string) {
  const errors: unknown[] = [];
  const feed = store.follow((error) => errors.push(error), after);
  t.teardown(() => feed.close());
  const notes = new Notes();
  feed.listen(notes);
  await feed.ready;
  return { feed, notes, errors };
}

/** Ends every connection to Redis but the one that asks, as a fault of the network does. */
const cut = (store: Store) => store.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');

t.test('every listener is told of what happens from now on, in order and once', async (t) => {
  const { store, append } = await open(t);
  await append('before');
  const { feed, notes, errors } = await follow(t, store);
  const thrower = { events: () => fail('events'), missed: () => fail('missed') };
  const stop = feed.listen(thrower);
  const late = new Notes();
  await append('1');
  await notes.until(1);
  feed.listen(late);
  await Promise.all(Array.from({ length: 1_200 }, (_, i) => append(`${i + 2}`)));
  const told = await notes.until(1_201);
  t.equal(told.length, 1_201);
  t.same(
    told,
    (await store.events.read('0', 2_000)).slice(1).map(({ contact }) => contact),
  );
  t.same(late.told, told.slice(1));
  t.ok(errors.length > 0 && errors.every((error) => /listener/.test(String(error))), 'one that throws harms nobody');
  t.equal(feed.position, (await store.events.read('0', 2_000)).at(-1)?.id);

  stop();
  errors.length = 0;
  await append('last');
  await notes.until(1_202);
  t.same(errors, [], 'one that is removed is told nothing');
});

t.test('what happens while the connection is lost is told when it is back', async (t) => {
  const { store, append } = await open(t);
  const { notes, errors } = await follow(t, store);
  await append('1');
  for (const name of ['2', '3', '4']) {
    await Promise.all([cut(store), append(name)]);
    await notes.until(Number(name));
  }
  t.same(notes.told, ['1', '2', '3', '4']);
  t.ok(errors.length > 0);
});

t.test('a feed begins after an event that is known, and says when others are gone since', async (t) => {
  const { store, append } = await open(t);
  await append('1', '2', '3', '4');
  const [first, second] = await store.events.read('0', 4);
  t.same(await (await follow(t, store, '0-0')).notes.until(4), ['1', '2', '3', '4']);
  t.same(await (await follow(t, store, first?.id)).notes.until(3), ['2', '3', '4']);
  await store.redis.xtrim(keys.events, 'MAXLEN', 2);
  t.same(await (await follow(t, store, second?.id)).notes.until(3), ['missed', '3', '4']);
});

t.test('events that Redis loses with its data are told as missed', async (t) => {
  const { server, store, append } = await open(t);
  const { feed, notes } = await follow(t, store);
  await append('1');
  await notes.until(1);
  await server.stop();
  await server.start();
  await notes.until(2);
  await append('2');
  t.same(await notes.until(3), ['1', 'missed', '2']);
  await feed.close();
  await append('3');
  await sleep(50);
  t.same(notes.told, ['1', 'missed', '2'], 'a closed feed tells nothing');
});

t.test('a connection that falls silent is replaced', async (t) => {
  const { server, append } = await open(t);
  const links: [Socket, Socket][] = [];
  const { port: there } = new URL(server.url);
  const proxy = createServer((from) => {
    const to = connect(Number(there), '127.0.0.1');
    links.push([from, to]);
    for (const socket of [from, to]) socket.on('error', () => {});
    from.pipe(to).pipe(from);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as { port: number };
  const distant = openStore({ url: `redis://127.0.0.1:${port}`, masterKey: randomBytes(32), onError: () => {} });
  const { notes } = await follow(t, distant);
  t.teardown(() => {
    distant.redis.disconnect();
    for (const socket of links.flat()) socket.destroy();
    proxy.close();
  });
  await append('1');
  await notes.until(1);
  for (const [from, to] of links) to.unpipe(from).pause();
  await append('2');
  t.same(await notes.until(2, 12_000), ['1', '2']);
});

function fail(what: string): never {
  throw new Error(`a listener does not like ${what}`);
}
