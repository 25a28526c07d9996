import { randomBytes } from 'node:crypto';
import { keys } from '@ringfence/store';
import t from 'tap';
import { startApi } from '../../testing.js';

const { call, ids, store } = await startApi(t);
const url = 'https://example.com/hook';

t.test('a webhook is made, shown without its secret, changed and removed', async (t) => {
  const response = await call('OWNER', 'POST', '/webhook', { url, types: ['call.*'] });
  t.equal(response.statusCode, 201);
  const { secret, ...made } = response.json();
  t.equal(response.headers.location, `/webhook/${made._id}`);
  t.equal(Buffer.from(secret.slice('whsec_'.length), 'base64').length, 32);
  const status = { queued: 0, dead: 0, failures: 0 };
  t.match(made, { customer: ids.own, url, types: ['call.*'], active: true, status });
  t.same((await call('VIEWER', 'GET', `/webhook/${made._id}`)).json(), made);
  t.same((await call('VIEWER', 'GET', '/webhook')).json(), { offset: 0, limit: 50, total: 1, webhooks: [made] });
  t.notMatch(await store.redis.hget(keys.webhooks, made._id), secret, 'it is sealed');
  t.equal(await store.webhooks.secret(made._id), secret);

  const put = async (body: object) => (await call('OWNER', 'PUT', `/webhook/${made._id}`, body)).json();
  t.match(await put({ active: false }), { active: false, types: ['call.*'], secret: undefined });
  t.equal((await put({ types: null })).types, undefined);
  t.match(await put({ url: `${url}/2` }), { url: `${url}/2`, active: false });
  const own = `whsec_${randomBytes(24).toString('base64')}`;
  t.equal((await put({ secret: own })).secret, undefined, 'what is known is not told');
  t.equal(await store.webhooks.secret(made._id), own);
  const { secret: another } = await put({ secret: null });
  t.equal(await store.webhooks.secret(made._id), another);
  t.match(await put(made), { url, types: ['call.*'], active: true }, 'what was read can be sent back');

  await call('ADMIN', 'PUT', `/customer/${ids.own}`, { active: true });
  t.same((await call('OWNER', 'DELETE', `/webhook/${made._id}`)).json(), { success: true });
  t.equal((await call('OWNER', 'GET', `/webhook/${made._id}`)).statusCode, 404);
});

t.test('everything that is wrong is told at once', async (t) => {
  const table: [body: object, errors: string[]][] = [
    [{}, ['422 url']],
    [{ url: null }, ['422 url']],
    [{ url: 5 }, ['422 url']],
    [{ url: 'http://example.com' }, []],
    [{ url: 'http://10.0.0.1/' }, ['422 url']],
    [{ url: 'https://192.168.0.1/' }, ['422 url']],
    [{ url, types: ['nonsense'] }, ['422 types']],
    [{ url, types: 'call.*' }, ['422 types']],
    [{ url, active: 'yes' }, ['422 active']],
    [{ url, secret: 'short' }, ['422 secret']],
    [{ url, secret: `whsec_${randomBytes(23).toString('base64')}` }, ['422 secret']],
    [{ url, secret: `whsec_${randomBytes(64).toString('base64')}` }, []],
    [{ url, customer: 'x' }, ['404 customer']],
    [{ customer: 5, types: [5], nonsense: 1 }, ['404 customer', '422 url', '422 types[0]', '422 nonsense']],
  ];
  for (const [body, errors] of table) {
    const answer = (await call('OWNER', 'POST', '/webhook', body)).json();
    const told = answer._id !== undefined ? [] : (answer.inner ?? [answer]);
    t.same(
      told.map(({ code, message }: { code: number; message: string }) => `${code} ${message}`),
      errors,
      JSON.stringify(body),
    );
  }
  const { _id } = (await call('OWNER', 'POST', '/webhook', { url })).json();
  t.match((await call('ADMIN', 'PUT', `/webhook/${_id}`, { customer: ids.foreign })).json(), {
    ...{ code: 422, message: 'customer' },
  });
  t.equal((await call('ADMIN', 'PUT', `/webhook/${_id}`, { customer: ids.own?.toUpperCase() })).statusCode, 200);
});

