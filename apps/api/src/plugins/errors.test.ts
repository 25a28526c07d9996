import t from 'tap';
import { startApi } from '../testing.js';

const { app, server, store, call, tokens } = await startApi(t);
app.get('/broken', { config: { access: 'public' } }, async () => {
  throw new Error('secret detail');
});

const admin = { authorization: `Bearer ${tokens.ADMIN}` };
const json = { ...admin, 'content-type': 'application/json' };
const post = (payload: string | Buffer, headers: Record<string, string> = json) =>
  app.inject({ method: 'POST', url: '/pbx/sipphone', headers, payload });

t.test('without a valid token nothing is answered but 401', async (t) => {
  const unauthorized = { code: 401, message: 'unauthorized', description: 'Token is missing, unknown or expired' };
  const { text: expired } = await store.tokens.create({ level: 'ADMIN', name: 'old', expires: 1 });
  const headers: Record<string, string>[] = [
    {},
    { authorization: '' },
    { authorization: 'Bearer' },
    { authorization: 'Bearer unknown' },
    { authorization: `Bearer ${expired}` },
    { authorization: `Bearer ${tokens.ADMIN}x` },
    { authorization: `Basic ${tokens.ADMIN}` },
    { authorization: `${tokens.ADMIN}` },
    { authorization: `Bearer ${'x'.repeat(10_000)}` },
  ];
  for (const one of headers) {
    for (const [method, url] of [
      ['POST', '/pbx/sipphone'],
      ['GET', '/pbx/sipphonemodels'],
      ['GET', '/nowhere'],
    ] as const) {
      const response = await app.inject({ method, url, headers: one });
      t.same(response.json(), unauthorized, `${method} ${url} ${one.authorization?.slice(0, 20)}`);
      t.equal(response.statusCode, 401);
      t.equal(response.headers['www-authenticate'], 'Bearer');
    }
  }
  t.equal(
    (await app.inject({ url: '/customer', headers: { authorization: `bEARER  ${tokens.ADMIN}` } })).statusCode,
    200,
  );
});

t.test('a body that is no JSON object is a bad request', async (t) => {
  const bodies: [title: string, string | Buffer][] = [
    ['nothing', ''],
    ['no JSON', '{'],
    ['an array', '[]'],
    ['null', 'null'],
    ['a text', '"x"'],
    ['a number', '1e999'],
    ['NUL', '{"notes":"\0"}'],
    ['Latin-1', Buffer.from('{"notes":"æ"}', 'latin1')],
    ['a property twice', '{"notes":"a","notes":"b"}'],
    ['deep nesting, cut short', '['.repeat(100_000)],
  ];
  for (const [title, body] of bodies) {
    const response = await post(body);
    t.equal(response.statusCode, 400, title);
    t.match(response.json(), { code: 400, message: 'bad_request' });
  }
});

t.test('a body that is not declared as JSON is 415, one that is too large 413', async (t) => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'x', '']) {
    const response = await post('{}', { ...admin, 'content-type': type });
    t.equal(response.statusCode, 415, type);
    t.match(response.json(), { code: 415, message: 'unsupported_media_type' });
  }
  t.equal((await post('{}', { ...json, 'content-type': 'application/json; charset=utf-8' })).statusCode, 422);
  const response = await post(JSON.stringify({ notes: 'x'.repeat(1024 * 1024) }));
  t.equal(response.statusCode, 413);
  t.match(response.json(), { code: 413, message: 'payload_too_large' });
});

t.test('paths and ids that are none are told apart', async (t) => {
  const table: [url: string, code: number, message: string][] = [
    ['/nowhere', 404, 'not_found'],
    ['/pbx/nothing', 404, 'not_found'],
    ['/pbx/sipphone/', 400, 'bad_request'],
    ['/pbx/sipphone/x', 400, 'bad_request'],
    [`/pbx/sipphone/${'a'.repeat(24)}`, 404, 'not_found'],
    [`/pbx/sipphone/${'a'.repeat(5_000)}`, 400, 'bad_request'],
    ['/pbx/sipphone/%00', 400, 'bad_request'],
    ['/pbx/sipphone/%E0%A4%A', 400, 'bad_request'],
    ['/pbx/sipphonemodels/x', 400, 'bad_request'],
    ['/pbx/extension/x', 400, 'bad_request'],
    ['/customer/x', 400, 'bad_request'],
  ];
  for (const [url, code, message] of table) {
    const response = await call('ADMIN', 'GET', url);
    t.match(response.json(), { code, message }, url.slice(0, 40));
    t.equal(response.statusCode, code);
  }
});

t.test('a mistake of ours tells nothing but where to look in the log', async (t) => {
  const response = await app.inject({ url: '/broken' });
  t.equal(response.statusCode, 500);
  t.same(Object.keys(response.json()), ['code', 'message', 'description', 'requestId']);
  t.match(response.json(), { code: 500, message: 'internal_error', requestId: /^[0-9a-f-]{36}$/ });
  t.notMatch(response.payload, /secret/);
});

t.test('who asks too often without a valid token is told when to come back, others are not', async (t) => {
  const ask = (remoteAddress: string, headers = {}) => app.inject({ url: '/customer', remoteAddress, headers });
  const responses = await Promise.all(Array.from({ length: 1_500 }, () => ask('203.0.113.1')));
  const refused = responses.filter(({ statusCode }) => statusCode === 429);
  t.ok(refused.length > 0 && refused.length <= 500, `${refused.length}`);
  t.same(refused[0]?.json(), { code: 429, message: 'too_many_requests', description: 'Too many requests' });
  t.match(refused[0]?.headers['retry-after'], /^\d+$/);
  t.equal((await ask('203.0.113.1', admin)).statusCode, 200, 'whoever has a token is let in');
  t.equal((await ask('203.0.113.2')).statusCode, 401, 'another address');
});

t.test('answers are kept by nobody', async (t) => {
  for (const url of ['/health', '/nowhere']) {
    t.match((await call('ADMIN', 'GET', url)).headers, {
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  }
});

t.test('while the store is down the API is unavailable, and it recovers by itself', async (t) => {
  t.same((await app.inject({ url: '/health' })).json(), { status: 'ok' });
  await server.stop();
  for (const url of ['/health', '/customer', '/pbx/sipphonemodels']) {
    const response = await call('ADMIN', 'GET', url);
    t.equal(response.statusCode, 503, url);
    t.match(response.json(), { code: 503, message: 'unavailable' });
    t.match(response.headers['retry-after'], /^\d+$/);
  }
  await server.start();
  while ((await app.inject({ url: '/health' })).statusCode !== 200);
  t.equal((await call('ADMIN', 'GET', '/customer')).statusCode, 200);
});
