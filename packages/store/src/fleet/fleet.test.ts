import { randomBytes } from 'node:crypto';
import { CATALOGUE, type Phone } from '@ringfence/phone';
import t from 'tap';
import type { PhoneAccount } from '../admission.js';
import { keys } from '../keys.js';
import { openStore } from '../store.js';
import { startRedis } from '../testing.js';
import { Fleet, type FleetQuery } from './fleet.js';

const server = await startRedis();
const clock = { now: 1_900_000_000_000 };
const store = openStore({
  ...{ url: server.url, masterKey: randomBytes(32), onError: () => {} },
  now: () => clock.now,
});
const feed = store.follow(() => {});
const fleet = new Fleet({ ...store, feed, countryOf: (address) => (address.startsWith('192.') ? 'DK' : 'SE') });
t.teardown(async () => {
  await feed.close();
  await store.close();
  await server.close();
});

const { phones, bindings, directory, redis } = store;
const customers = await Promise.all(['a', 'b', 'c'].map((name) => directory.createCustomer({ name })));
const ids = customers.map(({ _id }) => _id);
const extension = await directory.createExtension({ customer: ids[0] as string, number: '7', name: 'Seven' });

const any = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;

async function create(): Promise<string> {
  const customer = any(ids);
  const { _id } = await phones.create({
    settings: {
      ...{ pbxCluster: 1, sipPhoneModel: any(CATALOGUE)._id, customer, ip: { mode: 'OPEN' } },
      ...(customer === extension.customer && Math.random() < 0.5 && { extension: extension._id }),
    },
    ...{ places: 1, handsets: false },
  });
  return _id;
}

let requests = 0;

/** What a REGISTER does: one contact of two, refreshed or removed. */
async function register(id: string): Promise<void> {
  const username = (await redis.hget(keys.phone(id), 'username')) ?? '';
  const phone = (await bindings.findPhone(username)) as PhoneAccount;
  const address = any(['192.0.2.1', '198.51.100.1']);
  const uri = any(['sip:x', 'sip:y']);
  const key = any([uri, `${uri} 2`]);
  const bound = JSON.parse((await redis.hget(keys.bindings(id), key)) ?? '{"expiresAt":0}');
  requests++;
  const outcome = await bindings.register(
    {
      ...{ phone, now: clock.now, lock: phone.fence.mode === 'OPEN' && Math.random() < 0.2 ? address : undefined },
      nonce: { id: `${clock.now}n${requests}`, count: 1, age: 300_000 },
      source: { address, port: 5060, protocol: 'udp', country: undefined, userAgent: any(['A/1', 'B/2']) },
    },
    {
      ...{ callId: `${requests}`, cseq: 1, limit: 10, localAddress: undefined, server: 's' },
      // What removes nothing is told to nobody.
      contacts: [{ key, uri, expires: any([bound.expiresAt > clock.now ? 0 : 60, 60, 600, 3_600]) }],
    },
  );
  if (!outcome.done) throw new Error(outcome.rejection);
}

/** One of the things that happen to phones. */
async function happen(known: string[]): Promise<void> {
  const id = any(known);
  const chance = Math.random();
  if (chance < 0.6) await register(id);
  else if (chance < 0.7) clock.now += 30_000;
  else if (chance < 0.8) await bindings.expire(clock.now, 100);
  else if (chance < 0.85) known.push(await create());
  else if (chance < 0.95) {
    const stored = await phones.read(id);
    if (stored === undefined) return;
    const { _id, username, password, status, ...settings } = stored.phone;
    const moved = { ...settings, customer: any(ids), notes: `note ${requests}` };
    if (moved.customer !== settings.customer) delete moved.extension;
    await phones.replace(stored, { settings: moved, places: 1, handsets: false });
  } else if (known.length > 5) {
    known.splice(known.indexOf(id), 1);
    const stored = await phones.read(id);
    if (stored) await phones.remove(stored);
  }
}

/** What a list tells of its phones, by the index and as the store has them now. */
async function both(query: Partial<FleetQuery>, known: readonly string[]) {
  const { total, entries } = await fleet.list(
    ids,
    { order: 'created', descending: false, ...query },
    { offset: 0, limit: 1_000 },
  );
  const all = (await Promise.all(known.map((id) => phones.get(id)))) as Phone[];
  const index = entries.map(({ id, customer, expiresAt, userAgent, mode, address, text, extension }) => ({
    ...{ id, customer, mode, userAgent, address, notes: text.split('\n').at(-1), number: extension?.number },
    expires: expiresAt > clock.now ? Math.ceil((expiresAt - clock.now) / 1_000) : -1,
  }));
  const truth = all.map(({ _id: id, customer, ip, status, notes = '', extension: linked }) => ({
    ...{ id, customer, mode: ip.mode, userAgent: status.userAgent?.toLowerCase() ?? '' },
    ...{ address: status.publicIpAddress ?? '', notes, number: linked === undefined ? undefined : extension.number },
    expires: status.expires,
  }));
  return { total, index, truth: truth.sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

t.test('whatever happens to phones, a list is what the store has', async (t) => {
  const known: string[] = [];
  for (let at = 0; at < 20; at++) known.push(await create());
  for (let round = 0; round < 40; round++) {
    for (let step = 0; step < 8; step++) await happen(known);
    const { total, index, truth } = await both({}, known);
    if (total !== known.length || JSON.stringify(index) !== JSON.stringify(truth)) {
      t.same(index, truth, `round ${round}`);
      return;
    }
  }
  t.pass('in every round');
});

t.test('lists that are asked for while phones change all tell what was there before them', async (t) => {
  const known: string[] = [];
  for (let at = 0; at < 10; at++) known.push(await create());
  const lists = Array.from({ length: 40 }, async () => {
    const id = await create();
    await register(id);
    const { entries } = await fleet.list(ids, { order: 'created', descending: true }, { offset: 0, limit: 1_000 });
    return entries.some((row) => row.id === id && row.userAgent !== '');
  });
  t.ok((await Promise.all(lists)).every(Boolean));
});

t.test('when events were missed all is read anew', async (t) => {
  const id = await create();
  await fleet.list(ids, { order: 'created', descending: false }, { offset: 0, limit: 1 });
  await redis.hset(keys.phone(id), 'userAgent', 'unheard');
  await redis.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await redis.del(keys.events);
  await store.events.append({ type: 'model.changed', at: clock.now });
  const isThere = async () => {
    const { entries } = await fleet.list(ids, { order: 'userAgent', descending: true }, { offset: 0, limit: 1 });
    return entries[0]?.userAgent === 'unheard';
  };
  for (let tries = 0; tries < 40 && !(await isThere().catch(() => false)); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  t.ok(await isThere());
});
