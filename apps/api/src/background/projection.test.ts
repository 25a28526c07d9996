import { setTimeout as sleep } from 'node:timers/promises';
import { openCountries } from '@ringfence/geoip';
import { CATALOGUE, newId } from '@ringfence/phone';
import { type Event, keys, type StoredEvent } from '@ringfence/store';
import t, { type Test } from 'tap';
import { startApi } from '../testing.js';
import { startBackground } from './index.js';

const { call, ids, store, clock } = await startApi(t);
const countries = await openCountries({ provider: 'maxmind', networks: '198.51.100.0/24=DK,203.0.113.0/24=SE' });
const customer = ids.own as string;
const [model] = CATALOGUE.filter(({ brand }) => brand === 'GENERIC').map(({ _id }) => _id);
const [danish, swedish] = ['198.51.100.1', '203.0.113.1'];

/** Starts the work; ended after the test, or before. */
function start(t: Test): () => Promise<void> {
  const end = startBackground({ store, countries, webhookNetworks: [], onError: (error) => t.fail(String(error)) });
  t.teardown(end);
  return end;
}

const append = (event: { [K in keyof Event]?: Event[K] | undefined }) =>
  store.events.append({ at: clock.now, customer, ...event } as Event);

/** Waits until everything that was appended is worked on, and what that led to as well. */
async function settled(): Promise<void> {
  for (let known = ''; ; await sleep(20)) {
    const [last] = await store.redis.xrevrange(keys.events, '+', '-', 'COUNT', 1);
    const consumed = await store.redis.get(keys.consumed('background'));
    if (last?.[0] === consumed && known === consumed) return;
    known = consumed ?? '';
  }
}

/** Has a contact of a phone bound in the store, as the edge does together with the event. */
const bind = (phone: string, key: string, contact: string, address: string) =>
  store.redis.hset(
    keys.bindings(phone),
    key,
    JSON.stringify({ contact, address, expiresAt: clock.now + 60_000, registeredAt: clock.now, updatedAt: clock.now }),
  );

const history = async (token: string, path: string) => (await call(token, 'GET', path)).json();
const types = (events: StoredEvent[]) => events.map(({ type, contact, address }) => [type, contact, address].join(' '));

t.test('the history of a phone tells each registration once, and when it moves', async (t) => {
  start(t);
  const phone = newId();
  const register = async (contact: string, address: string | undefined, key = contact) => {
    clock.now += 1_000;
    await bind(phone, key, contact, address as string);
    await append({ type: 'phone.registered', phone, contact, address, expires: 60 });
    await settled();
  };
  const steps: [what: () => Promise<unknown>, told: string[]][] = [
    [() => register('a', danish), [`phone.registered a ${danish}`]],
    [() => register('a', danish), []],
    [() => register('a', swedish), [`phone.moved a ${swedish}`]],
    [() => register('a', swedish), []],
    [() => register('b', danish), [`phone.registered b ${danish}`]],
    [() => register('c', swedish, 'b'), [`phone.moved c ${swedish}`]],
    [() => register('d', swedish, 'b'), [`phone.registered d ${swedish}`]],
    [() => append({ type: 'phone.expired', phone, contact: 'a' }), ['phone.expired a ']],
    [() => register('a', swedish), [`phone.registered a ${swedish}`]],
    [() => append({ type: 'phone.refused', phone, address: danish }), [`phone.refused  ${danish}`]],
    [() => append({ type: 'call.started', phone, call: 'x' }), []],
    [() => append({ type: 'call.ended', phone: newId(), answeredBy: phone }), ['call.ended  ']],
    [() => append({ type: 'phone.locked', phone }), ['phone.locked  ']],
    [() => append({ type: 'messages.changed', phone }), []],
    [() => append({ type: 'phone.refused', customer: ids.foreign, phone }), [`phone.refused  `]],
  ];
  let known = 0;
  for (const [at, [happen, told]] of steps.entries()) {
    await happen();
    await settled();
    const events = await store.history.read(phone, { limit: 500 });
    t.same(types(events.slice(0, events.length - known)), told, `step ${at}`);
    known = events.length;
  }
  const [moved] = await store.history.read(phone, { types: new Set(['phone.moved']), limit: 1 });
  t.match(moved, { customer, formerAddress: danish, formerCountry: 'DK', address: swedish });
  const inStream = (await store.events.read('0', 10_000)).filter(({ type }) => type === 'phone.moved');
  t.equal(inStream.length, 2, 'moves are told to the stream');

  await append({ type: 'phone.deleted', phone });
  await settled();
  t.same(await store.history.read(phone, { limit: 1 }), []);
});

