import { CATALOGUE, type Model, type Phone } from '@ringfence/phone';
import { keys } from '@ringfence/store';
import t from 'tap';
import { startApi } from '../../../testing.js';

const { call, ids, store, clock } = await startApi(t);
const desk = CATALOGUE.find(({ model }) => model === 'D785') as Model;

const phones: Phone[] = [];
for (let at = 0; at < 7; at++) {
  const body = {
    ...{ sipPhoneModel: desk._id, macAddress: `00041300000${at}`, notes: at % 2 ? 'Odd one' : 'even one' },
    ...(at < 2 ? { extension: ids['own extension'] } : {}),
    ...(at === 6 ? { ip: { mode: 'LOCKED', address: '192.0.2.6' } } : {}),
  };
  phones.push((await call('OWNER', 'POST', '/pbx/sipphone', body)).json());
}
const binding = { contact: 'sip:x', expiresAt: clock.now + 60_000 };
await store.redis.hset(keys.bindings(phones[3]?._id as string), 'x', JSON.stringify(binding));

const list = async (query: string, token = 'OWNER') => {
  const { total, sipPhones } = (await call(token, 'GET', `/pbx/sipphone${query}`)).json();
  return [total, ...sipPhones.map(({ _id }: Phone) => phones.findIndex((phone) => phone._id === _id))];
};

t.test('phones are listed in parts, the oldest first', async (t) => {
  t.same(await list(''), [7, 0, 1, 2, 3, 4, 5, 6]);
  t.same(await list('?offset=2&limit=3'), [7, 2, 3, 4]);
  t.same(await list('?offset=9'), [7]);
  t.same(await list(`?customer=${ids.own}`, 'ADMIN'), [7, 0, 1, 2, 3, 4, 5, 6]);
  t.same(await list(`?customer=${ids.foreign}`, 'ADMIN'), [0]);
});

t.test('they are filtered by text, link, state and mode', async (t) => {
  const table: [query: string, expected: number[]][] = [
    ['?filter=ODD', [3, 1, 3, 5]],
    ['?filter=odd&offset=1&limit=1', [3, 3]],
    ['?filter=000413000004', [1, 4]],
    ['?filter=192.0.2', [1, 6]],
    ['?filter=100', [2, 0, 1]],
    ['?available=true', [5, 2, 3, 4, 5, 6]],
    ['?available=true&filter=odd', [2, 3, 5]],
    ['?online=true', [1, 3]],
    ['?online=false', [6, 0, 1, 2, 4, 5, 6]],
    ['?mode=LOCKED', [1, 6]],
    ['?mode=OPEN&online=true', [1, 3]],
    ['?filter=nothing', [0]],
  ];
  for (const [query, expected] of table) t.same(await list(query), expected, query);
});

t.test('in short the model is an object and settings are left out; in full it is what a read answers', async (t) => {
  const short = (await call('VIEWER', 'GET', '/pbx/sipphone?limit=1')).json();
  t.same(short, {
    ...{ offset: 0, limit: 1, total: 7 },
    sipPhones: [
      {
        ...{ _id: phones[0]?._id, extension: ids['own extension'], customer: ids.own, macAddress: '000413000000' },
        ...{ notes: 'even one', ip: { mode: 'OPEN' }, status: phones[0]?.status },
        sipPhoneModel: { _id: desk._id, brand: 'SNOM', brandName: 'Snom', model: 'D785' },
      },
    ],
  });
  const full = (await call('OWNER', 'GET', '/pbx/sipphone?full=true&limit=1000')).json();
  t.same(full.sipPhones[0], phones[0]);
  const { password, ...shown } = phones[0] as Phone;
  t.same((await call('VIEWER', 'GET', '/pbx/sipphone?full=true&limit=1')).json().sipPhones, [shown]);
});

t.test('a query that makes no sense is told so', async (t) => {
  for (const query of ['?limit=0', '?limit=1001', '?offset=x', '?mode=SHUT', '?online=perhaps', '?colour=red']) {
    t.equal((await call('OWNER', 'GET', `/pbx/sipphone${query}`)).statusCode, 422, query);
  }
});
