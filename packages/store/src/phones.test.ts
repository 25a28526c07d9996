import { randomBytes } from 'node:crypto';
import { CATALOGUE, type NewPhone } from '@ringfence/phone';
import t from 'tap';
import { keys } from './keys.js';
import { PhoneConflict } from './phone-conflict.js';
import { openStore } from './store.js';
import { startRedis } from './testing.js';

const server = await startRedis('--appendonly', 'yes', '--appendfsync', 'always');
const clock = { now: Date.parse('2030-01-01T00:00:00Z') };
const masterKey = randomBytes(32);
const store = openStore({ url: server.url, masterKey, onError: () => {}, now: () => clock.now });
t.teardown(async () => {
  await store.close();
  await server.close();
});
t.beforeEach(async () => {
  await store.redis.flushall();
  await store.redis.mset({ [keys.customer(CUSTOMER)]: '{}', [keys.extension(EXTENSION)]: '{}' });
});

const CUSTOMER = 'aaaaaaaaaaaaaaaaaaaaaaaa';
const EXTENSION = 'bbbbbbbbbbbbbbbbbbbbbbbb';
const MAC = '000413AABBCC';

function newPhone(settings: Partial<NewPhone['settings']> = {}, places = 1, handsets = false): NewPhone {
  const [model] = CATALOGUE as [(typeof CATALOGUE)[number]];
  const given = { pbxCluster: 1, sipPhoneModel: model._id, customer: CUSTOMER, callWaiting: true, notes: 'næsten' };
  return { settings: { ...given, ip: { mode: 'OPEN' }, ...settings }, places, handsets };
}

function panels(...serials: string[]): Partial<NewPhone['settings']> {
  return { purchaseInfo: { sidePanels: serials.map((serial) => ({ serial })) } };
}

t.test('a created phone is complete from the first moment and read back the same', async (t) => {
  const ip = { mode: 'ROAMING', countries: 'DK,SE' } as const;
  const phone = await store.phones.create(newPhone({ extension: EXTENSION, macAddress: MAC, ip }));
  t.match(phone, {
    _id: /^[0-9a-f]{24}$/,
    username: /^[a-z0-9]{32}$/,
    password: /^[a-z0-9]{32}$/,
    customer: CUSTOMER,
    extension: EXTENSION,
    ip,
    notes: 'næsten',
  });
  t.same(phone.status, { configSaved: '2030-01-01T00:00:00.000Z', online: false, expires: -1 });
  t.same(await store.phones.get(phone._id), phone);
});

t.test('the password is kept encrypted', async (t) => {
  const phone = await store.phones.create(newPhone());
  const hash = await store.redis.hgetall(keys.phone(phone._id));
  t.notMatch(JSON.stringify(hash), phone.password);
  t.equal(store.secrets.open(hash.password ?? '', phone._id), phone.password);
});

t.test('a new phone is found by its username, its customer and its extension, and told of', async (t) => {
  const phone = await store.phones.create(newPhone({ extension: EXTENSION }));
  t.match(await store.bindings.findPhone(phone.username), { id: phone._id, extension: EXTENSION });
  t.same(await store.redis.smembers(keys.customerPhones(CUSTOMER)), [phone._id]);
  t.same(await store.directory.phonesOfExtension(EXTENSION), [phone._id]);
  t.equal(await store.phones.customer(phone._id), CUSTOMER);
  const events = await store.events.read('0', 10);
  t.match(events, [
    { type: 'phone.created', at: clock.now, phone: phone._id, customer: CUSTOMER, extension: EXTENSION },
  ]);
  t.notMatch(JSON.stringify(events), phone.password);
});

t.test('a phone that does not exist is undefined', async (t) => {
  t.equal(await store.phones.get('c'.repeat(24)), undefined);
  t.equal(await store.phones.customer('c'.repeat(24)), undefined);
});

t.test('handsets get the lowest free position of their base', async (t) => {
  const create = () => store.phones.create(newPhone({ macAddress: MAC }, 3, true));
  const positions = [await create(), await create()].map((phone) => phone.handsetIndex);
  t.same(positions, [0, 1]);
  await store.redis.hdel(keys.mac(MAC), '0');
  t.equal((await create()).handsetIndex, 0);
  t.equal((await create()).handsetIndex, 2);
  t.same(await store.phones.occupants(MAC), { model: newPhone().settings.sipPhoneModel, customer: CUSTOMER, count: 3 });
  await t.rejects(create(), new PhoneConflict('macAddress'));
});

t.test('phones without handsets share an address without having a position', async (t) => {
  const phone = await store.phones.create(newPhone({ macAddress: MAC }, 2));
  t.notOk('handsetIndex' in phone);
  t.equal((await store.phones.occupants(MAC))?.count, 1);
});

