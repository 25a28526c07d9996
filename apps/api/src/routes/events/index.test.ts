import { setTimeout as sleep } from 'node:timers/promises';
import { newId } from '@ringfence/phone';
import { type Event, isEarlier, keys, StoredEvent } from '@ringfence/store';
import { Ajv } from 'ajv';
import t, { type Test } from 'tap';
import { EventStream } from '../../testing/event-stream.js';
import { startApi } from '../../testing.js';

const { app, ids, store, tokens, call, clock } = await startApi(t);
const base = await app.listen({ host: '127.0.0.1', port: 0 });
const { own, sibling, foreign } = ids as Record<string, string>;

const open = async (t: Test, token: string, query = '', headers: Record<string, string> = {}) => {
  const stream = await EventStream.open(`${base}/events${query}`, tokens[token] ?? token, headers);
  t.teardown(() => stream.close());
  return stream;
};
const live = async (t: Test, token: string, query = '', headers: Record<string, string> = {}) =>
  (await open(t, token, query, headers)).live();
const append = (event: { [K in keyof Event]?: Event[K] | undefined }) =>
  store.events.append({ type: 'phone.registered', at: clock.now, ...event } as Event);
const contacts = ({ events }: EventStream) => events.map(({ data }) => JSON.parse(data ?? '').contact);

/** One who wants nothing of all that happens in this file. */
const idle = await live(t, 'OWNER', `?phone=${newId()}`);

/** Asks for a stream that is not to be had, and gives the answer. */
async function refused(token: string, query: string, headers: Record<string, string> = {}) {
  const { response } = await EventStream.open(`${base}/events${query}`, tokens[token] ?? token, headers);
  return response.statusCode;
}

t.test('each caller is told of what is of its customers, by the filters that it names', async (t) => {
  const [mine, other] = [newId(), newId()];
  const table: [token: string, query: string, expected: string[]][] = [
    ['ADMIN', '', ['own', 'own call', 'sibling', 'foreign', 'nobody']],
    ['ADMIN', `?customer=${foreign}`, ['foreign']],
    ['ADMIN', `?phone=${mine}`, ['own', 'own call']],
    ['RESELLER', '', ['own', 'own call', 'sibling']],
    ['RESELLER', `?customer=${sibling}`, ['sibling']],
    ['OWNER', '', ['own', 'own call']],
    ['MANAGER', '?type=call.*', ['own call']],
    ['VIEWER', `?phone=${other.toUpperCase()}`, ['own call']],
    ['VIEWER', '?type=phone.refused,phone.registered', ['own']],
    ['VIEWER', `?customer=${own}&phone=${newId()}`, []],
  ];
  const streams = await Promise.all(table.map(([token, query]) => live(t, token, query)));
  await append({ customer: own, phone: mine, contact: 'own' });
  await append({ type: 'call.answered', customer: own, phone: mine, answeredBy: other, contact: 'own call' });
  await append({ customer: sibling, phone: newId(), contact: 'sibling' });
  await append({ customer: foreign, phone: newId(), contact: 'foreign' });
  await append({ type: 'phone.refused', contact: 'nobody' });
  await streams[0]?.until(() => streams[0]?.events.length === 5);
  await sleep(100);
  for (const [at, [token, query, expected]] of table.entries()) {
    t.same(contacts(streams[at] as EventStream), expected, `${token} ${query}`);
  }
  const [first] = (streams[0] as EventStream).events;
  const data = JSON.parse(first?.data ?? '');
  t.match(first, { id: data.id, event: 'phone.registered' });
  const validate = new Ajv({ strict: false }).compile(StoredEvent);
  t.ok(validate(data), JSON.stringify(validate.errors));
  t.match((streams[0] as EventStream).response.headers, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
  });
});

t.test('who may not read is told why, before a stream begins', async (t) => {
  await append({});
  const table: [token: string, query: string, status: number | undefined][] = [
    ['PERSONAL', '', 403],
    ['unknown', '', 401],
    ['OWNER', `?customer=${sibling}`, 403],
    ['RESELLER', `?customer=${foreign}`, 403],
    ['ADMIN', `?customer=${newId()}`, 404],
    ['ADMIN', '?customer=x', 404],
    ['ADMIN', '?type=phone.nonsense', 422],
    ['ADMIN', '?type=phone.refused,', 422],
    ['ADMIN', '?phone=x', 422],
    ['ADMIN', '?lastEventId=x', 422],
    ['ADMIN', '?nonsense=1', 422],
  ];
  for (const [token, query, status] of table) t.equal(await refused(token, query), status, `${token} ${query}`);
  t.equal(await refused('ADMIN', '', { 'last-event-id': '17' }), 422);
});

