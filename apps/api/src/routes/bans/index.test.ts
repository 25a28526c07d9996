import t from 'tap';
import { startApi } from '../../testing.js';

const { call, ids, store } = await startApi(t);

/** Has a user at an address guess until it is banned. */
async function ban(address: string, username: string | undefined, customer?: string): Promise<string> {
  const offence = { address, username, reason: 'wrong_passwords', points: 40, customer } as const;
  const made = await store.bans.count(offence, 60_000);
  if (made === undefined) throw new Error('no ban');
  return made.id;
}

const seen = async (level: string, query = '') =>
  (await call(level, 'GET', `/bans${query}`)).json().bans.map(({ address }: { address: string }) => address);

t.test('each caller sees the bans of users of its customers, and ADMIN all', async (t) => {
  await ban('198.51.100.1', 'own', ids.own);
  await ban('198.51.100.2', 'foreign', ids.foreign);
  await ban('198.51.100.3', undefined);
  t.same(new Set(await seen('ADMIN')), new Set(['198.51.100.1', '198.51.100.2', '198.51.100.3']));
  t.same(await seen('RESELLER'), ['198.51.100.1']);
  t.same(await seen('VIEWER'), ['198.51.100.1']);
  t.same(await seen('ADMIN', '?address=198.51.100.3'), ['198.51.100.3']);
  t.same(await seen('ADMIN', '?username=foreign'), ['198.51.100.2']);
  const page = (await call('ADMIN', 'GET', '/bans?limit=1&offset=1')).json();
  t.match(page, { total: 3, limit: 1, offset: 1, bans: { length: 1 } });
  const [own] = (await call('OWNER', 'GET', '/bans')).json().bans;
  t.match(own, { address: '198.51.100.1', username: 'own', reason: 'wrong_passwords', customer: ids.own });
  t.equal(Date.parse(own.until) - Date.parse(own.since), 60_000);
});

t.test('a ban is lifted once, by who may see it', async (t) => {
  const id = await ban('198.51.100.4', 'foreign', ids.foreign);
  t.equal((await call('OWNER', 'DELETE', `/bans/${id}`)).statusCode, 404);
  t.same((await call('ADMIN', 'DELETE', `/bans/${id}`)).json(), { success: true });
  t.equal((await call('ADMIN', 'DELETE', `/bans/${id}`)).statusCode, 404);
  t.equal((await call('ADMIN', 'DELETE', '/bans/x')).statusCode, 400);
});

t.test('bans are lifted together, those that the caller may see', async (t) => {
  t.same((await call('OWNER', 'DELETE', '/bans')).json(), { lifted: 1 });
  t.same((await call('ADMIN', 'DELETE', '/bans?address=198.51.100.3')).json(), { lifted: 1 });
  t.same(await seen('ADMIN'), ['198.51.100.2']);
});
