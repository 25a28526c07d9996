import { CATALOGUE, type Phone } from '@ringfence/phone';
import { keys } from '@ringfence/store';
import t from 'tap';
import { startApi } from '../../testing.js';

const { call, ids, store, clock } = await startApi(t);
const [soft, desk] = ['Softphone', 'D785'].map((name) => CATALOGUE.find(({ model }) => model === name)?._id as string);

const make = async (owner: string, body: object): Promise<Phone> =>
  (await call('ADMIN', 'POST', '/pbx/sipphone', { customer: ids[owner], sipPhoneModel: soft, ...body })).json();

/** Has a phone registered from an address. */
async function bind({ _id }: Phone, address: string) {
  const binding = { contact: 'sip:x', expiresAt: clock.now + 60_000, address };
  await store.redis.hset(keys.bindings(_id), 'x', JSON.stringify(binding));
  await store.redis.hset(keys.phone(_id), 'publicIpAddress', address);
}

t.test('how things stand is told in numbers, of what the caller may see', async (t) => {
  const locked = await make('own', { ip: { mode: 'LOCKED', address: '198.51.100.1' } });
  const roaming = await make('own', { ip: { mode: 'ROAMING', countries: 'DK,SE' } });
  await make('own', { sipPhoneModel: desk, macAddress: '000413000001' });
  const sibling = await make('sibling', {});
  await bind(locked, '198.51.100.1');
  await bind(roaming, '203.0.113.1');
  await bind(sibling, '198.51.100.2');
  await store.bans.count({ address: '192.0.2.1', reason: 'wrong_passwords', points: 40, customer: ids.own }, 60_000);
  await store.bans.count({ address: '192.0.2.2', reason: 'unknown_users', points: 40 }, 60_000);
  const own = {
    ...{ phones: 3, online: 2, calls: 0, bans: 1, byMode: { OPEN: 1, LOCKED: 1, ROAMING: 1 }, refusedLastHour: 0 },
    byCountry: [
      { country: 'DK', online: 1 },
      { country: 'SE', online: 1 },
    ],
    byModel: [
      { _id: soft, brand: 'GENERIC', model: 'Softphone', phones: 2, online: 2 },
      { _id: desk, brand: 'SNOM', model: 'D785', phones: 1, online: 0 },
    ],
  };
  const all = { phones: 4, online: 3, byMode: { OPEN: 2, LOCKED: 1, ROAMING: 1 } };
  t.same((await call('VIEWER', 'GET', '/overview')).json(), own);
  t.match((await call('RESELLER', 'GET', '/overview')).json(), {
    ...all,
    bans: 1,
    byCountry: [{ country: 'DK', online: 2 }],
  });
  t.match((await call('ADMIN', 'GET', '/overview')).json(), { ...all, bans: 2 });
  t.match((await call('ADMIN', 'GET', `/overview?customer=${ids.foreign}`)).json(), { phones: 0, byModel: [] });
  const { text } = await store.tokens.create({ level: 'ADMIN', customer: ids.own as string, name: 'with a customer' });
  t.match((await call(text, 'GET', '/overview')).json(), { phones: 3 }, 'who has a customer means that one');
  t.match((await call(text, 'GET', '/overview?customer=all')).json(), { ...all, bans: 2 }, 'unless all are named');
  t.match((await call('RESELLER', 'GET', '/overview?customer=all')).json(), { ...all, bans: 1 });
  t.same((await call('OWNER', 'GET', '/overview?customer=all')).json(), own, 'all that it may see');
});
