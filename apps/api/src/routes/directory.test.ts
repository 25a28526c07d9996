import { newId } from '@ringfence/phone';
import t from 'tap';
import { startApi } from '../testing.js';

const { call, ids, store, server } = await startApi(t);
const customer = ids.own as string;
const unknown = 'f'.repeat(24);

/** One kind of entry: bodies that make it and change it, and what each makes of it. */
interface Row {
  path: string;
  many: string;
  level: string;
  body: Record<string, unknown>;
  entry: Record<string, unknown>;
  change: Record<string, unknown>;
  changed: Record<string, unknown>;
  /** Bodies that are wrong, each with its errors as `code path`. */
  wrong: [body: object, errors: string[]][];
}

const names: Row['wrong'] = [
  [{ name: ' ' }, ['422 name']],
  [{ name: 'x'.repeat(257) }, ['422 name']],
  [{ name: 5 }, ['422 name']],
  [{ name: 'a\0b' }, ['422 name']],
  [{ name: 'x', nonsense: 1, __proto: 2 }, ['422 nonsense', '422 __proto']],
];
const controller = ids['own extension'] as string;

const TABLE: Row[] = [
  {
    ...{ path: '/customer', many: 'customers', level: 'ADMIN' },
    ...{ body: { name: 'Acme' }, entry: { name: 'Acme', active: true } },
    ...{ change: { active: false }, changed: { name: 'Acme', active: false } },
    wrong: [
      ...names,
      [{}, ['422 name']],
      [{ name: 'x', active: 'yes', reseller: 'x' }, ['422 active', '422 reseller']],
    ],
  },
  {
    ...{ path: '/pbx/extension', many: 'extensions', level: 'OWNER' },
    ...{ body: { number: '2000', name: 'Hall' }, entry: { customer, number: '2000', name: 'Hall' } },
    ...{ change: { number: '2001' }, changed: { customer, number: '2001', name: 'Hall' } },
    wrong: [
      [{}, ['422 number', '422 name']],
      [{ number: '100', name: 'x' }, ['409 number']],
      [{ number: '1234567890123456', name: 'x' }, ['422 number']],
      [{ number: 100, name: null }, ['422 name', '422 number']],
      [{ number: '١٢', name: 'x' }, ['422 number']],
    ],
  },
  {
    ...{ path: '/pbx/group', many: 'groups', level: 'MANAGER' },
    body: { name: 'Sales', controllers: [controller.toUpperCase(), controller] },
    entry: { customer, name: 'Sales', controllers: [controller] },
    ...{ change: { controllers: [] }, changed: { customer, name: 'Sales', controllers: [] } },
    wrong: [
      ...names,
      [{ name: 'x', controllers: [unknown, ids['sibling extension']] }, ['404 controllers[0]', '404 controllers[1]']],
      [{ name: 'x', controllers: 'all' }, ['422 controllers']],
      [{ name: 'x', controllers: [5, 'x', null] }, ['422 controllers[0]', '422 controllers[1]', '422 controllers[2]']],
    ],
  },
  {
    ...{ path: '/pbx/queue', many: 'queues', level: 'RESELLER' },
    ...{ body: { customer, name: 'Support' }, entry: { customer, name: 'Support' } },
    ...{ change: { name: 'Help' }, changed: { customer, name: 'Help' } },
    wrong: [
      [{ name: 'x' }, ['404 customer']],
      [{ customer, name: '' }, ['422 name']],
    ],
  },
  {
    ...{ path: '/product', many: 'products', level: 'ADMIN' },
    ...{ body: { name: 'Desk phone' }, entry: { name: 'Desk phone' } },
    ...{ change: { name: 'Desk phone, rented' }, changed: { name: 'Desk phone, rented' } },
    wrong: names,
  },
];

/** The errors of an answer, as `code path`. */
function errorsOf(answer: { code: number; message: string; inner?: { code: number; message: string }[] }): string[] {
  return (answer.inner ?? [answer]).map(({ code, message }) => `${code} ${message}`);
}

for (const { path, many, level, body, entry, change, changed, wrong } of TABLE) {
  t.test(`${many} are created, read, listed, changed and removed`, async (t) => {
    const made = await call(level, 'POST', path, body);
    t.equal(made.statusCode, 201);
    const { _id, ...content } = made.json();
    t.equal(made.headers.location, `${path}/${_id}`);
    t.same(content, entry);
    t.same((await call(level, 'GET', `${path}/${_id.toUpperCase()}`)).json(), { _id, ...entry });

    const other = many === 'extensions' ? { ...made.json(), number: '2002' } : made.json();
    const again = await call(level, 'POST', path, other);
    t.equal(again.statusCode, 201, 'what was read can be sent to make another one');
    t.not(again.json()._id, _id);
    await call(level, 'DELETE', `${path}/${again.json()._id}`);
    if (level === 'RESELLER') t.equal((await call('OWNER', 'GET', path)).json().total, 1);

    const put = await call(level, 'PUT', `${path}/${_id}`, change);
    t.same([put.statusCode, put.json()], [200, { _id, ...changed }]);
    t.same((await call(level, 'PUT', `${path}/${_id}`, put.json())).json(), { _id, ...changed });
    const query = customer === content.customer ? `?customer=${customer}&limit=500` : '?limit=500';
    const list = (await call(level, 'GET', path + query)).json();
    t.equal(list.total, list[many].length);
    t.same(
      list[many].filter((one: { _id: string }) => one._id === _id),
      [{ _id, ...changed }],
    );

    t.same((await call(level, 'DELETE', `${path}/${_id}`)).json(), { success: true });
    for (const [method, payload] of [['GET'], ['PUT', change], ['DELETE']] as const) {
      t.equal((await call(level, method, `${path}/${_id}`, payload)).statusCode, 404, method);
      t.equal((await call(level, method, `${path}/${unknown}`, payload)).statusCode, 404, method);
      t.equal((await call(level, method, `${path}/x`, payload)).statusCode, 400, method);
    }
  });

  t.test(`everything that is wrong with one of the ${many} is told, and nothing is kept`, async (t) => {
    const count = await store.redis.dbsize();
    for (const [body, errors] of wrong) {
      const answer = await call(level, 'POST', path, body);
      t.same(errorsOf(answer.json()), errors, JSON.stringify(body).slice(0, 80));
      t.ok(answer.statusCode >= 400 && answer.statusCode < 500);
    }
    t.equal(await store.redis.dbsize(), count);
  });
}

