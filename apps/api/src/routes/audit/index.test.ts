import { CATALOGUE, type Phone } from '@ringfence/phone';
import { type AuditEntry, keys } from '@ringfence/store';
import t from 'tap';
import { startApi } from '../../testing.js';

const { call, ids, store, tokens, clock } = await startApi(t);
const generic = CATALOGUE.find(({ brand }) => brand === 'GENERIC')?._id;

const trail = async (query = '', token = 'ADMIN'): Promise<AuditEntry[]> =>
  (await call(token, 'GET', `/audit${query}`)).json().entries;
const newest = async () => (await trail('?limit=1'))[0];

t.test('what is made without the API is the work of the system', async (t) => {
  const [first] = (await trail('?limit=500')).reverse();
  t.same(first?.by, { name: 'system' });
  t.match(first, { object: 'customer', changes: { name: { after: 'own' }, active: { after: true } } });
  t.notOk(first?.method);
});

/** Where a phone is registered, at a server `s`. */
const binding = () => {
  const place = { contact: 'sip:x', server: 's', protocol: 'udp', address: '192.0.2.1' };
  return { ...place, expiresAt: clock.now + 60_000 };
};

t.test('every change tells who made it, by which request, what it was and what it is', async (t) => {
  const phone: Phone = (await call('OWNER', 'POST', '/pbx/sipphone', { sipPhoneModel: generic, notes: 'a' })).json();
  const url = `/pbx/sipphone/${phone._id}`;
  const { _id: by } = (await store.tokens.find(tokens.OWNER as string)) ?? {};
  const of = { object: 'phone', id: phone._id, customer: ids.own, by: { _id: by, name: 'test', level: 'OWNER' } };
  t.match(await newest(), { ...of, method: 'POST', path: '/pbx/sipphone', address: '127.0.0.1' });
  t.match((await newest())?.changes, { notes: { after: 'a' }, username: { after: phone.username } });
  t.equal((await newest())?.at as unknown, new Date(clock.now).toISOString());

  const table: [method: 'PUT' | 'POST' | 'DELETE', path: string, body: object | undefined, changes: object][] = [
    ['PUT', '', { notes: 'b' }, { notes: { before: 'a', after: 'b' } }],
    [
      'PUT',
      '',
      { notes: null, callWaiting: false },
      { notes: { before: 'b' }, callWaiting: { before: true, after: false } },
    ],
    [
      'PUT',
      '',
      { ip: { mode: 'LOCKED', address: '192.0.2.1' } },
      { ip: { after: { mode: 'LOCKED', address: '192.0.2.1' } } },
    ],
    ['POST', '/unlock', undefined, { ip: { before: { mode: 'LOCKED' }, after: { mode: 'OPEN' } } }],
    ['POST', '/resetcredentials', undefined, { username: { before: phone.username } }],
    ['DELETE', '/bindings', undefined, { contacts: { before: ['sip:x'] } }],
    ['DELETE', '', undefined, { callWaiting: { before: false } }],
  ];
  await store.redis.hset(keys.bindings(phone._id), 'x', JSON.stringify(binding()));
  for (const [method, path, body, changes] of table) {
    t.equal((await call('OWNER', method, url + path, body)).statusCode, 200);
    const entry = await newest();
    t.match(entry, { ...of, method, path: url + path, changes }, `${method} ${path}`);
    if (method === 'PUT') t.same(Object.keys(entry?.changes ?? {}), Object.keys(changes));
  }
});

t.test('so does every change of anything else', async (t) => {
  const made: Record<string, string> = {};
  const table: [
    method: 'PUT' | 'POST' | 'DELETE',
    path: string,
    object: string,
    body: object | undefined,
    changes: object,
  ][] = [
    ['POST', '/customer', 'customer', { name: 'n' }, { name: { after: 'n' } }],
    ['PUT', '/customer/:id', 'customer', { active: false }, { active: { before: true, after: false } }],
    ['DELETE', '/customer/:id', 'customer', undefined, { name: { before: 'n' } }],
    ['POST', '/pbx/extension', 'extension', { customer: ids.own, number: '7', name: 'n' }, { number: { after: '7' } }],
    ['PUT', '/pbx/extension/:id', 'extension', { name: 'm' }, { name: { before: 'n', after: 'm' } }],
    ['DELETE', '/pbx/extension/:id', 'extension', undefined, { number: { before: '7' } }],
    ['POST', '/pbx/group', 'group', { customer: ids.own, name: 'n' }, { name: { after: 'n' } }],
    ['POST', '/pbx/queue', 'queue', { customer: ids.own, name: 'n' }, { name: { after: 'n' } }],
    ['POST', '/product', 'product', { name: 'n' }, { name: { after: 'n' } }],
    ['PUT', `/pbx/sipphonemodels/${generic}`, 'model', { description: 'x' }, { description: { after: 'x' } }],
    ['POST', '/token', 'token', { level: 'OWNER', customer: ids.own, name: 'n' }, { level: { after: 'OWNER' } }],
    ['DELETE', '/token/:id', 'token', undefined, { level: { before: 'OWNER' } }],
  ];
  for (const [method, path, object, body, changes] of table) {
    const response = (await call('ADMIN', method, path.replace(':id', made[object] ?? ''), body)).json();
    made[object] ??= response._id;
    t.match(await newest(), { object, method, changes, by: { level: 'ADMIN' } }, `${method} ${path}`);
  }
  const [ban] = await bans(1);
  await call('OWNER', 'DELETE', `/bans/${ban?.id}`);
  t.match(await newest(), {
    object: 'ban',
    id: ban?.id,
    customer: ids.own,
    changes: { address: { before: '192.0.2.0' } },
  });
});

