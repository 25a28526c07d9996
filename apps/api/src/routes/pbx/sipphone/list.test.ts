import { CATALOGUE, type Model, type Phone } from '@ringfence/phone';
import { keys } from '@ringfence/store';
import t from 'tap';
import { startApi } from '../../../testing.js';

const { call, ids, store, clock } = await startApi(t);
const desk = CATALOGUE.find(({ model }) => model === 'D785') as Model;

const generic = { sipPhoneModel: CATALOGUE.find(({ brand }) => brand === 'GENERIC')?._id };

const phones: Phone[] = [];
for (let at = 0; at < 7; at++) {
  const body = {
    ...{ sipPhoneModel: desk._id, macAddress: `00041300000${at}`, notes: at % 2 ? 'Odd one' : 'even one' },
    ...(at < 2 ? { extension: ids['own extension'] } : {}),
    ...(at === 6 ? { ip: { mode: 'LOCKED', address: '192.0.2.6' } } : {}),
  };
  phones.push((await call('OWNER', 'POST', '/pbx/sipphone', body)).json());
}

/** Leaves in the store what a REGISTER does. */
async function register(
  phone: Phone | undefined,
  expires: number,
  address: string,
  userAgent: string,
  contact = 'sip:x',
) {
  const { _id = '', customer = '' } = phone ?? {};
  const binding = { contact, expiresAt: clock.now + expires * 1_000 };
  await store.redis.hset(keys.bindings(_id), contact, JSON.stringify(binding));
  await store.redis.hset(keys.phone(_id), 'publicIpAddress', address, 'userAgent', userAgent);
  const event = { type: 'phone.registered', at: clock.now, phone: _id, customer, contact } as const;
  await store.events.append({ ...event, expires, address, userAgent });
}

await register(phones[3], 60, '203.0.113.30', 'Tone/2');

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
    ['?filter=OWN', [2, 0, 1]],
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
        ...{ extensionNumber: '100', extensionName: 'own' },
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
  for (const query of [
    '?limit=0',
    '?limit=1001',
    '?offset=x',
    '?mode=SHUT',
    '?online=perhaps',
    '?colour=red',
    '?sort=colour',
    '?sort=--mode',
  ]) {
    t.equal((await call('OWNER', 'GET', `/pbx/sipphone${query}`)).statusCode, 422, query);
  }
});

t.test('they are in the order that is asked for; those without what it is about come last', async (t) => {
  await register(phones[1], 3_600, '203.0.113.4', 'tone/1');
  await register(phones[5], 600, '198.51.100.7', 'Bell/1');
  const second = (await call('OWNER', 'POST', '/pbx/extension', { number: '99', name: 'second' })).json();
  await call('OWNER', 'PUT', `/pbx/sipphone/${phones[4]?._id}`, { extension: second._id });
  await call('OWNER', 'PUT', `/pbx/sipphone/${phones[2]?._id}`, generic);
  const table: [sort: string, expected: number[]][] = [
    ['created', [0, 1, 2, 3, 4, 5, 6]],
    ['-created', [6, 5, 4, 3, 2, 1, 0]],
    ['extension', [4, 0, 1, 2, 3, 5, 6]],
    ['-extension', [0, 1, 4, 2, 3, 5, 6]],
    ['model', [2, 0, 1, 3, 4, 5, 6]],
    ['-model', [0, 1, 3, 4, 5, 6, 2]],
    ['online', [0, 2, 4, 6, 1, 3, 5]],
    ['-online', [1, 3, 5, 0, 2, 4, 6]],
    ['expires', [3, 5, 1, 0, 2, 4, 6]],
    ['-expires', [1, 5, 3, 0, 2, 4, 6]],
    ['address', [5, 1, 3, 0, 2, 4, 6]],
    ['-address', [3, 1, 5, 0, 2, 4, 6]],
    ['country', [5, 1, 3, 0, 2, 4, 6]],
    ['-country', [1, 3, 5, 0, 2, 4, 6]],
    ['userAgent', [5, 1, 3, 0, 2, 4, 6]],
    ['-userAgent', [3, 1, 5, 0, 2, 4, 6]],
    ['mode', [6, 0, 1, 2, 3, 4, 5]],
    ['-mode', [0, 1, 2, 3, 4, 5, 6]],
  ];
  for (const [sort, expected] of table) t.same(await list(`?sort=${sort}`), [7, ...expected], sort);
  t.same(await list('?sort=-expires&online=true&offset=1&limit=1'), [3, 5]);
  const { sipPhones } = (await call('VIEWER', 'GET', '/pbx/sipphone?sort=country&limit=1')).json();
  t.match(sipPhones[0], { country: 'DK', status: { online: true, expires: 600, publicIpAddress: '198.51.100.7' } });
});

t.test('whatever was written before a list is asked for is in it', async (t) => {
  await call('OWNER', 'PUT', `/pbx/extension/${ids['own extension']}`, { name: 'Renamed' });
  t.same(await list('?filter=renamed'), [2, 0, 1]);
  await call('OWNER', 'PUT', `/pbx/sipphone/${phones[1]?._id}`, { notes: `${'x'.repeat(5_000)} End`, extension: null });
  t.same(await list('?filter=xx end'), [1, 1], 'long notes are looked into to their end');
  await register(phones[3], 7_200, '203.0.113.30', 'Tone/3');
  t.same(await list('?sort=-expires&limit=1'), [7, 3], 'a refresh');
  await register(phones[3], 60, '203.0.113.30', 'Tone/3', 'sip:second');
  t.same(await list('?sort=-expires&limit=1'), [7, 3], 'a second contact that runs out first');
  clock.now += 3_000_000;
  t.same(await list('?online=true'), [2, 1, 3], 'what has run out is offline before anybody sweeps it');
  await store.bindings.end(phones[3] as Phone, () => true);
  t.same(await list('?online=true'), [1, 1], 'a lost connection');
  await call('ADMIN', 'PUT', `/pbx/sipphone/${phones[3]?._id}`, { customer: ids.sibling });
  t.same(await list(''), [6, 0, 1, 2, 4, 5, 6], 'it is of another customer');
  t.same(await list(`?customer=${ids.sibling}`, 'ADMIN'), [1, 3]);
  await call('OWNER', 'DELETE', `/pbx/sipphone/${phones[0]?._id}`);
  t.same(await list(''), [5, 1, 2, 4, 5, 6]);
});

t.test('a caller without a customer of its own lists all phones that it may see', async (t) => {
  const { _id } = (await call('ADMIN', 'POST', '/pbx/sipphone', { ...generic, customer: ids.foreign })).json();
  t.same(await list('', 'RESELLER'), [6, 1, 2, 3, 4, 5, 6]);
  t.same(await list('?mode=OPEN&sort=-created&limit=1', 'RESELLER'), [5, 5]);
  const all = (await call('ADMIN', 'GET', '/pbx/sipphone?sort=-created')).json();
  t.equal(all.total, 7);
  t.equal(all.sipPhones[0]._id, _id);
  const { text } = await store.tokens.create({ level: 'RESELLER', reseller: 'f'.repeat(24), name: 'no customers' });
  t.same(await list('', text), [0]);
});
