import { randomBytes } from 'node:crypto';
import { newId } from '@ringfence/phone';
import t from 'tap';
import type { Binding } from './binding.js';
import { keys } from './keys.js';
import { openStore } from './store.js';
import { startRedis } from './testing.js';

const server = await startRedis();
const clock = { now: 1_900_000_000_000 };
const store = openStore({
  ...{ url: server.url, masterKey: randomBytes(32), onError: () => {} },
  now: () => clock.now,
});
const { notices, redis } = store;
t.teardown(async () => {
  await store.close();
  await server.close();
});
t.beforeEach(() => redis.flushall());

const event = 'check-sync;reboot=true';

/** A phone with a binding; gives its id. */
async function online(more: Partial<Binding> = {}): Promise<string> {
  const id = newId();
  const binding = {
    contact: 'sip:x',
    server: 'a',
    address: '192.0.2.1',
    protocol: 'udp',
    expiresAt: clock.now + 86_400_000,
  };
  await redis.hset(keys.bindings(id), 'x', JSON.stringify({ ...binding, ...more }));
  return id;
}

const reboot = (phone: string) => notices.add({ phone, customer: 'c', action: 'reboot', event });
const alive = (...servers: string[]) => Promise.all(servers.map((name) => notices.claim(name, 0)));

/** Asks for what is due each second; gives for each notice its phone and after how many seconds it came. */
async function claimed(name: string, seconds: number): Promise<[phone: string, second: number][]> {
  const found: [string, number][] = [];
  for (let second = 0; second < seconds; second++) {
    for (const { phone } of await notices.claim(name, 50)) found.push([phone, second]);
    clock.now += 1_000;
  }
  return found;
}

t.test('a notice is handed out once, to the server that has the way to the phone', async (t) => {
  await alive('a', 'b');
  const phone = await online();
  t.equal(await reboot(phone), 'queued');
  t.equal(await reboot(phone), 'queued', 'again, while it waits');
  t.same(await notices.claim('b', 50), []);
  t.match(await notices.claim('a', 50), [{ phone, action: 'reboot', event, bindings: [{ contact: 'sip:x' }] }]);
  t.same(await notices.claim('a', 50), []);
});

t.test('never more than five a minute are handed out for one address, nor fifty in all', async (t) => {
  await alive('a');
  const office: string[] = [];
  for (let at = 0; at < 12; at++) office.push(await online());
  const others: string[] = [];
  for (let at = 0; at < 60; at++) others.push(await online({ address: `198.51.100.${at}` }));
  for (const phone of [...office, ...others]) t.equal(await reboot(phone), 'queued');
  const found = await claimed('a', 240);
  t.equal(new Set(found.map(([phone]) => phone)).size, 72, 'each is told');
  t.equal(found.length, 72, 'once');
  for (const [wanted, most] of [
    [[...office, ...others], 50],
    [office, 5],
  ] as const) {
    const seconds = found.filter(([phone]) => wanted.includes(phone)).map(([, second]) => second);
    const busiest = Math.max(...seconds.map((from) => seconds.filter((at) => at >= from && at < from + 60).length));
    t.equal(busiest, most);
  }
  t.same(
    found.filter(([, second]) => second === 0).map(([phone]) => phone),
    [...office.slice(0, 5), ...others.slice(0, 45)],
    'an office that has to wait lets others pass, and the first of each go at once',
  );
});

t.test('the pace is one for all servers', async (t) => {
  await alive('a', 'b');
  for (let at = 0; at < 60; at++)
    await reboot(await online({ address: `198.51.100.${at}`, server: at % 2 ? 'a' : 'b' }));
  const counts = [await notices.claim('a', 50), await notices.claim('b', 50)].map(({ length }) => length);
  t.same(counts, [30, 20]);
});

t.test('a phone that is not registered, or that nobody reaches, is not told', async (t) => {
  t.equal(await reboot(newId()), 'offline');
  const phone = await online();
  t.equal(await reboot(phone), 'unreachable');
  await alive('b');
  t.equal(await reboot(await online({ protocol: 'tls' })), 'unreachable', 'its connection went with its server');
  t.equal(await reboot(phone), 'queued', 'over UDP another server reaches it');
  t.match(await notices.claim('b', 50), [{ phone, bindings: [{}] }]);
  await reboot(phone);
  await redis.del(keys.bindings(phone));
  t.match(await notices.claim('b', 50), [{ phone, failure: 'offline' }], 'it has gone while it waited');
});

t.test('what waits has an end, and room', async (t) => {
  await alive('a');
  const phone = await online();
  await reboot(phone);
  clock.now += 4 * 3_600_000;
  t.match(await notices.claim('a', 50), [{ phone, failure: 'too_late' }]);
  const members = Array.from({ length: 10_000 }, (_, at) => [clock.now, `${at}|reboot|${event}`]).flat();
  await redis.zadd(keys.notices('a'), ...members.map(String));
  t.equal(await reboot(phone), 'full');
});
