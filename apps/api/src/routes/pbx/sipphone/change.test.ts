import { CATALOGUE, type Model, type Phone } from '@ringfence/phone';
import { keys } from '@ringfence/store';
import t from 'tap';
import { startApi } from '../../../testing.js';

const { app, call, ids, store, clock, tokens } = await startApi(t);
const find = (name: string) => (CATALOGUE.find(({ model }) => model === name) as Model)._id;
const [desk, base, single, soft] = ['D785', 'N510 IP PRO', 'IP8830E', 'Softphone'].map(find);

let macs = 0;
const newMac = () => `000413${(macs++).toString(16).padStart(6, '0')}`.toUpperCase();
const make = async (body: object): Promise<Phone> => {
  const response = await call('OWNER', 'POST', '/pbx/sipphone', body);
  if (response.statusCode !== 201) throw new Error(response.body);
  return response.json();
};
const put = (id: string, body: object, token = 'OWNER') => call(token, 'PUT', `/pbx/sipphone/${id}`, body);
const read = async (id: string) => (await call('OWNER', 'GET', `/pbx/sipphone/${id}`)).json<Phone>();

/** Binds a contact of a phone that comes from an address. */
async function bind(phone: Phone, address: string, contact = `sip:x@${address}`) {
  const binding = {
    contact,
    expiresAt: clock.now + 60_000,
    callId: 'x',
    cseq: 1,
    protocol: 'udp',
    address,
    port: 5060,
  };
  const json = JSON.stringify({ ...binding, registeredAt: clock.now, updatedAt: clock.now });
  await store.redis.hset(keys.bindings(phone._id), contact, json);
  await store.redis.zadd(keys.expiries, clock.now + 60_000, `${phone._id}|${contact}`);
}

t.test('any property is changed alone, the others stay', async (t) => {
  const phone = await make({
    sipPhoneModel: desk,
    macAddress: newMac(),
    notes: 'old',
    extension: ids['own extension'],
  });
  clock.now += 1_000;
  const changes: [change: object, expected: object][] = [
    [{ notes: 'new' }, { notes: 'new' }],
    [
      { volume: { handset: { mic: 3 } } },
      { volume: { ...phone.volume, handset: { ...phone.volume?.handset, mic: 3 } } },
    ],
    [{ extension: null }, { extension: undefined }],
    [{ extension: ids['own extension']?.toUpperCase() }, { extension: ids['own extension'] }],
    [{ softkeys: [{ index: 0, function: 'DND' }] }, { softkeys: [{ index: 0, function: 'DND' }] }],
    [{ callWaiting: false }, { callWaiting: false }],
    [{}, {}],
  ];
  let expected: object = { ...phone, status: { ...phone.status, configSaved: '2030-01-01T00:00:01.000Z' } };
  for (const [change, difference] of changes) {
    expected = JSON.parse(JSON.stringify({ ...expected, ...difference }));
    const response = await put(phone._id, change);
    t.equal(response.statusCode, 200, response.body);
    t.same(response.json(), expected, JSON.stringify(change));
    t.same(await read(phone._id), expected);
  }
  t.same((await call('OWNER', 'POST', `/pbx/sipphone/${phone._id}`, { notes: 'posted' })).json(), {
    ...{ ...expected, notes: 'posted' },
  });
  const whole = await read(phone._id);
  t.same((await put(phone._id, whole)).json(), whole, 'what was read can be sent back');
  const [event] = (await store.events.read('0', 10_000)).filter(({ type }) => type === 'phone.changed');
  t.match(event, { phone: phone._id, customer: ids.own, at: clock.now });
});

t.test('what a phone would become is checked as a new one, and nothing is changed by what is wrong', async (t) => {
  const taken = await make({ sipPhoneModel: single, macAddress: newMac() });
  const phone = await make({ sipPhoneModel: single, macAddress: newMac() });
  const table: [change: object, errors: string[]][] = [
    [{ macAddress: 'x', pbxCluster: 9, nonsense: 1 }, ['422 pbxCluster', '422 macAddress', '422 nonsense']],
    [{ macAddress: taken.macAddress }, ['409 macAddress']],
    [{ macAddress: null }, ['422 macAddress']],
    [{ sipPhoneModel: 'x' }, ['404 sipPhoneModel']],
    [{ extension: ids['sibling extension'] }, ['404 extension']],
    [{ ip: { mode: 'ROAMING' } }, ['409 ip.mode']],
    [{ ip: 'OPEN' }, ['422 ip']],
    [{ volume: { handset: { mic: 1e9 } } }, ['422 volume.handset.mic']],
  ];
  for (const [change, errors] of table) {
    const answer = (await put(phone._id, change)).json();
    t.same(
      (answer.inner ?? [answer]).map(({ code, message }: { code: number; message: string }) => `${code} ${message}`),
      errors,
      JSON.stringify(change),
    );
    t.same(await read(phone._id), phone);
  }
  t.equal(
    (await put(phone._id, { macAddress: phone.macAddress?.toLowerCase() })).statusCode,
    200,
    'its own is not taken',
  );
});