t.test('what is taken leaves no trace of the phone that wanted it', async (t) => {
  await store.phones.create(newPhone({ macAddress: MAC, ...panels('P1') }));
  const before = await everything();
  const wanted: [PhoneConflict['over'], NewPhone][] = [
    ['macAddress', newPhone({ macAddress: MAC, ...panels('P2') })],
    ['macAddress', newPhone({ macAddress: MAC, customer: 'd'.repeat(24) }, 5)],
    ['macAddress', newPhone({ macAddress: MAC, sipPhoneModel: 'd'.repeat(24) }, 5)],
    ['sidePanels', newPhone({ macAddress: '000413AABBCD', extension: EXTENSION, ...panels('P2', 'P1') })],
  ];
  for (const [over, phone] of wanted) await t.rejects(store.phones.create(phone), new PhoneConflict(over));
  t.same(await everything(), before);
  t.same(await store.phones.takenSidePanels(['P2', 'P1', 'P3']), ['P1']);
});

t.test('what a phone refers to must exist, and knows of the phone from then on', async (t) => {
  const [product, panel, group, queue, device] = ['1', '2', '3', '4', '5'].map((digit) => digit.repeat(24)) as [
    ...[string, string, string, string, string],
  ];
  const wanted = newPhone({
    ...{ product, purchaseInfo: { sidePanels: [{ product: panel }, { product: panel }, {}] } },
    softkeys: [
      { function: 'BLF', value: EXTENSION },
      { function: 'PICKUPGROUP', value: group },
      { function: 'QUEUE', value: queue },
      { function: 'DNDOTHER', value: device },
      { function: 'SPEEDDIAL', value: '112' },
    ],
  });
  const entries = [
    keys.product(product),
    keys.product(panel),
    keys.group(group),
    keys.queue(queue),
    keys.phone(device),
  ];
  await store.redis.mset(Object.fromEntries(entries.map((key) => [key, '{}'])));
  for (const key of [keys.customer(CUSTOMER), keys.extension(EXTENSION), ...entries]) {
    await store.redis.rename(key, 'away');
    await t.rejects(store.phones.create(wanted), new PhoneConflict('reference'), key);
    t.equal(await store.redis.exists(keys.customerPhones(CUSTOMER)), 0);
    await store.redis.rename('away', key);
  }
  const { _id } = await store.phones.create(wanted);
  for (const id of [product, panel, EXTENSION, group, queue, device]) {
    t.same(await store.redis.smembers(keys.referrers(id)), [_id]);
  }
});

t.test('an id is given once', async (t) => {
  const id = '6'.repeat(24);
  const phone = await store.phones.create(newPhone(), id);
  t.equal(phone._id, id);
  await t.rejects(store.phones.create(newPhone(), id), new PhoneConflict('id'));
  t.same(await store.phones.get(id), phone);
});

t.test('of 64 simultaneous creates for one place exactly one wins', async (t) => {
  const race = (phone: NewPhone) => Promise.allSettled(Array.from({ length: 64 }, () => store.phones.create(phone)));
  for (const phone of [newPhone({ macAddress: MAC }), newPhone(panels('P1'))]) {
    const results = await race(phone);
    t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    t.ok(reasons.every((reason) => reason instanceof PhoneConflict));
  }
  const handsets = await race(newPhone({ macAddress: '000413AABBCD' }, 20, true));
  t.equal(handsets.filter(({ status }) => status === 'fulfilled').length, 20);
});

t.test('the status follows the bindings as time goes by', async (t) => {
  const { _id } = await store.phones.create(newPhone());
  const bind = (key: string, seconds: number) =>
    store.redis.hset(keys.bindings(_id), key, JSON.stringify({ expiresAt: clock.now + seconds * 1_000 }));
  await bind('old', -1);
  t.match((await store.phones.get(_id))?.status, { online: false, expires: -1 });
  await bind('short', 60);
  await bind('long', 3_600);
  const seen = { userAgent: 'x/1', localIpAddress: '10.0.0.9', publicIpAddress: '203.0.113.9' };
  await store.redis.hset(keys.phone(_id), { ...seen, configLoaded: Date.parse('2029-12-31T23:00:00Z') });
  t.match((await store.phones.get(_id))?.status, { online: true, expires: 3_600, ...seen });
  clock.now += 1_500;
  const status = (await store.phones.get(_id))?.status;
  t.match(status, { expires: 3_599, configLoaded: '2029-12-31T23:00:00.000Z' }, 'a begun second counts');
  clock.now += 3_600_000;
  t.match((await store.phones.get(_id))?.status, { online: false, expires: -1, ...seen }, 'what was seen last stays');
});

t.test('an acknowledged phone survives a crash of Redis', async (t) => {
  const phone = await store.phones.create(newPhone({ macAddress: MAC }));
  await server.stop();
  t.equal(await store.answers(), false);
  await server.start();
  while (!(await store.answers()));
  t.same(await store.phones.get(phone._id), phone);
});

/** Every key with its value, to compare two moments. */
async function everything(): Promise<unknown> {
  const names = (await store.redis.keys('*')).sort();
  return Promise.all(names.map(async (name) => [name, (await store.redis.dump(name))?.toString()]));
}