t.test('a list is told in parts, and of what has a text in it', async (t) => {
  const { _id } = (await call('ADMIN', 'POST', '/customer', { name: 'Listed' })).json();
  for (let at = 0; at < 7; at++) {
    const body = { customer: _id, number: String(500 - at), name: at % 2 ? `Odd ${at}` : `Even ${at}` };
    t.equal((await call('ADMIN', 'POST', '/pbx/extension', body)).statusCode, 201);
  }
  const numbers = async (query: string) => {
    const { total, extensions } = (await call('ADMIN', 'GET', `/pbx/extension?customer=${_id}${query}`)).json();
    return [total, ...extensions.map(({ number }: { number: string }) => number)];
  };
  t.same(await numbers(''), [7, '494', '495', '496', '497', '498', '499', '500']);
  t.same(await numbers('&offset=5&limit=5'), [7, '499', '500']);
  t.same(await numbers('&offset=7'), [7]);
  t.same(await numbers('&filter=oDD'), [3, '495', '497', '499']);
  t.same(await numbers('&filter=odd&offset=1&limit=1'), [3, '497']);
  t.same(await numbers('&filter=49'), [6, '494', '495', '496', '497', '498', '499']);
  t.same(await numbers(`&filter=${_id}`), [0]);
  for (const query of ['&offset=-1', '&limit=0', '&limit=501', '&limit=x', '&colour=red', '&offset=1e99']) {
    t.equal((await call('ADMIN', 'GET', `/pbx/extension?customer=${_id}${query}`)).statusCode, 422, query);
  }
});

t.test('what something depends on is not removed', async (t) => {
  const owner = (await call('ADMIN', 'POST', '/customer', { name: 'Depended on' })).json()._id;
  const make = async (path: string, body: object) =>
    (await call('ADMIN', 'POST', path, { customer: owner, ...body })).json()._id;
  const extension = await make('/pbx/extension', { number: '1', name: 'x' });
  const group = await make('/pbx/group', { name: 'x', controllers: [extension] });
  const queue = await make('/pbx/queue', { name: 'x' });
  const product = (await call('ADMIN', 'POST', '/product', { name: 'x' })).json()._id;
  const models = (await call('ADMIN', 'GET', '/pbx/sipphonemodels?filter=D785')).json().sipPhoneModels;
  const softkeys = [
    { index: 0, function: 'PICKUPGROUP', value: group },
    { index: 1, function: 'QUEUE', value: queue },
  ];
  const phone = { sipPhoneModel: models[0]._id, macAddress: '000413aa0001', extension, product, softkeys };
  t.match(await make('/pbx/sipphone', phone), /^[0-9a-f]{24}$/);
  const entries = [`/customer/${owner}`, `/pbx/extension/${extension}`, `/pbx/group/${group}`, `/pbx/queue/${queue}`];
  for (const url of [...entries, `/product/${product}`]) {
    const answer = await call('ADMIN', 'DELETE', url);
    t.match([answer.statusCode, answer.json()], [409, { code: 409, message: 'in_use', description: /^[A-Z].+ / }], url);
    t.equal((await call('ADMIN', 'GET', url)).statusCode, 200, url);
  }
});

t.test('an entry stays with its customer', async (t) => {
  const { _id } = (await call('ADMIN', 'POST', '/pbx/queue', { customer, name: 'x' })).json();
  t.same((await call('ADMIN', 'PUT', `/pbx/queue/${_id}`, { customer: ids.foreign })).json(), {
    ...{ code: 422, message: 'customer', description: 'Customer cannot be changed' },
  });
  t.equal((await call('ADMIN', 'PUT', `/pbx/queue/${_id}`, { customer: customer.toUpperCase() })).statusCode, 200);
});

t.test('of simultaneous extensions with one number exactly one is made', async (t) => {
  const statuses = await Promise.all(
    Array.from({ length: 32 }, async () => {
      const body = { number: '7777', name: newId() };
      return (await call('OWNER', 'POST', '/pbx/extension', body)).statusCode;
    }),
  );
  t.same(
    statuses.sort().filter((status) => status !== 409),
    [201],
  );
});

t.test('while the store is down nothing is lost and nothing is said to be there', async (t) => {
  await server.stop();
  t.equal((await call('OWNER', 'POST', '/pbx/queue', { name: 'x' })).statusCode, 503);
  await server.start();
});
