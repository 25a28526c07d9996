import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { buildApi } from '@ringfence/api';
import { openCountries } from '@ringfence/geoip';
import type { Model, Phone } from '@ringfence/phone';
import { openStore } from '@ringfence/store';
import { startRedis } from '@ringfence/store/testing';
import t, { type Test } from 'tap';
import { until } from '../system/until.js';
import { ApiProcess } from './api-process.js';
import { checkConsistency } from './consistency.js';
import { MODELS, startWorld } from './world.js';

const world = await startWorld(t);
const { app, ids, newMac, server, store, things, tokens } = world;
await store.redis.del(`rf:mac:${world.damaged}`);

/** A second API over the same Redis. */
const other = openStore({ url: server.url, masterKey: Buffer.alloc(32, 1), onError: () => {} });
const countries = await openCountries({ provider: 'maxmind' });
const second = buildApi({ store: other, countries, credentialsOverlap: 60_000 });
t.teardown(async () => {
  await second.close();
  await other.close();
  countries.close();
});

/** Holds that each phone has its claims and each claim its phone; gives the number of phones. */
async function holdTogether(t: Test, { redis } = store): Promise<number> {
  const { phones, faults } = await checkConsistency(redis);
  t.same(faults, [], `${phones} phones`);
  return phones;
}

const headers = { authorization: `Bearer ${tokens.ADMIN}` };

t.test('the consistency check finds what is half written', async (t) => {
  const { redis } = store;
  const { body } = await world.create({ ...bodyOf(MODELS.desk, newMac()), extension: ids['own extension'] });
  const damage: [title: string, ...commands: [string, ...string[]][]][] = [
    ['a phone without its username', ['del', `rf:username:${body.username}`]],
    ['a phone that its customer does not have', ['srem', `rf:phones-of-customer:${ids.own}`, body._id]],
    ['a phone that its extension does not have', ['srem', `rf:phones-of-extension:${ids['own extension']}`, body._id]],
    ['a phone without its place', ['hdel', `rf:mac:${body.macAddress}`, '0']],
    ['a username without a phone', ['set', 'rf:username:nobody', 'abadcafe'.repeat(3)]],
    ['a serial without a phone', ['set', 'rf:sidepanel:none', 'abadcafe'.repeat(3)]],
    ['a place without a phone', ['hset', `rf:mac:${newMac()}`, '0', 'abadcafe'.repeat(3)]],
    ['half a phone', ['hset', `rf:phone:{${'abadcafe'.repeat(3)}}`, 'record', '{}']],
  ];
  for (const [title, [command, key = '', ...args] = ['']] of damage) {
    const before = await redis.dumpBuffer(key);
    await redis.call(command, key, ...args);
    t.ok((await checkConsistency(redis)).faults.length > 0, title);
    await redis.del(key);
    if (before !== null) await redis.restore(key, 0, before);
  }
  await holdTogether(t);
});

t.test('of 64 simultaneous creates for one free place exactly one wins', async (t) => {
  const { single, shared, base, desk } = MODELS;
  const fill = async (model: Model, more: object, free: number) => {
    const body = { ...bodyOf(model, newMac()), ...more };
    for (let place = free; place < model.extensions; place++) t.equal((await world.create(body)).status, 201);
    return body;
  };
  const handset = { handsetAddress: '0123' };
  const panel = () => ({ purchaseInfo: { sidePanels: [{ serial: newMac() }, { serial: newMac() }] } });
  const taken = { code: 409, message: 'macAddress', description: 'A phone with the same MAC address already exists' };
  const full = {
    ...{ code: 403, message: 'macAddress' },
    description: 'All available slots has been filled, no more SIP phones can share the MAC address',
  };
  const positions = {
    ...{ code: 409, message: 'handsetIndex' },
    description: 'The SIP phone/device does not have any free positions',
  };
  const serials = {
    ...{ code: 409, message: 'purchaseInfo.sidePanels.serial' },
    description: 'Sidepanel serials need to be unique',
  };
  const table: [title: string, body: object, free: number, error: object][] = [
    ['a MAC address that is not shared', await fill(single, {}, 1), 1, taken],
    ['the last place at a shared MAC address', await fill(shared, {}, 1), 1, full],
    ['all places at a shared MAC address', await fill(desk, {}, desk.extensions), desk.extensions, full],
    ['the last handset of a base', await fill(base, handset, 1), 1, positions],
    ['all handsets of a base', await fill(base, handset, base.extensions), base.extensions, positions],
    ['the serials of side panels', { ...bodyOf(desk, 'any'), ...panel() }, 1, serials],
  ];
  for (const [title, body, free, error] of table) {
    const answers = await race(() =>
      'macAddress' in body && body.macAddress === 'any' ? { ...body, macAddress: newMac() } : body,
    );
    const phones = answers.flatMap(({ status, json }) => (status === 201 ? [json as Phone] : []));
    t.equal(phones.length, free, `${title}: ${free} of 64`);
    for (const { status, json } of answers) if (status !== 201) t.same(json, error, title);
    const indexes = phones.flatMap(({ handsetIndex }) => handsetIndex ?? []).sort((a, b) => a - b);
    t.equal(new Set(indexes).size, indexes.length, 'no position is given twice');
  }
  await holdTogether(t);
});

