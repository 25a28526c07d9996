import { Networks } from '@ringfence/service';
import t from 'tap';
import { Bench, type StoredAccount } from '../testing/bench.js';
import type { TestPhone } from '../testing/phone.js';
import { until } from '../testing/until.js';
import { BanList } from './ban-list.js';
import { Defence } from './defence.js';

const bench = await Bench.start({ trustedNetworks: ['127.0.0.1', '127.0.0.6'] });
t.teardown(() => bench.close());
const { bans } = bench.store;

async function roaming(address: string): Promise<{ account: StoredAccount; phone: TestPhone; guesser: TestPhone }> {
  const account = await bench.account({ mode: 'LOCKED', address });
  const guesser = await bench.phone({ ...account, password: 'guess' }, address);
  return { account, phone: await bench.phone(account, address), guesser };
}

async function guess(guesser: TestPhone, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await guesser.register();
}

const banOf = async ({ username }: StoredAccount) => (await bans.list()).find((ban) => ban.username === username);

t.test('who guesses a password is banned for a time, as a user at an address, until the ban is lifted', async (t) => {
  const { account, phone, guesser } = await roaming('127.0.0.5');
  await guess(guesser, 31);
  await until(async () => (await banOf(account)) !== undefined);
  const ban = await banOf(account);
  t.match(ban, { address: '127.0.0.5', reason: 'wrong_passwords', phone: account.id, customer: bench.customer });
  t.equal((ban?.until ?? 0) - (ban?.since ?? 0), 600_000);
  await bench.event(account.id, { type: 'ban.added', address: '127.0.0.5', reason: 'wrong_passwords' });
  t.equal((await phone.register()).status, 403, 'the right password is no better');
  const neighbour = await roaming('127.0.0.5');
  t.equal((await neighbour.phone.register()).status, 200, 'one bad phone does not ban its office');
  if (ban) await bans.lift(ban);
  await until(async () => (await phone.register()).status === 200);
  t.equal((await phone.register()).status, 200);
  await bench.event(account.id, { type: 'ban.lifted' });
});

t.test('a success clears the score', async (t) => {
  const { account, phone, guesser } = await roaming('127.0.0.5');
  for (let round = 0; round < 3; round++) {
    await guess(guesser, 15);
    t.equal((await phone.register()).status, 200);
  }
  t.equal(await banOf(account), undefined);
});

t.test(
  'who asks for challenges again and again and never answers one is banned too, but no phone that has proved its password',
  async (t) => {
    const { account, phone } = await roaming('127.0.0.5');
    for (let i = 0; i < 41; i++) await phone.ask({ method: 'REGISTER' });
    await until(async () => (await banOf(account)) !== undefined);
    t.match(await banOf(account), { reason: 'unanswered_challenges' });
    const known = await roaming('127.0.0.5');
    t.equal((await known.phone.register()).status, 200);
    for (let i = 0; i < 60; i++) await known.phone.ask({ method: 'SUBSCRIBE', headers: { Event: 'dialog' } });
    t.equal((await known.phone.register()).status, 200, 'which asks for all its lamps at once');
    t.equal(await banOf(known.account), undefined);
  },
);

t.test('trusted networks are never banned', async (t) => {
  const { account, phone, guesser } = await roaming('127.0.0.6');
  await guess(guesser, 40);
  t.equal((await phone.register()).status, 200);
  t.equal(await banOf(account), undefined);
});

t.test('over a connection a wrong password weighs more, and many unknown users ban the address', async (t) => {
  const now = () => Date.now();
  const onError = (error: unknown) => t.fail(String(error));
  const [banList, nobody] = [new BanList(bans, now, onError), new Networks([])];
  const parts = {
    bans,
    banList,
    trusted: nobody,
    unlimited: nobody,
    banTime: 1_000,
    requestsPerSource: 1,
    now,
    onError,
  };
  const defence = new Defence(parts);
  const [address, protocol] = ['198.51.100.1', 'tls'];
  for (let i = 0; i < 11; i++) defence.refused({ address, protocol, username: 'one' }, 'wrong_password', undefined);
  await until(async () => defence.isBanned({ address, username: 'one' }));
  t.equal(defence.isBanned({ address, username: 'one' }), true);
  t.equal(defence.isBanned({ address }), false);
  for (let i = 0; i < 40; i++) defence.refused({ address, protocol, username: 'gone' }, 'unknown_user', undefined);
  await until(async () => defence.isBanned({ address, username: 'gone' }));
  t.equal(defence.isBanned({ address }), false, 'one phone that was removed does not ban its office');
  const scanner = '198.51.100.2';
  for (let i = 0; i < 12; i++) {
    defence.refused({ address: scanner, protocol: 'udp', username: `u${i}` }, 'unknown_user', undefined);
  }
  t.equal(defence.isBanned({ address: scanner }), false, 'nor does who may have forged it');
  for (let i = 0; i < 12; i++) {
    defence.refused({ address: scanner, protocol, username: `u${i}` }, 'unknown_user', undefined);
  }
  await until(async () => defence.isBanned({ address: scanner }));
  t.equal(defence.isBanned({ address: scanner, username: 'anybody' }), true);
  const other = new BanList(bans, now, onError);
  await other.read();
  t.equal(other.has({ address: scanner }), true, 'an edge that starts knows the bans');
  await new Promise((resolve) => setTimeout(resolve, 1_050));
  t.equal(defence.isBanned({ address: scanner }), false, 'a ban ends by itself');
  t.equal(
    (await bans.list()).some((ban) => ban.address === scanner),
    false,
  );
});

t.test(
  'one address is served only so many requests without a proof, and who proves a password any number',
  async (t) => {
    const slow = await Bench.start({ trustedNetworks: [], requestsPerSource: 1 });
    t.teardown(() => slow.close());
    const phone = await slow.phone(await slow.account());
    for (let i = 0; i < 15; i++) t.equal((await phone.register()).status, 200);
    const stranger = await slow.phone(await slow.account(), '127.0.0.7');
    const statuses: number[] = [];
    let refusal = await stranger.ask({ method: 'REGISTER' });
    for (let i = 0; i < 12; i++) {
      statuses.push(refusal.status);
      refusal = await stranger.ask({ method: 'REGISTER' });
    }
    t.strictSame(statuses.slice(0, 10), Array(10).fill(401));
    t.equal(refusal.status, 503);
    t.match(refusal.header('Retry-After'), /^\d+$/);
    t.equal((await phone.register()).status, 200, 'others are served');
  },
);