/** Bans of users of the customer `own`. */
async function bans(count: number) {
  const addresses = Array.from({ length: count }, (_, at) => `192.0.2.${at}`);
  return Promise.all(
    addresses.map((address) =>
      store.bans.count({ address, username: 'x', reason: 'wrong_passwords', points: 99, customer: ids.own }, 60_000),
    ),
  );
}

t.test('a phone that is told something is noted, what is refused or changes nothing is not', async (t) => {
  const desk = { sipPhoneModel: CATALOGUE.find(({ model }) => model === 'D785')?._id, macAddress: '000413000001' };
  const { _id }: Phone = (await call('OWNER', 'POST', '/pbx/sipphone', desk)).json();
  const before = await newest();
  const url = `/pbx/sipphone/${_id}`;
  for (const [method, path, body] of [
    ['PUT', '', {}],
    ['PUT', '', { pbxCluster: 3 }],
    ['POST', '/reboot', undefined],
    ['DELETE', '/bindings', undefined],
  ] as const) {
    await call('OWNER', method, url + path, body);
    t.same(await newest(), before, `${method} ${path}`);
  }
  await store.notices.claim('s', 0);
  await store.redis.hset(keys.bindings(_id), 'x', JSON.stringify(binding()));
  await call('MANAGER', 'GET', `${url}/reboot`);
  t.match(await newest(), { object: 'phone', id: _id, method: 'GET', path: `${url}/reboot`, by: { level: 'MANAGER' } });
});

t.test('secrets are nowhere in the trail, and long values are cut', async (t) => {
  const body = { sipPhoneModel: generic, customConfig: 'c'.repeat(60_000) };
  const { _id, password = '' }: Phone = (await call('OWNER', 'POST', '/pbx/sipphone', body)).json();
  const reset: Phone = (await call('OWNER', 'POST', `/pbx/sipphone/${_id}/resetcredentials`)).json();
  const token = (await call('ADMIN', 'POST', '/token', { level: 'ADMIN', name: 'x' })).json();
  const all = JSON.stringify(await store.redis.xrange(keys.audit, '-', '+'));
  for (const secret of [password, reset.password ?? '', token.token, ...Object.values(tokens)]) {
    t.ok(secret);
    t.notOk(all.includes(secret));
  }
  const [created] = (await trail(`?object=${_id}`)).reverse();
  t.match(created?.changes.customConfig?.after, /^"c{2000,}…$/);
  t.ok(JSON.stringify(created).length < 8_000);
});

t.test('each sees what the customers that it looks after have seen changed', async (t) => {
  const phone: Phone = (
    await call('ADMIN', 'POST', '/pbx/sipphone', {
      sipPhoneModel: generic,
      customer: ids.own,
      purchaseInfo: { orderId: '7' },
    })
  ).json();
  await call('ADMIN', 'PUT', `/pbx/sipphone/${phone._id}`, { customer: ids.foreign, notes: 'theirs' });
  for (const [token, query, sees] of [
    ['ADMIN', '', true],
    ['ADMIN', `?customer=${ids.sibling}`, false],
    ['RESELLER', '', true],
    ['OWNER', '', true],
    ['MANAGER', `?customer=${ids.own}`, true],
  ] as const) {
    const entries = (await trail(query, token)).filter(({ id }) => id === phone._id);
    t.equal(entries.length, sees ? 2 : 0, `${token} ${query}`);
    if (!sees) continue;
    const [moved, created] = entries;
    t.equal(
      created?.changes.purchaseInfo !== undefined,
      token === 'ADMIN' || token === 'RESELLER',
      `${token}: purchase`,
    );
    t.same(moved?.changes.customer, { before: ids.own, ...(token === 'ADMIN' && { after: ids.foreign }) });
    t.equal(moved?.changes.notes !== undefined, token === 'ADMIN', `${token}: what it became elsewhere`);
  }
  t.notOk((await trail('?limit=500', 'OWNER')).some(({ object }) => ['token', 'model', 'product'].includes(object)));
  for (const level of ['VIEWER', 'PERSONAL']) t.equal((await call(level, 'GET', '/audit')).statusCode, 403);
  t.equal((await call('OWNER', 'GET', `/audit?customer=${ids.foreign}`)).statusCode, 403);
});

t.test('it is read in parts, by thing and by token', async (t) => {
  const all = await trail('?limit=500');
  const parts: AuditEntry[] = [];
  for (let before = ''; ; before = `&before=${parts.at(-1)?._id}`) {
    const part = await trail(`?limit=7${before}`);
    if (part.length === 0) break;
    parts.push(...part);
  }
  t.same(parts, all);
  const groups = await trail('?object=group');
  t.ok(groups.length > 0 && groups.every(({ object }) => object === 'group'));
  const by = all.find(({ by }) => by.level === 'MANAGER')?.by._id;
  t.ok((await trail(`?by=${by}`)).every((entry) => entry.by._id === by));
  const members = Array.from({ length: 4_100 }, () =>
    store.redis.xadd(keys.audit, '*', 'at', '1', 'object', 'queue', 'id', 'x'),
  );
  await Promise.all(members);
  t.same(
    (await trail('?object=group')).map(({ _id }) => _id),
    groups.map(({ _id }) => _id),
    'however long it is',
  );
  for (const query of ['?limit=501', '?before=x', '?colour=red']) {
    t.equal((await call('ADMIN', 'GET', `/audit${query}`)).statusCode, 422);
  }
});
