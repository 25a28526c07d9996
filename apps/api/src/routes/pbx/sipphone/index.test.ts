import { CATALOGUE, type Model, newId, type Phone, type Violation } from '@ringfence/phone';
import { keys } from '@ringfence/store';
import t from 'tap';
import { startApi } from '../../../testing.js';

const { app, call, ids, store, clock, tokens } = await startApi(t);

const find = (name: string) => CATALOGUE.find(({ model }) => model === name) as Model;
const desk = find('D785');
const base = find('N510 IP PRO');
const single = find('IP8830E');
const shared = find('T31P');
const soft = find('Softphone');

let macs = 0;
/** A MAC address that no other test uses. */
const newMac = () => `0004130${(macs++).toString(16).padStart(5, '0')}`.toUpperCase();
const create = (body: object, token = 'OWNER') => call(token, 'POST', '/pbx/sipphone', body);

t.test('a phone is created with what was sent, the defaults and new credentials', async (t) => {
  const body = {
    ...{ pbxCluster: 1, sipPhoneModel: desk._id.toUpperCase(), extension: ids['own extension'], customer: ids.own },
    ...{ macAddress: '4e:e8:a3:4b:56:f3', callWaiting: true, instanceId: null, ip: { mode: 'OPEN' } },
    ...{ ringer: { volume: 4, tone: 2 }, codec: { hdAudio: true, video: false }, network: { dhcp: true } },
    volume: { handset: { mic: 5, speaker: 7 }, headset: { mic: 5, speaker: 7 }, handsfree: { mic: 3, speaker: 4 } },
  };
  const response = await create(body);
  t.equal(response.statusCode, 201);
  const phone = response.json<Phone>();
  t.equal(response.headers.location, `/pbx/sipphone/${phone._id}`);
  const { _id, username, password, ...rest } = phone;
  t.match(
    { _id, username, password },
    { _id: /^[0-9a-f]{24}$/, username: /^[a-z0-9]{32}$/, password: /^[a-z0-9]{32}$/ },
  );
  const { instanceId, ...kept } = body;
  t.same(rest, {
    ...kept,
    ...{ sipPhoneModel: desk._id, macAddress: '4EE8A34B56F3', network: { dhcp: true, vlanId: 0, vlanPriority: 0 } },
    ...{ softkeyConfigurationOnDevice: true, softkeyBlfBlindTransfer: false, softkeys: [], sidePanelCount: 0 },
    ...{ headsetButton: 'speaker', dhsg: false, displayBrightness: 10, displayBrightnessIdle: 5 },
    status: { configSaved: '2030-01-01T00:00:00.000Z', online: false, expires: -1 },
  });
  t.same((await call('OWNER', 'GET', `/pbx/sipphone/${_id.toUpperCase()}`)).json(), phone, 'and read back the same');
});

t.test('a phone that was read can be sent back to make another one', async (t) => {
  const first = (await create({ sipPhoneModel: soft._id, notes: 'æ "\\\n' })).json<Phone>();
  const second = (await create(first)).json<Phone>();
  t.not(second._id, first._id);
  t.not(second.username, first.username);
  t.not(second.password, first.password);
  t.equal(second.notes, first.notes);
});

t.test('everything that is wrong is told at once, in the order of the page', async (t) => {
  const response = await create({
    ...{ network: { dhcp: false, vlanId: 4095 }, softkeys: [{ function: 'NONSENSE' }, { index: 0 }], nonsense: 1 },
    ...{
      ip: { mode: 'NEVER', countries: 'dk, xx' },
      macAddress: '01:00:00:00:00:00',
      extension: ids['foreign extension'],
    },
    ...{ sipPhoneModel: desk._id, pbxCluster: 3, notes: 5 },
  });
  t.equal(response.statusCode, 422);
  const { inner, ...outer } = response.json<{ inner: Violation[] }>();
  t.same(outer, { code: 422, message: 'multiple', description: 'Multiple errors' });
  t.same(
    inner.map(({ code, message, description }) => `${code} ${message} ${description}`),
    [
      '422 pbxCluster PBX cluster id not valid only 1 or 2 is permitted',
      '404 extension Extension not found',
      '422 macAddress MAC address is invalid',
      '422 ip.mode Mode is invalid',
      "422 ip.countries Country code 'xx' is not valid",
      '422 softkeys[0].index Index is missing',
      '422 softkeys[1].function Function is missing',
      '422 softkeys[0].function Function type is not valid for this phone model',
      '422 network.ipAddress IP address is invalid or missing',
      '422 network.subnet Subnet mask is invalid or missing',
      '422 network.gateway Default gateway is invalid or missing',
      '422 network.dns1 Primary DNS server is invalid or missing',
      '422 network.vlanId Vlan ID is invalid',
      '422 notes Value is invalid',
      '422 nonsense Unknown property',
    ],
  );
});

