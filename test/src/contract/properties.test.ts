import { CATALOGUE, type Phone } from '@ringfence/phone';
import { keys } from '@ringfence/store';
import t from 'tap';
import { ERRORS } from './page/errors.js';
import { REQUEST_EXAMPLE, RESPONSE_EXAMPLE } from './page/examples.js';
import type { Property } from './page/property.js';
import { REQUEST } from './page/request.js';
import { RESPONSE } from './page/response.js';
import { valueAt, withValueAt } from './paths.js';
import { MODELS, startWorld } from './world.js';

const world = await startWorld(t);
const { call, clock, create, ids, newMac, store, things } = world;

/** A desk phone with every property that a desk phone can have. */
const DESK = {
  pbxCluster: 2,
  sipPhoneModel: MODELS.keys._id,
  extension: ids['own extension'],
  customer: ids.own,
  macAddress: newMac(),
  serial: '20EZ4AB1C2',
  product: things.product,
  callWaiting: false,
  sidePanel: MODELS.keys.sidePanels?.models[0],
  sidePanelCount: 2,
  softkeyConfigurationOnDevice: false,
  softkeyBlfBlindTransfer: true,
  headsetButton: 'headset-speaker',
  dhsg: true,
  displayBrightness: 15,
  displayBrightnessIdle: 0,
  displayBackground: 'https://example.com/logo.png?size=1',
  displayFontColor: 'DARK',
  instanceId: 'desktop-17',
  customConfig: 'line1$=a\n"<&>\t',
  notes: 'Lobby, næst til døren \u{1F600}',
  ip: { mode: 'LOCKED', countries: 'DK,SE', address: '2001:db8::17' },
  ringer: { volume: 4, tone: 3 },
  volume: { handset: { mic: 5, speaker: 7 }, headset: { mic: 4, speaker: 6 }, handsfree: { mic: 3, speaker: 2 } },
  softkeys: [
    { index: 7, function: 'SPEEDDIAL', value: '+4570123456', label: 'Home' },
    { index: 0, function: 'BLF', value: ids['own extension'] },
    { index: 1, function: 'PICKUPGROUP', value: things.group },
    { index: 2, function: 'QUEUE', value: things.queue },
    { index: 3, function: 'DNDOTHER', value: things.device },
    { index: 4, function: 'URL', value: 'http://example.com/menu?x=1' },
    { index: 5, function: 'SWITCH', value: 'Night' },
    { index: 6, function: 'DND' },
  ],
  codec: { hdAudio: false, video: true },
  network: {
    ...{ dhcp: false, ipAddress: '192.168.1.10', subnet: '255.255.255.0', gateway: '192.168.1.1' },
    ...{ dns1: '192.168.1.1', dns2: '2001:db8::53', vlanId: 4_094, vlanPriority: 5 },
  },
  purchaseInfo: {
    ...{ orderId: '500912', date: '2020-02-02T00:00:00Z', paymentOption: 'RENTED' },
    sidePanels: [
      {
        ...{ serial: 'F-1', paymentOption: 'SELF_OWNED', orderId: '98850', date: '2015-01-01T12:30:00+02:00' },
        product: things.product,
      },
    ],
  },
};

/** A handset with what only handsets have. */
const HANDSET = {
  ...{ sipPhoneModel: MODELS.base._id, customer: ids.own, macAddress: newMac(), handsetAddress: '02FA3B19C7' },
};

/** Where the response has a property that its table names without the object around it. */
const INSIDE: Record<string, string> = {
  ...{ orderId: 'purchaseInfo.orderId', date: 'purchaseInfo.date', paymentOption: 'purchaseInfo.paymentOption' },
};

/** Properties that are sent and answered as numbers, though the table writes another type. */
const NUMBERS = ['ringer.tone', 'network.vlanId'];

const TYPES: Record<Property['type'], (value: unknown) => boolean> = {
  Id: isId,
  ObjectID: isId,
  ObjectId: isId,
  String: (value) => typeof value === 'string',
  Number: (value) => typeof value === 'number',
  Boolean: (value) => typeof value === 'boolean',
  Date: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
  Array: (value) => Array.isArray(value) && value.length > 0,
};

