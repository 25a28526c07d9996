import { CATALOGUE } from '@ringfence/phone';
import t from 'tap';
import { startApi } from '../testing.js';

const { call, ids, store } = await startApi(t);
const [model] = CATALOGUE.filter(({ brand }) => brand === 'GENERIC').map(({ _id }) => _id);

/** A phone of each customer. */
const phones: Record<string, string> = {};
for (const customer of ['own', 'sibling', 'foreign']) {
  const body = { sipPhoneModel: model, customer: ids[customer], purchaseInfo: { orderId: '7' } };
  phones[customer] = (await call('ADMIN', 'POST', '/pbx/sipphone', body)).json()._id;
}

const LEVELS = ['ADMIN', 'RESELLER', 'OWNER', 'MANAGER', 'VIEWER', 'PERSONAL'] as const;

/** Status for each level, in the order of {@link LEVELS}. */
type Row = [title: string, method: 'GET' | 'POST', url: string, body: object | undefined, statuses: number[]];

const unknown = 'f'.repeat(24);
const create = (customer?: string, more = {}) => ({ sipPhoneModel: model, ...(customer && { customer }), ...more });

const TABLE: Row[] = [
  ['create for nobody in particular', 'POST', '/pbx/sipphone', create(), [404, 404, 201, 201, 403, 403]],
  ['create for the own customer', 'POST', '/pbx/sipphone', create(ids.own), [201, 201, 201, 201, 403, 403]],
  ['create for a sibling', 'POST', '/pbx/sipphone', create(ids.sibling), [201, 201, 403, 403, 403, 403]],
  ['create for a foreign customer', 'POST', '/pbx/sipphone', create(ids.foreign), [201, 403, 403, 403, 403, 403]],
  ['create for an unknown customer', 'POST', '/pbx/sipphone', create(unknown), [404, 403, 403, 403, 403, 403]],
  ['create for an inactive customer', 'POST', '/pbx/sipphone', create(ids.inactive), [404, 403, 403, 403, 403, 403]],
  ['create for a malformed customer', 'POST', '/pbx/sipphone', create('x'), [404, 404, 404, 404, 403, 403]],
  [
    'create with purchase',
    'POST',
    '/pbx/sipphone',
    create(ids.own, { purchaseInfo: { orderId: '8' } }),
    [201, 201, 403, 403, 403, 403],
  ],
  [
    'create with an extension of a sibling',
    'POST',
    '/pbx/sipphone',
    create(ids.own, { extension: ids['sibling extension'] }),
    [404, 404, 404, 404, 403, 403],
  ],
  ['read an own phone', 'GET', `/pbx/sipphone/${phones.own}`, undefined, [200, 200, 200, 200, 200, 403]],
  ['read a phone of a sibling', 'GET', `/pbx/sipphone/${phones.sibling}`, undefined, [200, 200, 404, 404, 404, 403]],
  ['read a foreign phone', 'GET', `/pbx/sipphone/${phones.foreign}`, undefined, [200, 404, 404, 404, 404, 403]],
  ['read an unknown phone', 'GET', `/pbx/sipphone/${unknown}`, undefined, [404, 404, 404, 404, 404, 403]],
  ['list models', 'GET', '/pbx/sipphonemodels', undefined, [200, 200, 200, 200, 200, 403]],
  ['read a model', 'GET', `/pbx/sipphonemodels/${model}`, undefined, [200, 200, 200, 200, 200, 403]],
  ['list extensions', 'GET', '/pbx/extension', undefined, [404, 404, 200, 200, 200, 403]],
  ['list own extensions', 'GET', `/pbx/extension?customer=${ids.own}`, undefined, [200, 200, 200, 200, 200, 403]],
  ["list a sibling's", 'GET', `/pbx/extension?customer=${ids.sibling}`, undefined, [200, 200, 403, 403, 403, 403]],
  ['list foreign ones', 'GET', `/pbx/extension?customer=${ids.foreign}`, undefined, [200, 403, 403, 403, 403, 403]],
  ["list nobody's", 'GET', `/pbx/extension?customer=${unknown}`, undefined, [404, 403, 403, 403, 403, 403]],
  ['read an own extension', 'GET', `/pbx/extension/${ids['own extension']}`, undefined, [200, 200, 200, 200, 200, 403]],
  ["read a sibling's", 'GET', `/pbx/extension/${ids['sibling extension']}`, undefined, [200, 200, 404, 404, 404, 403]],
  [
    'read a foreign one',
    'GET',
    `/pbx/extension/${ids['foreign extension']}`,
    undefined,
    [200, 404, 404, 404, 404, 403],
  ],
  ['list customers', 'GET', '/customer', undefined, [200, 200, 200, 200, 200, 403]],
  ['read the own customer', 'GET', `/customer/${ids.own}`, undefined, [200, 200, 200, 200, 200, 403]],
  ['read a sibling', 'GET', `/customer/${ids.sibling}`, undefined, [200, 200, 403, 403, 403, 403]],
  ['read a foreign customer', 'GET', `/customer/${ids.foreign}`, undefined, [200, 403, 403, 403, 403, 403]],
  ['read an unknown customer', 'GET', `/customer/${unknown}`, undefined, [404, 403, 403, 403, 403, 403]],
  ['ask for health', 'GET', '/health', undefined, [200, 200, 200, 200, 200, 200]],
];