t.test('a MAC address that two customers want at once goes to one of them', async (t) => {
  const macAddress = newMac();
  let turn = 0;
  const answers = await race(() => ({
    ...bodyOf(MODELS.desk, macAddress),
    customer: turn++ % 4 < 2 ? ids.own : ids.sibling,
  }));
  const owners = answers.flatMap(({ status, json }) => (status === 201 ? [(json as Phone).customer] : []));
  t.equal(new Set(owners).size, 1);
  t.equal(owners.length, MODELS.desk.extensions);
  await holdTogether(t);
});

t.test('a client that goes away half way leaves a whole phone or none', async (t) => {
  await second.listen({ host: '127.0.0.1', port: 0 });
  const { port } = second.server.address() as AddressInfo;
  const before = await holdTogether(t);
  const leave = async (share: number, pause: number) => {
    const panel = { purchaseInfo: { sidePanels: [{ serial: newMac(), product: things.product }] } };
    const request = rawRequest({ ...bodyOf(MODELS.desk, newMac()), extension: ids['own extension'], ...panel });
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write(request.subarray(0, Math.floor(request.length * share)));
    await delay(pause);
    socket.destroy();
  };
  const shares = [0.1, 0.5, 0.9, 0.999, 1, 1, 1, 1];
  await Promise.all(Array.from({ length: 80 }, (_, at) => leave(shares[at % 8] as number, at % 7)));
  const response = await second.inject({ method: 'GET', url: '/health' });
  t.equal(response.statusCode, 200, 'the API goes on');
  let [size, before200ms] = [-1, -2];
  await until('quiet', async () => {
    await delay(200);
    [before200ms, size] = [size, await store.redis.dbsize()];
    return size === before200ms || undefined;
  });
  const made = (await holdTogether(t)) - before;
  t.ok(made <= 40, `${made} of 40 complete requests made a phone`);
});

t.test('when the API is killed among many creates, nothing that it acknowledged is lost or half written', async (t) => {
  for (const count of [20, 200]) {
    const api = await ApiProcess.start(server.url);
    const acknowledged: Phone[] = [];
    const creating = createUntilClosed(api.url, acknowledged);
    await until(`${count} phones`, () => acknowledged.length >= count || undefined);
    await api.kill();
    await creating;
    await holdTogether(t);
    const found = await Promise.all(acknowledged.map(({ _id }) => store.phones.customer(_id)));
    t.ok(
      found.every((customer) => customer === ids.own),
      `${found.length} were acknowledged`,
    );
  }
});

t.test('when Redis is killed among many creates, nothing that was acknowledged is lost or half written', async (t) => {
  const redis = await startRedis('--appendonly', 'yes', '--appendfsync', 'always');
  const api = await ApiProcess.start(redis.url);
  const own = openStore({ url: redis.url, masterKey: Buffer.alloc(32, 0x5e), onError: () => {} });
  t.teardown(async () => {
    await api.kill();
    await own.close();
    await redis.close();
  });
  const customer = (await own.directory.createCustomer({ name: 'c' }))._id;
  const { text: token } = await own.tokens.create({ level: 'ADMIN', name: 'test' });
  const acknowledged: Phone[] = [];
  for (const count of [20, 200]) {
    let ended = false;
    const creating = createUntilClosed(api.url, acknowledged, { customer, token, ended: () => ended });
    await until(`${count} phones`, () => acknowledged.length >= count || undefined);
    await redis.stop();
    ended = true;
    await creating;
    await redis.start();
    while (!(await own.answers()));
    await holdTogether(t, own);
    const found = await Promise.all(acknowledged.map(({ _id }) => own.phones.get(_id)));
    t.same(
      found.map((phone) => phone?.password),
      acknowledged.map(({ password }) => password),
      `${found.length} were acknowledged`,
    );
  }
});

function bodyOf(model: Model, macAddress: string) {
  return { sipPhoneModel: model._id, customer: ids.own, macAddress };
}

/** Creates 64 phones at once, over two APIs by turns. */
async function race(body: () => object): Promise<{ status: number; json: unknown }[]> {
  const responses = await Promise.all(
    Array.from({ length: 64 }, (_, at) =>
      (at % 2 === 0 ? app : second).inject({ method: 'POST', url: '/pbx/sipphone', headers, payload: body() }),
    ),
  );
  return responses.map((response) => ({ status: response.statusCode, json: response.json() }));
}

/** A create as it goes over the wire. */
function rawRequest(body: object): Buffer {
  const payload = JSON.stringify(body);
  const head = ['POST /pbx/sipphone HTTP/1.1', 'Host: x', `Authorization: ${headers.authorization}`];
  const rest = ['Content-Type: application/json', `Content-Length: ${payload.length}`, '', payload];
  return Buffer.from([...head, ...rest].join('\r\n'));
}

/** Creates phones over 16 connections until the API is gone, or what it answers means that it can't. */
async function createUntilClosed(
  url: string,
  acknowledged: Phone[],
  { customer = ids.own, token = tokens.ADMIN, ended = (): boolean => false } = {},
): Promise<void> {
  const work = async () => {
    while (!ended()) {
      const body = JSON.stringify({ sipPhoneModel: MODELS.shared._id, customer, macAddress: newMac() });
      const sent = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const response = await fetch(`${url}/pbx/sipphone`, { method: 'POST', headers: sent, body }).catch(
        () => undefined,
      );
      if (response === undefined) return;
      const phone = await response.json().catch(() => undefined);
      if (response.status === 201 && phone !== undefined) acknowledged.push(phone as Phone);
      else if (response.status !== 503) throw new Error(`${response.status} ${JSON.stringify(phone)}`);
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
}
