import { CATALOGUE } from '@ringfence/phone';
import t from 'tap';
import { startApi } from '../testing.js';

const { app, call, ids, store } = await startApi(t);
const [model] = CATALOGUE.filter(({ brand }) => brand === 'GENERIC').map(({ _id }) => _id);

/** A phone of each customer. */
const phones: Record<string, string> = {};
for (const customer of ['own', 'sibling', 'foreign']) {
  const body = { sipPhoneModel: model, customer: ids[customer], purchaseInfo: { orderId: '7' } };
  phones[customer] = (await call('ADMIN', 'POST', '/pbx/sipphone', body)).json()._id;
}

for (const owner of ['own', 'sibling', 'foreign']) {
  for (const kind of ['group', 'queue']) {
    const body = { customer: ids[owner], name: owner };
    ids[`${owner} ${kind}`] = (await call('ADMIN', 'POST', `/pbx/${kind}`, body)).json()._id;
  }
}
const product = (await call('ADMIN', 'POST', '/product', { name: 'x' })).json()._id;

const LEVELS = ['ADMIN', 'RESELLER', 'OWNER', 'MANAGER', 'VIEWER', 'PERSONAL'] as const;

/** Who asks for what: the method, the path, the body, and the status for each of {@link LEVELS}. */
type Row = [title: string, method: Method, url: string, body: Body, statuses: number[]];
type Body = object | (() => object) | undefined;
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

const unknown = 'f'.repeat(24);
const ALL_READ = [200, 200, 200, 200, 200, 403];
const ADMIN_ONLY = [403, 403, 403, 403, 403];
const create = (customer?: string, more = {}) => ({ sipPhoneModel: model, ...(customer && { customer }), ...more });

const SIP_PHONES: Row[] = [
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
];

/** The status that ends what is done with a phone that there is, other than 200: it has no bindings, and its model no words. */
const DONE: Record<string, number> = { bindings: 404, reboot: 409, configreload: 409 };

/** What is done with a phone that there is, with the same rights for each. */
const ONE_PHONE: Row[] = (
  [
    ['change', 'PUT', '', {}],
    ['update', 'POST', '', {}],
    ['unlock', 'POST', '/unlock', undefined],
    ['reboot', 'POST', '/reboot', undefined],
    ['have rebooted', 'GET', '/reboot', undefined],
    ['reload the configuration of', 'POST', '/configreload', undefined],
    ['have the configuration reloaded of', 'GET', '/configreload', undefined],
    ['reset the credentials of', 'POST', '/resetcredentials', undefined],
    ['have the credentials reset of', 'GET', '/resetcredentials', undefined],
    ['remove the bindings of', 'DELETE', '/bindings', undefined],
    ['remove a binding of', 'DELETE', `/bindings/${'f'.repeat(16)}`, undefined],
  ] as [words: string, method: Method, path: string, body: Body][]
).flatMap(([words, method, path, body]): Row[] => {
  const url = (owner: string) => `/pbx/sipphone/${phones[owner]}${path}`;
  const done = path === '/bindings' ? 200 : (DONE[path.split('/')[1] ?? ''] ?? 200);
  return [
    [`${words} an own phone`, method, url('own'), body, [done, done, done, done, 403, 403]],
    [`${words} a phone of a sibling`, method, url('sibling'), body, [done, done, 404, 404, 403, 403]],
    [`${words} a foreign phone`, method, url('foreign'), body, [done, 404, 404, 404, 403, 403]],
    [`${words} an unknown phone`, method, `/pbx/sipphone/${unknown}${path}`, body, [404, 404, 404, 404, 403, 403]],
  ];
});

const PHONE_LISTS: Row[] = [
  ['list phones', 'GET', '/pbx/sipphone', undefined, [200, 200, 200, 200, 200, 403]],
  ['list own phones', 'GET', `/pbx/sipphone?customer=${ids.own}`, undefined, [200, 200, 200, 200, 200, 403]],
  [
    "list a sibling's phones",
    'GET',
    `/pbx/sipphone?customer=${ids.sibling}`,
    undefined,
    [200, 200, 403, 403, 403, 403],
  ],
  ['list foreign phones', 'GET', `/pbx/sipphone?customer=${ids.foreign}`, undefined, [200, 403, 403, 403, 403, 403]],
  ['list own bindings', 'GET', `/pbx/sipphone/${phones.own}/bindings`, undefined, [200, 200, 200, 200, 200, 403]],
  ['read an own history', 'GET', `/pbx/sipphone/${phones.own}/history`, undefined, ALL_READ],
  [
    'read a foreign history',
    'GET',
    `/pbx/sipphone/${phones.foreign}/history`,
    undefined,
    [200, 404, 404, 404, 404, 403],
  ],
  [
    'list foreign bindings',
    'GET',
    `/pbx/sipphone/${phones.foreign}/bindings`,
    undefined,
    [200, 404, 404, 404, 404, 403],
  ],
  [
    'give a phone to a foreign customer',
    'PUT',
    `/pbx/sipphone/${phones.own}`,
    { customer: ids.foreign },
    [200, 403, 403, 403, 403, 403],
  ],
  ['remove an unknown phone', 'DELETE', `/pbx/sipphone/${unknown}`, undefined, [404, 404, 404, 404, 403, 403]],
  ['remove a foreign phone', 'DELETE', `/pbx/sipphone/${phones.foreign}`, undefined, [200, 404, 404, 404, 403, 403]],
];