for (const [title, method, url, body, statuses] of TABLE) {
  t.test(`who may ${title}`, async (t) => {
    for (const [at, level] of LEVELS.entries()) {
      const response = await call(level, method, url, body);
      t.equal(response.statusCode, statuses[at], level);
      if (response.statusCode === 403) {
        t.same(response.json(), { code: 403, message: 'access_denied', description: 'Insufficient access level' });
      }
    }
  });
}

t.test('the password is shown to editors, the purchase to those who buy', async (t) => {
  const seen = async (level: string) => {
    const phone = (await call(level, 'GET', `/pbx/sipphone/${phones.own}`)).json();
    return ['username', 'password', 'purchaseInfo'].filter((name) => name in phone);
  };
  t.same(await seen('ADMIN'), ['username', 'password', 'purchaseInfo']);
  t.same(await seen('RESELLER'), ['username', 'password', 'purchaseInfo']);
  t.same(await seen('OWNER'), ['username', 'password']);
  t.same(await seen('MANAGER'), ['username', 'password']);
  t.same(await seen('VIEWER'), ['username']);
});

t.test('lists hold what the caller may see', async (t) => {
  const customers = async (level: string, query = '') => {
    const { total, customers } = (await call(level, 'GET', `/customer${query}`)).json();
    return [total, ...customers.map(({ name }: { name: string }) => name)];
  };
  t.same(await customers('ADMIN'), [4, 'own', 'sibling', 'foreign', 'inactive']);
  t.same(await customers('ADMIN', '?offset=1&limit=2'), [4, 'sibling', 'foreign']);
  t.same(await customers('RESELLER'), [2, 'own', 'sibling']);
  t.same(await customers('OWNER'), [1, 'own']);
  t.same(await customers('VIEWER', '?offset=1'), [1]);
  const extensions = (await call('VIEWER', 'GET', '/pbx/extension')).json();
  t.same(extensions, {
    ...{ offset: 0, limit: 50, total: 1 },
    extensions: [{ _id: ids['own extension'], customer: ids.own, number: '100', name: 'own' }],
  });
});

t.test('a reseller or customer that a token lacks is not everybody', async (t) => {
  const { text: reseller } = await store.tokens.create({ level: 'RESELLER', name: 'lost' });
  const { text: owner } = await store.tokens.create({ level: 'OWNER', name: 'lost' });
  for (const token of [reseller, owner]) {
    t.equal((await call(token, 'GET', '/customer')).json().total, 0);
    t.equal((await call(token, 'GET', `/pbx/sipphone/${phones.foreign}`)).statusCode, 404);
    t.equal((await call(token, 'POST', '/pbx/sipphone', create(ids.foreign))).statusCode, 403);
    t.equal((await call(token, 'POST', '/pbx/sipphone', create())).json().message, 'customer');
  }
});