t.test('a phone leaves its place at a MAC address and takes one at another', async (t) => {
  const [first, second] = [newMac(), newMac()];
  const body = { sipPhoneModel: base, macAddress: first };
  const handsets: Phone[] = [];
  for (const handsetAddress of ['0', '1', '2']) handsets.push(await make({ ...body, handsetAddress }));
  const [, one] = handsets as [Phone, Phone, Phone];
  t.equal((await put(one._id, { macAddress: second })).json<Phone>().handsetIndex, 0);
  t.equal((await make({ ...body, handsetAddress: '3' })).handsetIndex, 1, 'the place that was left is free');
  t.equal((await put(one._id, { macAddress: first })).json<Phone>().handsetIndex, 3);
  t.equal(await store.redis.exists(keys.mac(second)), 0, 'nothing is left of the other');
  const alone = await make({ sipPhoneModel: single, macAddress: second });
  t.equal((await put(alone._id, { sipPhoneModel: desk })).statusCode, 200, 'alone there it may become another model');
  t.match((await put(one._id, { macAddress: second })).json(), { code: 409, message: 'macAddress' });
});

t.test('side panels are given back and claimed', async (t) => {
  const panels = (...serials: string[]) => ({ purchaseInfo: { sidePanels: serials.map((serial) => ({ serial })) } });
  const create = async (...serials: string[]) =>
    (
      await call('ADMIN', 'POST', '/pbx/sipphone', {
        ...{ sipPhoneModel: desk, customer: ids.own, macAddress: newMac(), ...panels(...serials) },
      })
    ).json<Phone>();
  const [one, other] = [await create('A', 'B'), await create('C')];
  t.equal((await put(one._id, panels('B', 'D'), 'ADMIN')).statusCode, 200);
  t.match((await put(other._id, panels('D'), 'ADMIN')).json(), {
    code: 409,
    message: 'purchaseInfo.sidePanels.serial',
  });
  t.equal((await put(other._id, panels('A', 'C'), 'ADMIN')).statusCode, 200);
  t.same((await put(one._id, { notes: 'x' }, 'OWNER')).json().purchaseInfo, undefined);
  t.same((await put(one._id, {}, 'ADMIN')).json().purchaseInfo, panels('B', 'D').purchaseInfo, 'an owner keeps them');
  t.equal((await put(one._id, panels(), 'OWNER')).statusCode, 403);
});

t.test('a changed fence ends the bindings that it refuses', async (t) => {
  const [danish, swedish, nowhere] = ['198.51.100.1', '203.0.113.1', '192.0.2.1'];
  const phone = await make({ sipPhoneModel: soft });
  const contacts = async () =>
    (await call('OWNER', 'GET', `/pbx/sipphone/${phone._id}/bindings`))
      .json()
      .bindings.map(({ publicIpAddress }: { publicIpAddress: string }) => publicIpAddress)
      .sort();
  for (const address of [danish, swedish, nowhere]) await bind(phone, address);
  await put(phone._id, { notes: 'x' });
  t.same(await contacts(), [nowhere, danish, swedish]);
  t.equal((await put(phone._id, { ip: { mode: 'ROAMING', countries: 'DK,SE' } })).json<Phone>().status.online, true);
  t.same(await contacts(), [danish, swedish]);
  await put(phone._id, { ip: { mode: 'LOCKED', address: swedish } });
  t.same(await contacts(), [swedish]);
  const unlocked = await call('OWNER', 'POST', `/pbx/sipphone/${phone._id}/unlock`);
  t.match(unlocked.json(), { ip: { mode: 'OPEN' }, status: { online: true } });
  t.notOk(unlocked.json().ip.address);
  t.same(await contacts(), [swedish]);
  t.match((await put(phone._id, { ip: { mode: 'LOCKED', address: danish } })).json().status, {
    online: false,
    expires: -1,
  });
  const ended = (await store.events.read('0', 10_000)).filter(({ type }) => type === 'phone.deregistered');
  t.same(
    ended.filter((event) => event.phone === phone._id).map(({ address }) => address),
    [nowhere, danish, swedish],
  );
  t.equal(await store.redis.zcard(keys.expiries), 0);
});

t.test('a change that names another version is not made (RFC 9110 13.1.1)', async (t) => {
  const { _id } = await make({ sipPhoneModel: soft });
  const url = `/pbx/sipphone/${_id}`;
  const { etag } = (await call('OWNER', 'GET', url)).headers as { etag: string };
  const change = (match: string, notes: string) =>
    app.inject({
      ...{ method: 'PUT', url, payload: { notes } },
      headers: { authorization: `Bearer ${tokens.OWNER}`, 'if-match': match },
    });
  const first = await change(etag, 'first');
  t.equal(first.statusCode, 200);
  t.not(first.headers.etag, etag);
  const late = await change(etag, 'late');
  t.equal(late.statusCode, 412);
  t.match(late.json(), { code: 412, message: 'precondition_failed' });
  t.equal((await change(`"x", ${first.headers.etag}`, 'second')).statusCode, 200);
  t.equal((await change('*', 'third')).statusCode, 200);
  await store.redis.hset(keys.phone(_id), 'userAgent', 'New/2');
  const { etag: same } = (await call('OWNER', 'GET', url)).headers;
  await store.redis.hset(keys.phone(_id), 'userAgent', 'New/3');
  t.equal((await call('OWNER', 'GET', url)).headers.etag, same, 'its status is not part of it');
  for (const [method, path] of [
    ['POST', '/unlock'],
    ['POST', '/resetcredentials'],
    ['DELETE', ''],
  ] as const) {
    const headers = { authorization: `Bearer ${tokens.OWNER}`, 'if-match': etag };
    t.equal((await app.inject({ method, url: url + path, headers })).statusCode, 412, `${method} ${path}`);
  }
  t.equal((await call('OWNER', 'GET', url)).headers.etag, same, 'nothing was done');
});

