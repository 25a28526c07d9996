import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { openCountries } from '@ringfence/geoip';
import { type Event, keys } from '@ringfence/store';
import t, { type Test } from 'tap';
import { startApi } from '../../testing.js';
import { startBackground } from '../index.js';
import { pauseAfter } from './sender.js';

const { call, ids, store, clock } = await startApi(t);
const countries = await openCountries({ provider: 'maxmind' });
// Pauses are waited for, so that time must pass.
Object.defineProperty(clock, 'now', { get: Date.now });

const start = (t: Test) => {
  const onError = (error: unknown) => t.fail(String(error));
  const end = startBackground({ store, countries, webhookNetworks: ['127.0.0.1'], onError });
  t.teardown(end);
  return end;
};
const endFirst = start(t);

const append = (event: { [K in keyof Event]?: Event[K] | undefined }) =>
  store.events.append({ type: 'phone.refused', at: Date.now(), customer: ids.own, ...event } as Event);

async function until<T>(what: () => Promise<T | undefined | false> | T | undefined | false, limit = 8_000): Promise<T> {
  for (const end = Date.now() + limit; Date.now() < end; await sleep(10)) {
    const found = await what();
    if (found) return found;
  }
  throw new Error(`not in time: ${what}`);
}

/** An event as it was sent. */
interface Taken {
  name: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** When, ms since 1970. */
  at: number;
}

/** One who takes events, or not. */
async function receiver(t: Test, answers: (() => number | 'silence')[] = []) {
  const taken: Taken[] = [];
  const listener: RequestListener = async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    taken.push({ name: JSON.parse(body).username, headers: request.headers, body, at: Date.now() });
    const status = answers.shift()?.() ?? 204;
    if (status !== 'silence') response.writeHead(status, status === 429 ? { 'retry-after': '2' } : {}).end();
  };
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return { url, taken, names: () => taken.map(({ name }) => name).join('') };
}

async function hook(t: Test, token: string, body: object) {
  const response = await call(token, 'POST', '/webhook', body);
  if (response.statusCode !== 201) throw new Error(response.body);
  const webhook = response.json();
  t.teardown(() => call('ADMIN', 'DELETE', `/webhook/${webhook._id}`));
  // Until whoever sends events has seen it.
  await sleep(300);
  return webhook;
}
const read = async (id: string) => (await call('ADMIN', 'GET', `/webhook/${id}`)).json();