t.test('each caller sees the webhooks of its customers, a reseller its own too, and ADMIN all', async (t) => {
  await store.redis.del(keys.webhooks);
  for (const customer of ['own', 'sibling', 'foreign']) {
    await call('ADMIN', 'POST', '/webhook', { url: `${url}/${customer}`, customer: ids[customer] });
  }
  await call('RESELLER', 'POST', '/webhook', { url: `${url}/reseller` });
  await call('ADMIN', 'POST', '/webhook', { url: `${url}/all` });
  const table: [token: string, query: string, expected: string][] = [
    ['ADMIN', '', 'own sibling foreign reseller all'],
    ['ADMIN', `?customer=${ids.foreign}`, 'foreign'],
    ['ADMIN', '?offset=1&limit=2', 'sibling foreign'],
    ['RESELLER', '', 'own sibling reseller'],
    ['RESELLER', `?customer=${ids.sibling}`, 'sibling'],
    ['OWNER', '', 'own'],
    ['VIEWER', '', 'own'],
  ];
  const all = (await call('ADMIN', 'GET', '/webhook')).json().webhooks;
  for (const [token, query, expected] of table) {
    const { webhooks } = (await call(token, 'GET', `/webhook${query}`)).json();
    t.equal(webhooks.map((one: { url: string }) => one.url.slice(url.length + 1)).join(' '), expected, token + query);
  }
  for (const [token, expected] of [
    ['ADMIN', [200, 200, 200, 200, 200]],
    ['RESELLER', [200, 200, 404, 200, 404]],
    ['MANAGER', [200, 404, 404, 404, 404]],
  ] as const) {
    const statuses = all.map(
      async ({ _id }: { _id: string }) => (await call(token, 'GET', `/webhook/${_id}`)).statusCode,
    );
    t.same(await Promise.all(statuses), expected, token);
  }
});

t.test('a customer that has webhooks is not removed', async (t) => {
  const { _id } = (await call('ADMIN', 'POST', '/customer', { name: 'x' })).json();
  const webhook = (await call('ADMIN', 'POST', '/webhook', { url, customer: _id })).json();
  t.equal((await call('ADMIN', 'DELETE', `/customer/${_id}`)).statusCode, 409);
  await call('ADMIN', 'DELETE', `/webhook/${webhook._id}`);
  t.equal((await call('ADMIN', 'DELETE', `/customer/${_id}`)).statusCode, 200);
});

t.test('what was given up is listed, the newest first, and forgotten', async (t) => {
  const { _id } = (await call('OWNER', 'POST', '/webhook', { url })).json();
  for (const attempts of [1, 2, 3]) {
    const event = JSON.stringify({ id: `${attempts}-0`, type: 'phone.refused', at: 1 });
    await store.redis.xadd(keys.webhookDead(_id), '*', 'event', event, 'attempts', attempts, 'reason', 'x', 'at', 1);
  }
  const dead = async (query = '') => (await call('VIEWER', 'GET', `/webhook/${_id}/dead${query}`)).json();
  const { total, dead: entries } = await dead('?offset=1&limit=1');
  t.match([total, entries], [3, [{ attempts: 2, event: { id: '2-0' }, at: '1970-01-01T00:00:00.001Z' }]]);
  t.equal((await call('OWNER', 'DELETE', `/webhook/${_id}/dead/${entries[0]._id}`)).statusCode, 200);
  t.equal((await call('OWNER', 'DELETE', `/webhook/${_id}/dead/${entries[0]._id}`)).statusCode, 404);
  t.equal((await call('OWNER', 'DELETE', `/webhook/${_id}/dead/x`)).statusCode, 404);
  t.same((await call('OWNER', 'DELETE', `/webhook/${_id}/dead`)).json(), { forgotten: 2 });
  t.equal((await dead()).total, 0);
});
