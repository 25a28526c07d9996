import { keys } from '@ringfence/store';
import t from 'tap';
import { parseSipUri, type SipUri } from '../sip/uri.js';
import { Bench, type StoredAccount } from '../testing/bench.js';
import type { TestPhone } from '../testing/phone.js';
import { until } from '../testing/until.js';
import { keepAliveTime } from './keep-alive-time.js';

const bench = await Bench.start({}, true, 10);
t.teardown(() => bench.close());
const { redis, bindings } = bench.store;

/** A phone that seems to be behind a NAT: its contact is not where it sends from. */
async function behindNat(): Promise<{ account: StoredAccount; phone: TestPhone }> {
  const account = await bench.account();
  const phone = await bench.phone(account);
  const Contact = `<sip:${account.username}@10.0.0.5:5060>`;
  if ((await phone.register({ headers: { Contact } })).status !== 200) throw new Error('not registered');
  return { account, phone };
}

/** Has the keep-alives of a phone come due now. */
async function due({ id }: StoredAccount): Promise<void> {
  for (const member of await redis.zrange(await dueKey(), 0, -1)) {
    if (member.startsWith(`${id}|`)) await redis.zadd(await dueKey(), Date.now() - 1, member);
  }
}

/** Where the edge keeps what is due: it is the only one here. */
async function dueKey(): Promise<string> {
  const [key] = await redis.keys(keys.keepAlives('*'));
  return key ?? 'none';
}

const missed = async ({ id }: StoredAccount) => Object.values(await redis.hgetall(keys.missedKeepAlives(id)))[0];

t.test('contacts behind a NAT need a sign of life twice a minute, those on connections seldom, others never', (t) => {
  const source = { address: '192.0.2.1', port: 5062, protocol: 'udp', country: undefined, userAgent: undefined };
  for (const [uri, protocol, time] of [
    ['sip:a@192.0.2.1:5062', 'udp', 0],
    ['sip:a@192.0.2.1', 'udp', 25],
    ['sip:a@10.0.0.1:5062', 'udp', 25],
    ['sip:a@phone.invalid', 'udp', 25],
    ['sip:a@192.0.2.1:5062', 'tcp', 120],
    ['sip:a@x.invalid;transport=ws', 'wss', 120],
  ] as const) {
    t.equal(keepAliveTime(parseSipUri(uri) as SipUri, { ...source, protocol }), time, `${uri} ${protocol}`);
  }
  t.end();
});

t.test('a phone behind a NAT is asked for OPTIONS over the way that it registered on, again and again', async (t) => {
  const { account, phone } = await behindNat();
  for (let round = 0; round < 2; round++) {
    await due(account);
    const options = await phone.request('OPTIONS');
    t.match(options.start, `OPTIONS sip:${account.username}@10.0.0.5:5060`);
    phone.answer(options, 200);
    await until(async () => (await missed(account)) === '0');
    t.equal(await missed(account), '0');
    const next = async () => Number((await redis.zrange(await dueKey(), 0, 0, 'WITHSCORES'))[1]);
    await until(async () => (await next()) > Date.now() + 20_000);
    t.ok((await next()) > Date.now() + 20_000, 'the next is put off');
  }
});

t.test('one that always answered and is silent three times is told as gone', async (t) => {
  const { account, phone } = await behindNat();
  await due(account);
  phone.answer(await phone.request('OPTIONS'), 200);
  await until(async () => (await missed(account)) === '0');
  for (const count of ['1', '2', undefined]) {
    await due(account);
    await until(async () => (await missed(account)) === count);
    t.equal(await missed(account), count);
  }
  t.strictSame(await bindings.live(account.id, Date.now()), []);
  await bench.event(account.id, { type: 'phone.disconnected', reason: 'no_answer' });
});

t.test('one that never answers OPTIONS keeps its contact', async (t) => {
  const { account, phone } = await behindNat();
  for (let round = 0; round < 4; round++) {
    await due(account);
    await phone.request('OPTIONS');
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
  t.equal(await missed(account), undefined);
  t.equal((await bindings.live(account.id, Date.now())).length, 1);
});

t.test('a contact that is removed or runs out is asked no more', async (t) => {
  const { account, phone } = await behindNat();
  await phone.register({ headers: { Contact: '*' }, expires: 0 });
  const members = await redis.zrange(await dueKey(), 0, -1);
  t.notOk(members.some((member) => member.startsWith(account.id)));
});
