import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { REQUEST_EXAMPLE } from './page/examples.js';
import { MODELS, startWorld } from './world.js';

const world = await startWorld(t);
const { app, clock, create, ids, newMac, server, store, tokens } = world;
await app.listen({ host: '127.0.0.1', port: 0 });
const { port } = app.server.address() as AddressInfo;
const url = `http://127.0.0.1:${port}/pbx/sipphone`;

/** The parts of a request that differ from a create that works. */
interface Change {
  authorization?: string;
  type?: string;
  body?: string | Uint8Array;
}

const soft = () => JSON.stringify({ sipPhoneModel: MODELS.soft._id, customer: ids.own });

async function post({
  authorization = `Bearer ${tokens.ADMIN}`,
  type = 'application/json',
  body = soft(),
}: Change = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...(authorization && { authorization }), ...(type && { 'content-type': type }) },
    body,
  });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}

t.test('the example of the page is created over HTTP and found where Location says', async (t) => {
  const real = { sipPhoneModel: MODELS.desk._id, extension: ids['own extension'], customer: ids.own };
  const { status, headers, body } = await post({ body: JSON.stringify({ ...REQUEST_EXAMPLE, ...real }) });
  t.equal(status, 201);
  t.match(headers.get('content-type'), /^application\/json\b/);
  t.equal(headers.get('cache-control'), 'no-store');
  t.equal(headers.get('location'), `/pbx/sipphone/${body._id}`);
  const authorization = `Bearer ${tokens.ADMIN}`;
  const found = await fetch(new URL(headers.get('location') ?? '', url), { headers: { authorization } });
  t.same(await found.json(), body);
});

t.test('one error is that object with its code as the status', async (t) => {
  const { status, body } = await post({ body: JSON.stringify({ sipPhoneModel: MODELS.desk._id, customer: ids.own }) });
  t.equal(status, 422);
  t.same(body, { code: 422, message: 'macAddress', description: 'MAC address is invalid' });
});

t.test('two errors are one 422 with both in it', async (t) => {
  const { status, body } = await post({ body: JSON.stringify({ customer: ids.own, pbxCluster: 9 }) });
  t.equal(status, 422);
  t.same(body, {
    ...{ code: 422, message: 'multiple', description: 'Multiple errors' },
    inner: [
      { code: 422, message: 'pbxCluster', description: 'PBX cluster id not valid only 1 or 2 is permitted' },
      { code: 404, message: 'sipPhoneModel', description: 'SIP phone model not found or invalid' },
    ],
  });
});

t.test('who has no token that works is told so before the body is looked at', async (t) => {
  const expired = await store.tokens.create({ level: 'ADMIN', name: 'old', expires: clock.now + 1_000 });
  clock.now += 1_000;
  for (const authorization of ['', 'Bearer nonsense', 'Basic YTpi', `Bearer ${expired.text}`, `${tokens.ADMIN}`]) {
    const { status, headers, body } = await post({ authorization, body: '{' });
    t.equal(status, 401, authorization);
    t.equal(body.message, 'unauthorized');
    t.match(headers.get('www-authenticate'), /^Bearer/);
  }
});

t.test('what is no JSON object in UTF-8 is a bad request', async (t) => {
  const latin1 = Buffer.from(soft().replace('}', ',"notes":"n\u00e6"}'), 'latin1');
  const twice = soft().replace('{', `{"customer":"${ids.sibling}",`);
  for (const body of ['{', 'null', '[]', '"x"', '5', '', latin1, twice, `${soft()}x`, `{"ip":${'['.repeat(5_000)}`]) {
    const { status, body: answer } = await post({ body });
    t.equal(status, 400, String(body).slice(0, 60));
    t.equal(answer.code, 400);
    t.equal(answer.message, 'bad_request');
  }
});

t.test('a path that is none, an id that is none and a phone that is none are told apart', async (t) => {
  const table: [path: string, status: number, message: string][] = [
    ['/pbx/sipphones', 404, 'not_found'],
    ['/pbx/sipphone/xyz', 400, 'bad_request'],
    [`/pbx/sipphone/${'abadcafe'.repeat(3)}`, 404, 'not_found'],
  ];
  for (const [path, status, message] of table) {
    const response = await fetch(new URL(path, url), { headers: { authorization: `Bearer ${tokens.ADMIN}` } });
    t.equal(response.status, status, path);
    t.match(await response.json(), { code: status, message });
  }
});

t.test('a body that is too large or no JSON by its type is refused for that', async (t) => {
  const large = await post({ body: JSON.stringify({ notes: 'x'.repeat(2 << 20) }) });
  t.equal(large.status, 413);
  t.equal(large.body.message, 'payload_too_large');
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
    const { status, body } = await post({ type });
    t.equal(status, 415, type);
    t.equal(body.message, 'unsupported_media_type');
  }
});

t.test('two creates on one connection are both answered, the second while the first is under way', async (t) => {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const body = soft();
  const head = `POST /pbx/sipphone HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${tokens.ADMIN}\r\n`;
  const request = `${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
  socket.write(`${request}\r\n${body}${request}Connection: close\r\n\r\n${body}`);
  const answers = await text(socket);
  t.equal(answers.split('HTTP/1.1 201 Created').length, 3);
  const ids201 = [...answers.matchAll(/"_id":"([0-9a-f]{24})"/g)].map(([, id]) => id);
  t.equal(new Set(ids201).size, 2);
});

t.test('while the store is away the answer says when to come back, and nothing was created', async (t) => {
  await server.stop();
  const { status, headers, body } = await post();
  t.equal(status, 503);
  t.equal(body.message, 'unavailable');
  t.ok(Number(headers.get('retry-after')) > 0);
  await server.start();
  while (!(await store.answers()));
  t.equal((await create({ sipPhoneModel: MODELS.desk._id, macAddress: newMac(), customer: ids.own })).status, 201);
});
