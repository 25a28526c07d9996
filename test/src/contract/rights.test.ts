import type { Phone } from '@ringfence/phone';
import t from 'tap';
import { MODELS, startWorld } from './world.js';

const world = await startWorld(t);
const { call, create, ids, newMac, store, things } = world;

const soft = (more: object = {}) => ({ sipPhoneModel: MODELS.soft._id, ...more });
const DENIED = { code: 403, message: 'access_denied', description: 'Insufficient access level' };

t.test('each level creates phones for those whom it may see, and for nobody else', async (t) => {
  const { own, sibling, foreign, inactive } = ids;
  const NONE = { code: 404, message: 'customer', description: 'Customer not found or not active' };
  const table: [level: string, customer: string | undefined, expected: number | object][] = [
    ['ADMIN', own, 201],
    ['ADMIN', foreign, 201],
    ['ADMIN', inactive, NONE],
    ['ADMIN', undefined, NONE],
    ['RESELLER', own, 201],
    ['RESELLER', sibling, 201],
    ['RESELLER', foreign, DENIED],
    ['RESELLER', undefined, NONE],
    ['OWNER', own, 201],
    ['OWNER', undefined, 201],
    ['OWNER', sibling, DENIED],
    ['OWNER', 'abadcafe'.repeat(3), DENIED],
    ['MANAGER', undefined, 201],
    ['MANAGER', foreign, DENIED],
    ['VIEWER', own, DENIED],
    ['PERSONAL', own, DENIED],
  ];
  for (const [level, customer, expected] of table) {
    const { status, body } = await create(soft({ customer }), level);
    const title = `${level} for ${Object.keys(ids).find((name) => ids[name] === customer)}`;
    if (typeof expected === 'number') {
      t.equal(status, expected, title);
      t.equal(body.customer, customer ?? own, title);
    } else t.same(body, expected, title);
  }
});

t.test('the customer left out is the caller’s own, whose id may be written in any case', async (t) => {
  for (const customer of [undefined, null, ids.own?.toUpperCase()]) {
    t.equal((await create(soft({ customer }), 'OWNER')).body.customer, ids.own);
  }
});

t.test('how a phone is paid for is set and seen by resellers and admins only', async (t) => {
  const purchaseInfo = { orderId: '500912', paymentOption: 'BOUGHT' };
  for (const level of ['ADMIN', 'RESELLER']) {
    const { body } = await create(soft({ customer: ids.own, purchaseInfo }), level);
    t.same(body.purchaseInfo, purchaseInfo, level);
    for (const reader of ['ADMIN', 'RESELLER', 'OWNER', 'MANAGER', 'VIEWER']) {
      const shown = (await call(reader, 'GET', `/pbx/sipphone/${body._id}`)).json<Phone>();
      t.same(shown.purchaseInfo, ['ADMIN', 'RESELLER'].includes(reader) ? purchaseInfo : undefined, reader);
      t.equal(shown.password, reader === 'VIEWER' ? undefined : body.password, reader);
    }
  }
  for (const level of ['OWNER', 'MANAGER']) {
    t.same((await create(soft({ purchaseInfo }), level)).body, DENIED, level);
    t.equal((await create(soft({ purchaseInfo: null }), level)).status, 201, level);
  }
});

t.test('what belongs to others answers as if it did not exist', async (t) => {
  const { directory } = store;
  const customer = ids.sibling as string;
  const sibling = {
    group: (await directory.groups.create({ _id: 'a1'.repeat(12), customer, name: 'g', controllers: [] }))._id,
    queue: (await directory.queues.create({ _id: 'a2'.repeat(12), customer, name: 'q' }))._id,
    device: (await create(soft({ customer }))).body._id as string,
  };
  const unknown = 'abadcafe'.repeat(3);
  const ask = async (id: (name: 'group' | 'queue' | 'device' | 'extension') => string, level: string) => {
    const body = {
      ...{ sipPhoneModel: MODELS.desk._id, macAddress: newMac(), customer: ids.own, extension: id('extension') },
      softkeys: [
        { index: 0, function: 'BLF', value: id('extension') },
        { index: 1, function: 'PICKUPGROUP', value: id('group') },
        { index: 2, function: 'QUEUE', value: id('queue') },
        { index: 3, function: 'DNDOTHER', value: id('device') },
      ],
    };
    return (await create(body, level)).body;
  };
  for (const level of ['OWNER', 'RESELLER', 'ADMIN']) {
    const foreign = await ask(
      (name) => (name === 'extension' ? ids['sibling extension'] : sibling[name]) as string,
      level,
    );
    t.same(foreign, await ask(() => unknown, level), level);
    t.same(
      foreign.inner.map(({ description }: { description: string }) => description),
      ['Extension not found', 'Extension not found', 'Group not found', 'Queue not found', 'Device not found'],
    );
    const ours = { ...things, extension: ids['own extension'] as string };
    t.equal((await ask((name) => ours[name], level)).customer, ids.own, 'while our own is found');
  }
  for (const level of ['OWNER', 'MANAGER', 'VIEWER']) {
    const response = await call(level, 'GET', `/pbx/sipphone/${sibling.device}`);
    const none = await call(level, 'GET', `/pbx/sipphone/${unknown}`);
    t.same([response.statusCode, response.json()], [404, none.json()], level);
  }
});