/** What all customers share: read by all, if anybody does, and written by ADMIN. */
const SHARED: Row[] = [
  ['list models', 'GET', '/pbx/sipphonemodels', undefined, ALL_READ],
  ['read a model', 'GET', `/pbx/sipphonemodels/${model}`, undefined, ALL_READ],
  ['read an unknown model', 'GET', `/pbx/sipphonemodels/${unknown}`, undefined, [404, 404, 404, 404, 404, 403]],
  ['create a model', 'POST', '/pbx/sipphonemodels', {}, [422, ...ADMIN_ONLY]],
  ['change a model', 'PUT', `/pbx/sipphonemodels/${model}`, {}, [200, ...ADMIN_ONLY]],
  ['list products', 'GET', '/product', undefined, ALL_READ],
  ['read a product', 'GET', `/product/${product}`, undefined, ALL_READ],
  ['create a product', 'POST', '/product', { name: 'x' }, [201, ...ADMIN_ONLY]],
  ['change a product', 'PUT', `/product/${product}`, { name: 'y' }, [200, ...ADMIN_ONLY]],
  ['remove a product', 'DELETE', `/product/${unknown}`, undefined, [404, ...ADMIN_ONLY]],
  ['list tokens', 'GET', '/token', undefined, [200, ...ADMIN_ONLY]],
  ['read the own token', 'GET', '/token/self', undefined, [200, 200, 200, 200, 200, 200]],
  ['create a token', 'POST', '/token', { level: 'ADMIN', name: 'x' }, [201, ...ADMIN_ONLY]],
  ['revoke a token', 'DELETE', `/token/${unknown}`, undefined, [404, ...ADMIN_ONLY]],
  ['list changes', 'GET', '/audit', undefined, [200, 200, 200, 200, 403, 403]],
  ['ask for health', 'GET', '/health', undefined, [200, 200, 200, 200, 200, 200]],
];

const CUSTOMERS: Row[] = [
  ['list customers', 'GET', '/customer', undefined, ALL_READ],
  ['read the own customer', 'GET', `/customer/${ids.own}`, undefined, ALL_READ],
  ['read a sibling', 'GET', `/customer/${ids.sibling}`, undefined, [200, 200, 403, 403, 403, 403]],
  ['read a foreign customer', 'GET', `/customer/${ids.foreign}`, undefined, [200, 403, 403, 403, 403, 403]],
  ['read an unknown customer', 'GET', `/customer/${unknown}`, undefined, [404, 403, 403, 403, 403, 403]],
  ['create a customer', 'POST', '/customer', { name: 'x' }, [201, 201, 403, 403, 403, 403]],
  ["create another reseller's", 'POST', '/customer', { name: 'x', reseller: unknown }, [201, 403, 403, 403, 403, 403]],
  ['change the own customer', 'PUT', `/customer/${ids.own}`, { name: 'own' }, [200, 200, 403, 403, 403, 403]],
  ['change a sibling', 'PUT', `/customer/${ids.sibling}`, { name: 'sibling' }, [200, 200, 403, 403, 403, 403]],
  ['change a foreign customer', 'PUT', `/customer/${ids.foreign}`, { name: 'foreign' }, [200, ...ADMIN_ONLY]],
  ['change an unknown customer', 'PUT', `/customer/${unknown}`, { name: 'x' }, [404, ...ADMIN_ONLY]],
  ['remove a customer', 'DELETE', `/customer/${unknown}`, undefined, [404, ...ADMIN_ONLY]],
];