t.test('one who comes again is told of what happened meanwhile, once and in order', async (t) => {
  const first = await live(t, 'OWNER');
  await append({ customer: own, contact: '0' });
  await first.until(() => first.events.length === 1);
  first.close();
  for (let i = 1; i <= 1_200; i++) void append({ customer: i % 2 === 0 ? own : foreign, contact: `${i}` });
  const headers = { 'last-event-id': first.events[0]?.id ?? '' };
  const second = await open(t, 'OWNER', '?lastEventId=0-0', headers);
  for (let i = 1_201; i <= 1_300; i++) void append({ customer: own, contact: `${i}` });
  await second.until(() => second.events.length >= 700);
  await second.live();
  const expected = Array.from({ length: 1_300 }, (_, i) => i + 1).filter((i) => i > 1_200 || i % 2 === 0);
  t.same(contacts(second), expected.map(String));

  const all = await live(t, 'OWNER', '?lastEventId=0-0&type=phone.registered');
  t.ok(all.events.length > 700);
  t.notOk(all.events.some(({ event }) => event === 'missed'));
});

t.test('one whose place is no longer kept is told that it missed something', async (t) => {
  await append({ customer: own, contact: 'gone' });
  const [gone] = await store.events.read('0', 1);
  await store.redis.xtrim(keys.events, 'MAXLEN', 2);
  const stream = await live(t, 'OWNER', '', { 'last-event-id': gone?.id ?? '' });
  t.equal(stream.events[0]?.event, 'missed');
  t.equal(stream.events.length, 3);
  const ahead = await live(t, 'OWNER', '?lastEventId=99999999999999-0');
  t.same(
    ahead.events.map(({ event }) => event),
    ['missed'],
  );
  await append({ customer: own, contact: 'next' });
  for (const reader of [stream, ahead]) await reader.until(() => contacts(reader).includes('next'));
});

t.test('a stream ends within seconds when its token is revoked or its customer made inactive', async (t) => {
  const { _id, text } = await store.tokens.create({ level: 'VIEWER', customer: sibling as string, name: 'x' });
  const revoked = await live(t, text);
  const viewer = await store.tokens.create({ level: 'VIEWER', customer: foreign as string, name: 'x' });
  const inactive = await live(t, viewer.text);
  const moved = await live(t, 'RESELLER');
  const stays = await live(t, 'ADMIN');
  await store.tokens.revoke(_id);
  await call('ADMIN', 'PUT', `/customer/${foreign}`, { active: false, reseller: 'e0'.repeat(12) });
  await revoked.until(() => revoked.isClosed);
  await inactive.until(() => inactive.isClosed);
  t.equal(await refused(viewer.text, ''), 403);
  await append({ customer: foreign, contact: 'of another' });
  await moved.until(() => contacts(moved).includes('of another'));
  t.notOk(stays.isClosed);
});

t.test('a reader that takes nothing is dropped, and the others go on', async (t) => {
  const slow = await live(t, 'ADMIN', `?customer=${own}`);
  const quick = await live(t, 'OWNER');
  slow.pause();
  const before = process.memoryUsage().arrayBuffers;
  // Eight times as much as the two sockets and the reader's bounds hold.
  const contact = 'x'.repeat(8_000);
  for (let i = 0; i < 4_000; i++) await Promise.all([append({ customer: own, contact }), append({ customer: own })]);
  await quick.until(() => quick.events.length === 8_000);
  t.ok(process.memoryUsage().arrayBuffers - before < 64 << 20, 'its events are not kept');
  slow.response.resume();
  await slow.until(() => slow.isClosed);
  t.ok(slow.events.length < 8_000);
  t.notOk(quick.isClosed);
});

t.test('a token has a bounded number of streams, and gets places back', async (t) => {
  const { text } = await store.tokens.create({ level: 'VIEWER', customer: own as string, name: 'x' });
  const streams = await Promise.all(Array.from({ length: 100 }, () => live(t, text)));
  const { response } = await EventStream.open(`${base}/events`, text);
  t.equal(response.statusCode, 429);
  t.equal(response.headers['retry-after'], '1');
  streams[0]?.close();
  await streams[1]?.until(() => streams[0]?.isClosed === true);
  await sleep(50);
  t.equal((await live(t, text)).response.statusCode, 200);
});

t.test('one who is told nothing has a sign of life every 15 seconds, with a place to go on from', async (t) => {
  const [first] = idle.blocks.filter(({ id }) => id !== undefined);
  for (const end = Date.now() + 20_000; idle.blocks.length < 3 && Date.now() < end; ) await sleep(50);
  const beats = idle.blocks.filter(({ id }) => id !== undefined);
  t.equal(beats.length, 2);
  t.same(idle.events, []);
  const place = beats[1]?.id as string;
  t.ok(isEarlier(first?.id as string, place), 'it has come further though it was told nothing');
  const again = await live(t, 'OWNER', '', { 'last-event-id': place });
  t.notOk(again.events.some(({ event }) => event === 'missed'));
});