t.test('a phone that is not locked stays as it is when it is unlocked', async (t) => {
  for (const ip of [{ mode: 'ROAMING', countries: 'DK' }, { mode: 'OPEN' }]) {
    const { _id } = await make({ sipPhoneModel: soft, ip });
    const unlocked = await call('OWNER', 'POST', `/pbx/sipphone/${_id}/unlock`);
    t.equal(unlocked.statusCode, 200);
    t.same(unlocked.json().ip, ip);
  }
});

t.test('of simultaneous changes none is lost, and one place is given once', async (t) => {
  const phone = await make({ sipPhoneModel: desk, macAddress: newMac() });
  const changes = [
    { notes: 'n' },
    { dhsg: true },
    { callWaiting: false },
    { displayBrightness: 3 },
    { codec: { video: false } },
  ];
  const statuses = await Promise.all(changes.map(async (change) => (await put(phone._id, change)).statusCode));
  t.ok(statuses.every((status) => status === 200 || status === 503));
  const after = await read(phone._id);
  for (const [at, status] of statuses.entries()) if (status === 200) t.match(after, changes[at] as object);
  const free = newMac();
  const rivals = await Promise.all(
    Array.from({ length: 8 }, () => make({ sipPhoneModel: single, macAddress: newMac() })),
  );
  const moves = await Promise.all(rivals.map(async ({ _id }) => (await put(_id, { macAddress: free })).statusCode));
  t.same(moves.filter((status) => status === 200).length, 1);
});

t.test('a removed phone leaves nothing behind', async (t) => {
  const before = await store.redis.dbsize();
  const body = { sipPhoneModel: desk, macAddress: newMac(), extension: ids['own extension'] };
  const phone = await make({ ...body, softkeys: [{ index: 0, function: 'BLF', value: ids['own extension'] }] });
  await bind(phone, '192.0.2.1');
  t.same((await call('OWNER', 'DELETE', `/pbx/sipphone/${phone._id}`)).json(), { success: true });
  t.equal((await call('OWNER', 'DELETE', `/pbx/sipphone/${phone._id}`)).statusCode, 404);
  t.equal((await put(phone._id, { notes: 'x' })).statusCode, 404);
  t.equal(await store.redis.dbsize(), before);
  t.equal(await store.bindings.findPhone(phone.username), undefined);
  t.equal((await call('OWNER', 'POST', '/pbx/sipphone', body)).statusCode, 201, 'its MAC address is free again');
  t.ok(
    (await store.events.read('0', 10_000)).some((event) => event.type === 'phone.deleted' && event.phone === phone._id),
  );
});

t.test('a phone on a softkey of another one is not removed', async (t) => {
  const device = await make({ sipPhoneModel: soft });
  const softkeys = [{ index: 0, function: 'DNDOTHER', value: device._id }];
  const other = await make({ sipPhoneModel: desk, macAddress: newMac(), softkeys });
  t.match((await call('OWNER', 'DELETE', `/pbx/sipphone/${device._id}`)).json(), { code: 409, message: 'in_use' });
  await put(other._id, { softkeys: [] });
  t.equal((await call('OWNER', 'DELETE', `/pbx/sipphone/${device._id}`)).statusCode, 200);
});

t.test('bindings are listed and removed one by one, or all', async (t) => {
  const phone = await make({ sipPhoneModel: soft });
  const url = `/pbx/sipphone/${phone._id}/bindings`;
  for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) await bind(phone, address);
  const { bindings } = (await call('VIEWER', 'GET', url)).json();
  t.equal(bindings.length, 3);
  t.match(bindings[0], { _id: /^[0-9a-f]{16}$/, contact: /^sip:x@192/, expires: 60, protocol: 'udp', port: 5060 });
  t.same((await call('OWNER', 'DELETE', `${url}/${bindings[0]._id}`)).json(), { success: true });
  t.equal((await call('OWNER', 'DELETE', `${url}/${bindings[0]._id}`)).statusCode, 404);
  t.same((await call('OWNER', 'GET', url)).json().bindings.length, 2);
  t.same((await call('OWNER', 'DELETE', url)).json(), { success: true });
  t.same((await call('OWNER', 'GET', url)).json(), { bindings: [] });
});