t.test('a phone, a customer, a reseller and everybody have a history of their own, with pages and types', async (t) => {
  start(t);
  const body = { sipPhoneModel: model, customer };
  const { _id: phone } = (await call('ADMIN', 'POST', '/pbx/sipphone', body)).json();
  await settled();
  await store.redis.del(...(await store.redis.keys('rf:history*')));
  for (const [owner, reason] of Object.entries({ own: '1', sibling: '2', foreign: '3', nobody: '4' })) {
    await append({ type: 'phone.refused', customer: ids[owner], username: reason, ...(owner === 'own' && { phone }) });
  }
  await append({ type: 'call.ended', phone, username: '5' });
  await append({ type: 'phone.refused', customer: ids.foreign, phone, username: '6' });
  await settled();
  const table: [token: string, path: string, told: string][] = [
    ['ADMIN', '/history', '654321'],
    ['ADMIN', '/history?type=phone.refused', '64321'],
    ['ADMIN', '/history?limit=2', '65'],
    ['ADMIN', `/history?customer=${ids.foreign}`, '63'],
    ['RESELLER', '/history', '521'],
    ['RESELLER', '/history?type=call.*,ban.*', '5'],
    ['RESELLER', `/history?customer=${ids.sibling}`, '2'],
    ['VIEWER', '/history', '51'],
    ['VIEWER', '/history?type=call.started', ''],
    ['VIEWER', `/pbx/sipphone/${phone}/history`, '51'],
    ['VIEWER', `/pbx/sipphone/${phone}/history?type=phone.*`, '1'],
    ['ADMIN', `/pbx/sipphone/${phone}/history?limit=1`, '5'],
  ];
  for (const [token, path, told] of table) {
    const { events } = await history(token, path);
    t.equal(events.map(({ username }: StoredEvent) => username).join(''), told, `${token} ${path}`);
  }
  const { events } = await history('ADMIN', '/history?limit=3');
  const rest = await history('ADMIN', `/history?before=${events[2].id}`);
  t.equal(rest.events.map(({ username }: StoredEvent) => username).join(''), '321');
  const older = await history('VIEWER', `/history?before=${(await history('VIEWER', '/history')).events[0].id}`);
  t.equal(older.events.map(({ username }: StoredEvent) => username).join(''), '1');
  for (const query of ['limit=0', 'limit=501', 'before=x', 'type=x']) {
    t.equal((await call('ADMIN', 'GET', `/history?${query}`)).statusCode, 422, query);
  }
});

t.test('a phone that goes on and off again and again is told to be flapping', async (t) => {
  start(t);
  const { _id: phone } = (await call('OWNER', 'POST', '/pbx/sipphone', { sipPhoneModel: model })).json();
  const flapping = async () => (await history('OWNER', `/pbx/sipphone/${phone}/history?limit=1`)).flapping;
  t.equal(await flapping(), null);
  const first = clock.now + 60_000;
  for (let i = 1; i <= 5; i++) {
    t.equal(await flapping(), null);
    await append({ type: 'phone.registered', phone, contact: 'x', expires: 3_600, at: clock.now + 1 });
    clock.now += 60_000;
    await append({ type: 'phone.disconnected', phone, contact: 'x' });
    await settled();
  }
  t.same(await flapping(), { since: first, changes: 5 });
  clock.now += 600_001;
  t.equal(await flapping(), null);
});