const desk = await make(DESK);
const handset = await make(HANDSET);

t.test('each property of the request is accepted and kept as it was sent', async (t) => {
  for (const { name, type } of REQUEST) {
    if (name === 'handsetIndex') continue;
    const sent = valueAt(DESK, name) ?? valueAt(HANDSET, name);
    t.ok(hasType(name, type, sent), `${name} is sent as ${type}`);
    const kept = valueAt(DESK, name) === undefined ? handset : desk;
    t.same(valueAt(kept, name), sent, name);
    t.same(valueAt(await read(kept._id), name), sent, `${name}, read again`);
  }
});

t.test('each property of the response is there, has its type and can be sent back', async (t) => {
  await bringToLife(desk);
  const shown = await read(desk._id);
  for (const { name, type } of RESPONSE) {
    const path = INSIDE[name] ?? name;
    const value = valueAt(shown, path) ?? valueAt(await read(handset._id), path);
    t.ok(hasType(name, type, value), `${name} is ${type}: ${JSON.stringify(value)}`);
  }
  const again = await make(fresh(shown));
  t.same(comparable(again), comparable(shown));
  t.same(again.status, { configSaved: new Date(clock.now).toISOString(), online: false, expires: -1 });
});

t.test('a phone of any model can be read and sent back to make its like', async (t) => {
  for (const { _id, model } of CATALOGUE) {
    const body = { sipPhoneModel: _id, macAddress: newMac(), customer: ids.own, handsetAddress: '1', serial: 'S' };
    const first = await make(body);
    const shown = await read(first._id);
    t.same(shown, first, model);
    const again = await make(fresh(shown));
    t.same(comparable(again), comparable(shown), model);
    for (const name of ['_id', 'username', 'password'] as const) t.not(again[name], shown[name]);
  }
});

t.test('a phone that an owner reads can be sent back by the owner', async (t) => {
  const shown: Phone = (await call('OWNER', 'GET', `/pbx/sipphone/${desk._id}`)).json();
  const { status, body } = await create(fresh(shown), 'OWNER');
  t.equal(status, 201);
  t.same(comparable(body), comparable(shown));
});

t.test('a value of the wrong type is told by its path, and nothing else is', async (t) => {
  const plain = { sipPhoneModel: MODELS.desk._id, customer: ids.own };
  const key = { softkeys: [{ index: 0, function: 'SPEEDDIAL', value: '1', label: 'x' }] };
  const rows = new Set(ERRORS.map(({ code, message, description }) => `${code} ${message} ${description}`));
  for (const { name, type } of REQUEST) {
    if (name === 'handsetIndex') continue;
    const values = type === 'Boolean' ? ['yes', 1, {}, []] : type === 'Array' ? ['x', 1, true] : [{}, [1], true];
    for (const value of values) {
      const base = { ...plain, macAddress: newMac(), ...(name.startsWith('softkeys[]') && key) };
      const { status, body } = await create(withValueAt(base, name, value));
      t.equal(body.message, name.replace('[]', '[0]'), `${name} ${JSON.stringify(value)}`);
      t.equal(status, body.code);
      const row = `${body.code} ${body.message.replace('[0]', '[#]')} ${body.description}`;
      t.ok(rows.has(row) || (status === 422 && body.description === 'Value is invalid'), row);
    }
  }
});

t.test('null is as good as nothing, wherever it stands', async (t) => {
  for (const { name } of REQUEST) {
    if (['sipPhoneModel', 'customer', 'macAddress', 'softkeys[].index', 'softkeys[].function'].includes(name)) continue;
    const plain = { sipPhoneModel: MODELS.desk._id, customer: ids.own, macAddress: newMac() };
    const key = name.startsWith('softkeys[]') ? { softkeys: [{ index: 0, function: 'DND' }] } : {};
    const without = await make({ ...plain, ...key, macAddress: newMac() });
    const { status, body } = await create(withValueAt({ ...plain, ...key }, name, null));
    t.equal(status, 201, name);
    const empty = name.startsWith('purchaseInfo.sidePanels[]') ? { purchaseInfo: { sidePanels: [{}] } } : {};
    t.same(comparable(body), { ...comparable(without), ...empty }, name);
  }
});

