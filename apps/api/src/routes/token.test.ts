import t from 'tap';
import { startApi } from '../testing.js';

const { call, ids, clock } = await startApi(t);
const customer = ids.own as string;
const reseller = 'ab'.repeat(12);

t.test('a token is made, opens what its level says, is listed without its text, and revoked', async (t) => {
  const made = await call('ADMIN', 'POST', '/token', {
    level: 'VIEWER',
    customer: customer.toUpperCase(),
    name: 'wall',
  });
  t.equal(made.statusCode, 201);
  const { token, ...shown } = made.json();
  t.match(token, /^rf_[\w-]{43}$/);
  t.match(shown, {
    _id: /^[0-9a-f]{24}$/,
    level: 'VIEWER',
    customer,
    name: 'wall',
    created: '2030-01-01T00:00:00.000Z',
  });
  t.equal((await call(token, 'GET', '/pbx/extension')).statusCode, 200);
  t.equal((await call(token, 'POST', '/pbx/queue', { name: 'x' })).statusCode, 403);

  clock.now += 61_000;
  t.equal((await call(token, 'GET', '/pbx/extension')).statusCode, 200);
  const list = await call('ADMIN', 'GET', '/token?limit=500');
  t.notMatch(list.body, token);
  const [last] = list.json().tokens.slice(-1);
  t.same(last, { ...shown, lastUsed: '2030-01-01T00:01:01.000Z' });

  t.same((await call('ADMIN', 'DELETE', `/token/${shown._id}`)).json(), { success: true });
  t.equal((await call(token, 'GET', '/pbx/extension')).statusCode, 401);
  t.equal((await call('ADMIN', 'DELETE', `/token/${shown._id}`)).statusCode, 404);
  t.equal((await call('ADMIN', 'DELETE', '/token/x')).statusCode, 400);
});

t.test('a token that has expired opens nothing and is no longer listed', async (t) => {
  const made = async (expires: unknown) =>
    (await call('ADMIN', 'POST', '/token', { level: 'OWNER', customer, name: 'short', expires })).json();
  const seconds = await made(60);
  t.equal(seconds.expires, new Date(clock.now + 60_000).toISOString());
  const date = await made('2031-01-01');
  t.equal(date.expires, '2031-01-01T00:00:00.000Z');
  clock.now += 59_999;
  t.equal((await call(seconds.token, 'GET', '/pbx/extension')).statusCode, 200);
  clock.now += 1;
  t.same((await call(seconds.token, 'GET', '/pbx/extension')).json(), {
    ...{ code: 401, message: 'unauthorized', description: 'Token is missing, unknown or expired' },
  });
  t.equal((await call(date.token, 'GET', '/pbx/extension')).statusCode, 200);
  const listed = (await call('ADMIN', 'GET', '/token?limit=500')).json().tokens;
  t.same(
    listed.filter(({ name }: { name: string }) => name === 'short').map(({ _id }: { _id: string }) => _id),
    [date._id],
  );
});

t.test('everything that is wrong with a token is told', async (t) => {
  const table: [body: object, errors: string[]][] = [
    [{}, ['422 level', '422 name']],
    [{ level: 'KING', name: 'x' }, ['422 level']],
    [{ level: 'OWNER', name: 'x' }, ['422 customer']],
    [{ level: 'OWNER', name: 'x', customer: 'x' }, ['422 customer']],
    [{ level: 'OWNER', name: 'x', customer: 'f'.repeat(24) }, ['404 customer']],
    [{ level: 'OWNER', name: 'x', customer, reseller }, ['422 reseller']],
    [{ level: 'RESELLER', name: 'x' }, ['422 reseller']],
    [{ level: 'RESELLER', name: 'x', reseller, customer }, ['422 customer']],
    [{ level: 'ADMIN', name: '' }, ['422 name']],
    [{ level: 'ADMIN', name: 'x', expires: 'soon' }, ['422 expires']],
    [{ level: 'ADMIN', name: 'x', expires: '2029-12-31' }, ['422 expires']],
    [{ level: 'ADMIN', name: 'x', expires: 0 }, ['422 expires']],
    [{ level: 'ADMIN', name: 'x', expires: 1e300 }, ['422 expires']],
    [{ level: 'ADMIN', name: 'x', token: 'mine', _id: customer }, ['422 token', '422 _id']],
  ];
  const before = (await call('ADMIN', 'GET', '/token')).json().total;
  for (const [body, errors] of table) {
    const answer = (await call('ADMIN', 'POST', '/token', body)).json();
    const all: { code: number; message: string }[] = answer.inner ?? [answer];
    t.same(
      all.map(({ code, message }) => `${code} ${message}`),
      errors,
      JSON.stringify(body),
    );
  }
  t.equal((await call('ADMIN', 'GET', '/token')).json().total, before);
});

t.test('whoever has a token is told what it is', async (t) => {
  const self = async (token: string) => (await call(token, 'GET', '/token/self')).json();
  t.same(await self('ADMIN'), { level: 'ADMIN', name: 'test' });
  t.same(await self('RESELLER'), { level: 'RESELLER', name: 'test', reseller: 'e0'.repeat(12) });
  t.same(await self('PERSONAL'), { level: 'PERSONAL', name: 'test', customer: ids.own, customerName: 'own' });
});