/** What belongs to a customer, with the same rights for each kind. */
const OWNED: Row[] = ['extension', 'group', 'queue'].flatMap((kind): Row[] => {
  const path = `/pbx/${kind}`;
  const [own, sibling, foreign] = ['own', 'sibling', 'foreign'].map(
    (owner) => `${path}/${ids[`${owner} ${kind}`]}`,
  ) as [string, string, string];
  const make = (customer?: string) => () => ({ ...(customer && { customer }), name: 'x', ...special(kind) });
  return [
    [`list ${kind}s`, 'GET', path, undefined, [404, 404, 200, 200, 200, 403]],
    [`list own ${kind}s`, 'GET', `${path}?customer=${ids.own}`, undefined, ALL_READ],
    [`list a sibling's ${kind}s`, 'GET', `${path}?customer=${ids.sibling}`, undefined, [200, 200, 403, 403, 403, 403]],
    [`list foreign ${kind}s`, 'GET', `${path}?customer=${ids.foreign}`, undefined, [200, ...ADMIN_ONLY]],
    [`list nobody's ${kind}s`, 'GET', `${path}?customer=${unknown}`, undefined, [404, ...ADMIN_ONLY]],
    [`read an own ${kind}`, 'GET', own, undefined, ALL_READ],
    [`read a sibling's ${kind}`, 'GET', sibling, undefined, [200, 200, 404, 404, 404, 403]],
    [`read a foreign ${kind}`, 'GET', foreign, undefined, [200, 404, 404, 404, 404, 403]],
    [`read an unknown ${kind}`, 'GET', `${path}/${unknown}`, undefined, [404, 404, 404, 404, 404, 403]],
    [`create a ${kind} for nobody in particular`, 'POST', path, make(), [404, 404, 201, 201, 403, 403]],
    [`create an own ${kind}`, 'POST', path, make(ids.own), [201, 201, 201, 201, 403, 403]],
    [`create a sibling's ${kind}`, 'POST', path, make(ids.sibling), [201, 201, 403, 403, 403, 403]],
    [`create a foreign ${kind}`, 'POST', path, make(ids.foreign), [201, ...ADMIN_ONLY]],
    [`change an own ${kind}`, 'PUT', own, { name: 'y' }, [200, 200, 200, 200, 403, 403]],
    [`change a sibling's ${kind}`, 'PUT', sibling, { name: 'y' }, [200, 200, 404, 404, 403, 403]],
    [`change a foreign ${kind}`, 'PUT', foreign, { name: 'y' }, [200, 404, 404, 404, 403, 403]],
    [`change an unknown ${kind}`, 'PUT', `${path}/${unknown}`, { name: 'y' }, [404, 404, 404, 404, 403, 403]],
    [`remove an unknown ${kind}`, 'DELETE', `${path}/${unknown}`, undefined, [404, 404, 404, 404, 403, 403]],
    [`remove a foreign ${kind}`, 'DELETE', foreign, undefined, [200, 404, 404, 404, 403, 403]],
  ];
});

let numbers = 1_000;

/** What an entry of a kind must have beside its name: an extension a number of its own. */
function special(kind: string): object {
  return kind === 'extension' ? { number: String(numbers++) } : {};
}

/** Nobody is banned here: what may be asked for is there for all who may ask. */
const BANS: Row[] = [
  ['list the bans', 'GET', '/bans', undefined, [200, 200, 200, 200, 200, 403]],
  ['lift the bans', 'DELETE', '/bans', undefined, [200, 200, 200, 200, 403, 403]],
  ['lift an unknown ban', 'DELETE', `/bans/${unknown}`, undefined, [404, 404, 404, 404, 403, 403]],
];

/** What tells how things stand, of a customer or of all that the caller may see. */
const LIVE: Row[] = ['calls', 'overview', 'history', 'counts'].flatMap((path): Row[] => [
  [`read the ${path} of all`, 'GET', `/${path}`, undefined, ALL_READ],
  [`read the own ${path}`, 'GET', `/${path}?customer=${ids.own}`, undefined, ALL_READ],
  [`read a sibling's ${path}`, 'GET', `/${path}?customer=${ids.sibling}`, undefined, [200, 200, 403, 403, 403, 403]],
  [`read foreign ${path}`, 'GET', `/${path}?customer=${ids.foreign}`, undefined, [200, ...ADMIN_ONLY]],
  [`read nobody's ${path}`, 'GET', `/${path}?customer=${unknown}`, undefined, [404, ...ADMIN_ONLY]],
]);