t.test('it is counted what happens, for a customer, its reseller and all', async (t) => {
  start(t);
  clock.now = Date.parse('2030-02-01T12:00:00Z');
  const from = clock.now;
  const read = async (token: string, query = '') => {
    const { counts } = (await call(token, 'GET', `/counts?from=${from}&to=${from + 180_000}${query}`)).json();
    return counts.map(({ at, online, ...count }: Record<string, number>) =>
      Object.entries(count)
        .flatMap(([name, times]) => (times > 0 ? [`${name} ${times}`] : []))
        .join(', '),
    );
  };
  const phone = newId();
  await append({ type: 'phone.registered', phone, contact: 'x', expires: 3_600 });
  await append({ type: 'phone.registered', phone, contact: 'x', expires: 3_600, at: clock.now + 1 });
  await append({ type: 'phone.registered', phone: newId(), customer: ids.sibling, contact: 'x', expires: 3_600 });
  await append({ type: 'phone.refused' });
  await append({ type: 'phone.refused', customer: undefined });
  await append({ type: 'phone.locked' });
  await append({ type: 'call.started', at: clock.now + 60_000 });
  await append({ type: 'call.ended', at: clock.now + 60_000 });
  await settled();
  t.same(await read('OWNER'), ['registered 1, refused 1, locked 1', 'calls 1', '']);
  t.same(await read('RESELLER'), ['registered 2, refused 1, locked 1', 'calls 1', '']);
  t.same(await read('ADMIN'), ['registered 2, refused 2, locked 1', 'calls 1', '']);
  t.same(await read('ADMIN', `&customer=${ids.foreign}`), ['', '', '']);
  t.match((await call('ADMIN', 'GET', '/overview')).json(), { refusedLastHour: 2 });
  const hours = (await call('OWNER', 'GET', `/counts?step=3600&to=${from + 3_600_000}`)).json();
  t.match(hours, { step: 3_600, from: from - 82_800_000, counts: { length: 24 } });
  t.match(hours.counts.at(-1), { at: from, registered: 1, refused: 1, calls: 1 });
  t.equal((await call('OWNER', 'GET', '/counts')).json().counts.length, 60);
  for (const query of ['step=61', 'from=x', `from=0`]) {
    t.equal((await call('OWNER', 'GET', `/counts?${query}`)).statusCode, 422, query);
  }
});

t.test('how many phones are online is noted, from the beginning on, and stays until it changes', async (t) => {
  const phones = [newId(), newId(), newId()];
  clock.now = Date.parse('2030-03-01T12:00:00Z');
  for (const [at, phone] of phones.entries()) {
    await store.redis.hset(keys.phone(phone), 'customer', at === 0 ? customer : (ids.foreign as string));
    await bind(phone, 'x', 'x', danish as string);
    await store.redis.zadd(keys.expiries, clock.now + 60_000, `${phone}|x`);
  }
  start(t);
  const online = async (token: string) => {
    const path = `/counts?from=${Date.parse('2030-03-01T12:00:00Z')}&to=${Date.parse('2030-03-01T12:03:00Z')}`;
    return (await call(token, 'GET', path)).json().counts.map(({ online }: { online: number }) => online);
  };
  for (const end = Date.now() + 5_000; (await online('ADMIN'))[0] !== 3 && Date.now() < end; ) await sleep(20);
  t.same(await online('ADMIN'), [3, 3, 3]);
  t.same(await online('VIEWER'), [1, 1, 1]);
});

t.test('the work goes on where it was when another process takes it up', async (t) => {
  const end = start(t);
  const phone = newId();
  const told = async () => (await store.history.read(phone, { limit: 100 })).map(({ username }) => username).join('');
  await append({ type: 'phone.refused', phone, username: '1' });
  await settled();
  start(t);
  await append({ type: 'phone.refused', phone, username: '2' });
  await settled();
  await end();
  await append({ type: 'phone.refused', phone, username: '3' });
  await settled();
  t.equal(await told(), '321');
});

t.test('of each kind the last hundred are kept of a phone, a thousand of a customer', async (t) => {
  start(t);
  const [phone, owner] = [newId(), newId()];
  const many = Array.from({ length: 1_100 }, (_, i) =>
    append({ type: 'phone.refused', phone, customer: owner, port: i }),
  );
  await append({ type: 'call.ended', phone, customer: owner });
  await Promise.all(many);
  await settled();
  const kept = await store.history.read(phone, { limit: 500 });
  t.equal(kept.length, 101);
  t.equal(kept[0]?.type, 'call.ended', 'much of one kind pushes no other out');
  t.equal(kept[1]?.port, 1_099);
  t.equal((await store.history.read(owner, { limit: 5_000 })).length, 1_001);
  t.equal((await store.history.read(owner, { types: new Set(['phone.refused']), limit: 5_000 })).length, 1_000);
});