t.test('the example of the request works with real ids', async (t) => {
  const { extension, customer } = DESK;
  const real = { sipPhoneModel: MODELS.desk._id, extension, customer };
  const phone = await make({ ...REQUEST_EXAMPLE, ...real });
  const { instanceId, ...kept } = REQUEST_EXAMPLE;
  t.match(phone, { ...kept, ...real });
  t.notOk('instanceId' in phone);
});

t.test('the example of the response can be sent back with real ids', async (t) => {
  const { extension, customer } = DESK;
  const [first, second] = RESPONSE_EXAMPLE.softkeys as [object, object];
  const real = {
    ...{ sipPhoneModel: MODELS.desk._id, extension, customer, macAddress: newMac() },
    softkeys: [first, { ...second, value: extension }],
  };
  const { product } = things;
  const sold = RESPONSE_EXAMPLE.purchaseInfo.sidePanels.map((panel) => ({ ...panel, product }));
  const phone = await make({
    ...{ ...RESPONSE_EXAMPLE, ...real, purchaseInfo: { ...RESPONSE_EXAMPLE.purchaseInfo, sidePanels: sold } },
  });
  const { _id, username, password, status, instanceId, handsetAddress, handsetIndex, ip, purchaseInfo, ...kept } =
    RESPONSE_EXAMPLE;
  const date = '2015-01-01T00:00:00Z';
  t.match(phone, {
    ...{ ...kept, ...real, ip: { mode: 'LOCKED', address: ip.address } },
    purchaseInfo: {
      ...purchaseInfo,
      sidePanels: sold.map((panel) => ({ ...panel, date })),
    },
  });
  for (const name of ['_id', 'username', 'password'] as const) t.not(phone[name], RESPONSE_EXAMPLE[name]);
  t.equal(phone.status.online, false);
});

async function make(body: object): Promise<Phone> {
  const { status, body: phone } = await create(body);
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(phone)}`);
  return phone;
}

async function read(id: string): Promise<Phone> {
  return (await call('ADMIN', 'GET', `/pbx/sipphone/${id}`)).json();
}

/** Lets a phone fetch its configuration and register. */
async function bringToLife({ _id, username }: Phone): Promise<void> {
  await store.redis.hset(keys.phone(_id), 'configLoaded', clock.now);
  const phone = await store.bindings.findPhone(username);
  if (phone === undefined) throw new Error('unknown username');
  const source = {
    address: '2001:db8::17',
    port: 5060,
    protocol: 'udp',
    country: undefined,
    userAgent: 'Mitel6869i/6.3',
  };
  const nonce = { id: `${clock.now}-a`, count: 1, age: 60_000 };
  const contacts = [{ key: 'a', uri: `sip:${username}@192.168.1.10`, expires: 600 }];
  const outcome = await store.bindings.register(
    { phone, now: clock.now, lock: undefined, nonce, source },
    { callId: 'c', cseq: 1, contacts, limit: 5, localAddress: '192.168.1.10', server: 'edge' },
  );
  if (!outcome.done) throw new Error(outcome.rejection);
}

/** A phone as it was read, with another address and other serials: what must be unique. */
function fresh(phone: Phone): Phone {
  const { purchaseInfo } = phone;
  const sidePanels = purchaseInfo?.sidePanels?.map((panel) => ({ ...panel, serial: `${panel.serial}-${newMac()}` }));
  return {
    ...{ ...phone, macAddress: newMac() },
    ...(purchaseInfo && { purchaseInfo: { ...purchaseInfo, ...(sidePanels && { sidePanels }) } }),
  };
}

/** A phone without what is unique or comes about by itself. */
function comparable({ _id, username, password, status, macAddress, purchaseInfo, ...phone }: Phone): object {
  if (purchaseInfo === undefined) return phone;
  const sidePanels = purchaseInfo.sidePanels?.map(({ serial, ...panel }) => panel);
  return { ...phone, purchaseInfo: { ...purchaseInfo, sidePanels } };
}

function hasType(name: string, type: Property['type'], value: unknown): boolean {
  return TYPES[NUMBERS.includes(name) ? 'Number' : type](value);
}

function isId(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{24}$/.test(value);
}