t.test('events are sent to those whose they are, in order, signed as Standard Webhooks has it', async (t) => {
  const [own, reseller, everybody, locked] = await Promise.all(['', '', '', ''].map(() => receiver(t)));
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  await hook(t, 'MANAGER', { url: own?.url, types: ['phone.refused', 'call.*'], secret });
  await hook(t, 'RESELLER', { url: reseller?.url });
  await hook(t, 'ADMIN', { url: everybody?.url });
  await hook(t, 'ADMIN', { url: locked?.url, customer: ids.own, types: ['phone.locked'] });
  await append({ username: '1' });
  await append({ username: '2', customer: ids.sibling });
  await append({ username: '3', customer: ids.foreign });
  await append({ username: '4', customer: undefined });
  await append({ username: '5', type: 'call.ended' });
  await append({ username: '6', type: 'phone.locked' });
  await until(() => everybody?.taken.length === 6);
  await until(() => reseller?.taken.length === 4 && own?.taken.length === 2 && locked?.taken.length === 1);
  t.same(
    [own, reseller, everybody, locked].map((one) => one?.names()),
    ['15', '1256', '123456', '6'],
  );
  const [{ headers, body, at }] = (own?.taken ?? []) as [Taken];
  const [id, timestamp] = [headers['webhook-id'], headers['webhook-timestamp']];
  t.equal(JSON.parse(body).id, id);
  t.ok(Math.abs(Number(timestamp) * 1_000 - at) < 5_000);
  const key = Buffer.from(secret.slice(6), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  t.equal(headers['webhook-signature'], `v1,${signature}`);
  t.match(headers, { 'content-type': 'application/json', 'user-agent': 'Ringfence' });
});

t.test('what is not taken is tried again after growing pauses, and delays nobody else', async (t) => {
  const failing = await receiver(t, [() => 500, () => 302, () => 429]);
  const silent = await receiver(t, [() => 'silence']);
  const well = await receiver(t);
  const { _id } = await hook(t, 'OWNER', { url: failing.url });
  await hook(t, 'OWNER', { url: silent.url });
  await hook(t, 'OWNER', { url: 'http://127.0.0.1:9/' });
  await hook(t, 'OWNER', { url: well.url });
  const startedAt = Date.now();
  for (const username of ['1', '2']) await append({ username });
  await until(() => well.names() === '12');
  t.ok(Date.now() - startedAt < 5_000, 'one that fails, one that is silent and one that is not there hold nobody up');
  await until(() => failing.taken.length === 2);
  t.match(await until(async () => (await read(_id)).status.failures === 2 && read(_id)), {
    status: { queued: 2, dead: 0, failures: 2, error: 'answered 302' },
  });
  await until(() => failing.names() === '11112', 12_000);
  const pauses = failing.taken.slice(1, 4).map(({ at }, i) => at - (failing.taken[i]?.at ?? 0));
  t.ok((pauses[0] ?? 0) >= 500 && (pauses[1] ?? 0) >= 1_000 && (pauses[2] ?? 0) >= 2_000, `pauses ${pauses}`);
  t.equal(new Set(failing.taken.slice(0, 4).map(({ headers }) => headers['webhook-id'])).size, 1);
  t.match(await until(async () => (await read(_id)).status.deliveredAt && read(_id)), {
    status: { queued: 0, failures: 0 },
  });
});

t.test('pauses double up to five minutes, and are spread', async (t) => {
  const table: [failures: number, random: number, pause: number][] = [
    [1, 0.5, 1_000],
    [2, 0.5, 2_000],
    [5, 0, 8_000],
    [5, 1, 24_000],
    [9, 0.5, 256_000],
    [10, 0.5, 300_000],
    [1_000_000, 0.5, 300_000],
  ];
  for (const [failures, random, pause] of table) t.equal(pauseAfter(failures, random), pause, `${failures} failures`);
});

t.test('an event that was tried ten times is given up, kept, and sent again when somebody asks', async (t) => {
  const failing = await receiver(t, [() => 500, () => 500]);
  const { _id } = await hook(t, 'OWNER', { url: failing.url });
  await store.redis.hset(keys.webhookState(_id), 'attempts', 9);
  await append({ username: '1' });
  await append({ username: '2' });
  const dead = await until(async () => {
    const { dead } = (await call('VIEWER', 'GET', `/webhook/${_id}/dead`)).json();
    return dead.length > 0 && dead;
  });
  t.match(dead, [{ event: { username: '1' }, attempts: 10, reason: 'answered 500' }]);
  await until(() => failing.names().endsWith('2'));
  t.equal((await call('VIEWER', 'POST', `/webhook/${_id}/dead/${dead[0]._id}`)).statusCode, 403);
  t.equal((await call('OWNER', 'POST', `/webhook/${_id}/dead/${dead[0]._id}`)).statusCode, 200);
  t.equal((await call('OWNER', 'POST', `/webhook/${_id}/dead/${dead[0]._id}`)).statusCode, 404);
  await until(() => /^12+1$/.test(failing.names()));
  t.match((await read(_id)).status, { queued: 0, dead: 0 });
});

t.test('a receiver that wants no more is sent no more', async (t) => {
  const gone = await receiver(t, [() => 410]);
  const { _id } = await hook(t, 'OWNER', { url: gone.url });
  await append({ username: '1' });
  await append({ username: '2' });
  await until(async () => (await read(_id)).active === false);
  await sleep(300);
  t.equal(gone.names(), '1');
  t.equal((await call('OWNER', 'PUT', `/webhook/${_id}`, { active: true })).statusCode, 200);
  await until(() => gone.names() === '112');
});

t.test('a changed webhook is sent to anew, with its new secret', async (t) => {
  const [old, other] = [await receiver(t, [() => 500]), await receiver(t)];
  const { _id, secret } = await hook(t, 'OWNER', { url: old.url });
  t.match(secret, /^whsec_/);
  await append({ username: '1' });
  await until(() => old.taken.length === 1);
  const changed = (await call('OWNER', 'PUT', `/webhook/${_id}`, { url: other.url, secret: null })).json();
  t.match(changed.secret, /^whsec_/);
  t.not(changed.secret, secret);
  await until(() => other.names() === '1');
  const [{ headers, body }] = other.taken as [Taken];
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const key = Buffer.from(changed.secret.slice(6), 'base64');
  t.equal(headers['webhook-signature'], `v1,${createHmac('sha256', key).update(content).digest('base64')}`);
});

t.test('another process goes on where the first one ended, with what waits and how often it was tried', async (t) => {
  const failing = await receiver(t, [() => 500]);
  const { _id } = await hook(t, 'OWNER', { url: failing.url });
  await append({ username: '1' });
  await until(async () => (await read(_id)).status.failures === 1);
  await endFirst();
  await append({ username: '2' });
  start(t);
  await until(() => failing.names() === '112');
  t.same(await store.redis.llen(keys.webhookQueue(_id)), 0);
});

t.test('a queue has its bounds: what comes when it is full is given up at once', async (t) => {
  const { _id } = await hook(t, 'OWNER', { url: 'http://127.0.0.1:9/', active: false });
  const event = (id: number) => ({ id: `${id}-0`, type: 'phone.refused' as const, at: 1 });
  await store.redis.rpush(keys.webhookQueue(_id), ...Array.from({ length: 9_999 }, (_, i) => JSON.stringify(event(i))));
  const commands = await store.deliveries.enqueue(_id, [event(1), event(2), event(3)], 1);
  t.match(
    commands.map(([name, key]) => [name, key]),
    [
      ['RPUSH', keys.webhookQueue(_id)],
      ['XADD', keys.webhookDead(_id)],
      ['XADD', keys.webhookDead(_id)],
    ],
  );
});