t.test('a single mistake is answered as itself', async (t) => {
  const response = await create({ sipPhoneModel: '1234567890123457890AAAA' });
  t.equal(response.statusCode, 404);
  t.same(response.json(), { code: 404, message: 'sipPhoneModel', description: 'SIP phone model not found or invalid' });
});

t.test('hostile bodies are refused, never crashed on', async (t) => {
  const bodies: [title: string, body: string][] = [
    ['__proto__', '{"__proto__":{"customer":"x"}}'],
    ['constructor', '{"constructor":{"prototype":{}}}'],
    ['__proto__ in an object', '{"ip":{"__proto__":{"mode":"OPEN"}}}'],
    ['deep nesting', `{"ip":${'{"mode":'.repeat(50_000)}1${'}'.repeat(50_000)}}`],
    ['deep arrays', `{"softkeys":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['NUL', '{"notes":"a\\u0000b"}'],
    ['half a character', '{"notes":"\\ud800"}'],
    ['huge numbers', '{"pbxCluster":1e400,"ringer":{"volume":-1e400},"network":{"vlanId":1e99}}'],
    ['many softkeys', `{"softkeys":[${'{"index":1},'.repeat(50_000)}{}]}`],
    ['many side panels', `{"purchaseInfo":{"sidePanels":[${'{"date":"x"},'.repeat(50_000)}{}]}}`],
    ['many unknown properties', `{${Array.from({ length: 50_000 }, (_, at) => `"${at}":1`).join()}}`],
    ['objects for texts', '{"macAddress":{},"ip":{"mode":[],"countries":{},"address":[1]},"customer":null}'],
    ['texts for objects', '{"ip":"OPEN","ringer":[],"softkeys":{},"volume":1,"network":true,"codec":"x"}'],
    ['nulls', '{"softkeys":[null,null],"ip":null,"sipPhoneModel":null}'],
    ['long texts', JSON.stringify({ macAddress: 'A'.repeat(100_000), ip: { countries: ','.repeat(100_000) } })],
  ];
  for (const [title, payload] of bodies) {
    const headers = { authorization: `Bearer ${tokens.RESELLER}`, 'content-type': 'application/json' };
    const response = await app.inject({ method: 'POST', url: '/pbx/sipphone', headers, payload });
    t.ok(response.statusCode >= 400 && response.statusCode < 500, `${title}: ${response.statusCode}`);
    t.ok(response.payload.length < 200_000, title);
  }
  t.notOk('customer' in Object.prototype);
});

t.test('the long texts may have 64 KiB each', async (t) => {
  const long = 'æ'.repeat(32_768);
  const body = { sipPhoneModel: soft._id, notes: long, customConfig: long };
  t.equal((await create(body)).json<Phone>().customConfig, long);
  t.same((await create({ ...body, notes: `${long}x` })).json(), {
    ...{ code: 422, message: 'notes', description: 'Value is invalid' },
  });
});

t.test('a MAC address that is used up is answered by what its model can share', async (t) => {
  const table: [model: Model, more: object, code: number, message: string, description: string][] = [
    [single, {}, 409, 'macAddress', 'A phone with the same MAC address already exists'],
    [
      ...([shared, {}, 403, 'macAddress'] as const),
      'All available slots has been filled, no more SIP phones can share the MAC address',
    ],
    [
      ...([base, { handsetAddress: '1234' }, 409, 'handsetIndex'] as const),
      'The SIP phone/device does not have any free positions',
    ],
  ];
  for (const [{ _id, extensions }, more, code, message, description] of table) {
    const body = { sipPhoneModel: _id, macAddress: newMac(), ...more };
    for (let place = 0; place < extensions; place++) {
      const phone = (await create(body)).json<Phone>();
      t.equal(phone.handsetIndex, _id === base._id ? place : undefined);
    }
    const response = await create(body);
    t.equal(response.statusCode, code);
    t.same(response.json(), { code, message, description });
  }
});

t.test('phones that share a MAC address share model and customer', async (t) => {
  const body = { sipPhoneModel: shared._id, macAddress: newMac() };
  t.equal((await create(body)).statusCode, 201);
  t.match((await create({ ...body, sipPhoneModel: desk._id })).json(), { code: 409, message: 'macAddress' });
  t.match((await create({ ...body, customer: ids.sibling }, 'ADMIN')).json(), { code: 409, message: 'macAddress' });
  t.equal((await create(body)).statusCode, 201);
});

t.test('of 64 simultaneous creates for one MAC place exactly one wins', async (t) => {
  const statuses = async (body: object) => {
    const responses = await Promise.all(Array.from({ length: 64 }, () => create(body, 'ADMIN')));
    const counts: Record<string, number> = {};
    for (const { statusCode } of responses) counts[statusCode] = (counts[statusCode] ?? 0) + 1;
    return counts;
  };
  const at = (model: Model) => ({ sipPhoneModel: model._id, customer: ids.own, macAddress: newMac() });
  t.same(await statuses(at(single)), { 201: 1, 409: 63 });
  t.same(await statuses(at(shared)), { 201: 2, 403: 62 });
  t.same(await statuses({ ...at(base), handsetAddress: '1' }), { 201: 6, 409: 58 });
  const panel = { purchaseInfo: { sidePanels: [{ serial: 'RACE' }] } };
  t.same(await statuses({ ...at(desk), ...panel, macAddress: newMac() }), { 201: 1, 409: 63 });
});

t.test('serials of side panels are unique across all customers', async (t) => {
  const body = (customer: string | undefined) => ({
    ...{ sipPhoneModel: desk._id, macAddress: newMac(), customer },
    purchaseInfo: { sidePanels: [{ serial: 'S1', paymentOption: 'RENTED', date: '2029-05-05' }] },
  });
  const phone = (await create(body(ids.own), 'ADMIN')).json<Phone>();
  t.same(phone.purchaseInfo, body(undefined).purchaseInfo);
  t.same((await create(body(ids.foreign), 'ADMIN')).json(), {
    ...{ code: 409, message: 'purchaseInfo.sidePanels.serial', description: 'Sidepanel serials need to be unique' },
  });
});

t.test('softkeys refer to what the customer has', async (t) => {
  const { directory } = store;
  const controllers = [ids['own extension'] as string];
  const group = await directory.groups.create({ _id: newId(), customer: ids.own as string, name: 'g', controllers });
  const queue = await directory.queues.create({ _id: newId(), customer: ids.own as string, name: 'q' });
  const foreign = await directory.groups.create({
    _id: newId(),
    customer: ids.foreign as string,
    name: 'f',
    controllers,
  });
  const device = (await create({ sipPhoneModel: soft._id })).json<Phone>();
  const softkeys = [
    { index: 0, function: 'BLF', value: ids['own extension']?.toUpperCase(), label: 'Hall' },
    { index: 1, function: 'PICKUPGROUP', value: group._id },
    { index: 2, function: 'QUEUE', value: queue._id },
    { index: 3, function: 'DNDOTHER', value: device._id },
    { index: 4, function: 'SPEEDDIAL', value: '112' },
  ];
  const body = { sipPhoneModel: desk._id, macAddress: newMac(), extension: ids['own extension'], softkeys };
  t.same((await create(body)).json<Phone>().softkeys?.[0], { ...softkeys[0], value: ids['own extension'] });
  const { extension, ...unlinked } = { ...body, macAddress: newMac() };
  t.match((await create(unlinked)).json(), { code: 409, message: 'softkeys[1].value' });
  const moved = softkeys.slice(0, 4).map((key) => ({ ...key, value: foreign._id }));
  t.same(
    (await create({ ...body, macAddress: newMac(), softkeys: moved }))
      .json()
      .inner.map((error: Violation) => error.code),
    [404, 404, 404, 404],
  );
});

t.test('the status of a phone that registered is live', async (t) => {
  const { _id } = (await create({ sipPhoneModel: soft._id })).json<Phone>();
  const read = async () => (await call('VIEWER', 'GET', `/pbx/sipphone/${_id}`)).json<Phone>();
  const seen = { userAgent: 'Soft/1.0', localIpAddress: '192.168.1.10', publicIpAddress: '203.0.113.9' };
  await store.redis.hset(keys.phone(_id), { ...seen, 'ip.mode': 'LOCKED', 'ip.address': '203.0.113.9' });
  await store.redis.hset(keys.bindings(_id), 'x', JSON.stringify({ expiresAt: clock.now + 60_000 }));
  t.match(await read(), {
    status: { ...seen, online: true, expires: 60 },
    ip: { mode: 'LOCKED', address: '203.0.113.9' },
  });
  clock.now += 59_001;
  t.match((await read()).status, { online: true, expires: 1 });
  clock.now += 1_000;
  t.match((await read()).status, { ...seen, online: false, expires: -1 });
});