/** A webhook of each customer, and what is done with one. */
const hook = { url: 'https://example.com/hook' };
for (const owner of ['own', 'foreign']) {
  const body = { ...hook, customer: ids[owner] };
  ids[`${owner} webhook`] = (await call('ADMIN', 'POST', '/webhook', body)).json()._id;
}
const WEBHOOKS: Row[] = [
  ['list webhooks', 'GET', '/webhook', undefined, ALL_READ],
  ['list foreign webhooks', 'GET', `/webhook?customer=${ids.foreign}`, undefined, [200, ...ADMIN_ONLY]],
  ['create a webhook', 'POST', '/webhook', hook, [201, 201, 201, 201, 403, 403]],
  ['create a foreign webhook', 'POST', '/webhook', { ...hook, customer: ids.foreign }, [201, ...ADMIN_ONLY]],
  ...(
    [
      ['read', 'GET', '', [200, 404, 404, 404, 404, 403]],
      ['change', 'PUT', '', [200, 404, 404, 404, 403, 403]],
      ['read what was given up of', 'GET', '/dead', [200, 404, 404, 404, 404, 403]],
      ['forget what was given up of', 'DELETE', '/dead', [200, 404, 404, 404, 403, 403]],
      ['send again an event of', 'POST', '/dead/1-0', [404, 404, 404, 404, 403, 403]],
      ['forget an event of', 'DELETE', '/dead/1-0', [404, 404, 404, 404, 403, 403]],
      ['remove', 'DELETE', '', [200, 404, 404, 404, 403, 403]],
    ] as [words: string, method: Method, path: string, foreign: number[]][]
  ).flatMap(([words, method, path, foreign]): Row[] => {
    const body = method === 'PUT' ? {} : undefined;
    const [of = 0] = foreign;
    const reader = method === 'GET' ? of : 403;
    const isRemoval = method === 'DELETE' && path === '';
    const own: Row = [
      `${words} an own webhook`,
      method,
      `/webhook/${ids['own webhook']}${path}`,
      body,
      [of, of, of, of, reader, 403],
    ];
    const other: Row = [
      `${words} a foreign webhook`,
      method,
      `/webhook/${ids['foreign webhook']}${path}`,
      body,
      foreign,
    ];
    return isRemoval ? [other] : [own, other];
  }),
];

/** Requests whose answers have no end; their own tests have a table. */
const ENDLESS = ['GET /events'];

const TABLE = [
  ...WEBHOOKS,
  ...LIVE,
  ...BANS,
  ...SIP_PHONES,
  ...ONE_PHONE,
  ...SHARED,
  ...CUSTOMERS,
  ...OWNED,
  ...PHONE_LISTS,
];

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

for (const [title, method, url, body, statuses] of TABLE) {
  t.test(`who may ${title}`, async (t) => {
    // From those who may least, so that what one does can't hide what the next may not.
    for (const [at, level] of [...LEVELS.entries()].reverse()) {
      const response = await call(level, method, url, typeof body === 'function' ? body() : body);
      t.equal(response.statusCode, statuses[at], level);
      if (response.statusCode === 403) {
        t.same(response.json(), { code: 403, message: 'access_denied', description: 'Insufficient access level' });
      }
    }
  });
}

t.test('the table has every request of the API', async (t) => {
  const { paths } = (await app.inject('/docs/json')).json();
  for (const [path, methods] of Object.entries<object>(paths)) {
    const pattern = new RegExp(
      `^${path.replace('{id}', '[0-9a-f]{24}').replace('{binding}', '[0-9a-f]{16}').replace('{delivery}', '\\d+-\\d+')}(\\?|$)`,
    );
    for (const name of Object.keys(methods).map((name) => name.toUpperCase())) {
      t.ok(
        ENDLESS.includes(`${name} ${path}`) || TABLE.some(([, method, url]) => method === name && pattern.test(url)),
        `${name} ${path}`,
      );
    }
  }
});

t.test('editors remove what is of a customer that they may see', async (t) => {
  for (const kind of ['extension', 'group', 'queue']) {
    const statuses: number[] = [];
    for (const level of LEVELS) {
      const body = { customer: ids.own, name: 'x', ...special(kind) };
      const { _id } = (await call('ADMIN', 'POST', `/pbx/${kind}`, body)).json();
      statuses.push((await call(level, 'DELETE', `/pbx/${kind}/${_id}`)).statusCode);
    }
    t.same(statuses, [200, 200, 200, 200, 403, 403], kind);
  }
});

t.test('a reseller makes customers of its own, and gives none away', async (t) => {
  const made = (await call('RESELLER', 'POST', '/customer', { name: 'new' })).json();
  const { reseller } = (await call('RESELLER', 'GET', `/customer/${ids.own}`)).json();
  t.equal(made.reseller, reseller);
  for (const other of [unknown, null, 5]) {
    t.equal((await call('RESELLER', 'PUT', `/customer/${made._id}`, { reseller: other })).statusCode, 403);
  }
  t.equal((await call('RESELLER', 'DELETE', `/customer/${made._id}`)).statusCode, 403);
  t.same((await call('ADMIN', 'DELETE', `/customer/${made._id}`)).json(), { success: true });
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
