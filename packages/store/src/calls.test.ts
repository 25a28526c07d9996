import t from 'tap';
import { type Call, Calls, EDGE_LEASE } from './calls.js';
import type { Event } from './event.js';
import { Events } from './events.js';
import { keys } from './keys.js';
import { connectRedis } from './redis.js';
import { startRedis } from './testing.js';

const server = await startRedis();
const redis = connectRedis(server.url, () => {});
const otherRedis = connectRedis(server.url, () => {});
let now = 1_900_000_000_000;
const calls = new Calls(redis, () => now);
const others = new Calls(otherRedis, () => now);
const events = new Events(redis);
t.teardown(async () => {
  redis.disconnect();
  otherRedis.disconnect();
  await server.close();
});

const LIMITS = { perPhone: 3, perCustomer: 5, ratePerPhone: 100 };
let ids = 0;

t.test('a call is found by its customer, its extensions and its phones while it lasts', async (t) => {
  const customer = `c${++ids}`;
  const call = make({ customer });
  t.equal(await calls.start(call, LIMITS, event('call.started', call)), undefined);
  t.strictSame(await others.ofCustomer(customer), [call]);
  t.strictSame(await others.ofExtension(customer, 'e1'), [call]);
  t.strictSame(await others.ofExtension(customer, 'e2'), [call]);
  t.ok(await others.isBusy(customer, 'p1'), 'the caller');
  t.notOk(await others.isBusy(customer, 'p2'), 'a phone that rings');

  const answered = answer(call);
  await calls.change(call, answered, event('call.answered', call));
  t.strictSame(await others.ofExtension(customer, 'e2'), [answered]);
  t.ok(await others.isBusy(customer, 'p2'));

  await calls.end(answered, event('call.ended', call));
  await calls.end(answered, event('call.ended', call));
  t.strictSame(await others.ofCustomer(customer), []);
  t.strictSame(await others.ofExtension(customer, 'e2'), []);
  t.notOk(await others.isBusy(customer, 'p1'));
  t.strictSame(await told(call), ['call.started', 'call.answered', 'call.ended'], 'each told once');
  t.strictSame(await redis.keys(`rf:calls*{${customer}}*`), [], 'nothing is left');
});

t.test('a call whose parties change is found by the new ones alone', async (t) => {
  const call = make();
  const { customer } = call;
  await calls.start(call, LIMITS, event('call.started', call));
  const transferred: Call = { ...call, callee: { extension: 'e3', number: '103', name: '', phones: [] } };
  await calls.change(call, transferred, event('call.answered', call));
  t.strictSame(await calls.ofExtension(customer, 'e2'), []);
  t.strictSame(await calls.ofExtension(customer, 'e3'), [transferred]);
});

t.test('calls of a phone and of a customer are limited over all edges, and of simultaneous ones too', async (t) => {
  const customer = `c${++ids}`;
  const start = (edge: Calls, phone: string) => {
    const call = make({ customer, caller: { phone, extension: 'e1', number: '100', name: '' } });
    return edge.start(call, LIMITS, event('call.started', call));
  };
  const ofPhone = await Promise.all([1, 2, 3, 4, 5].map((i) => start(i % 2 === 0 ? calls : others, 'p1')));
  t.equal(ofPhone.filter((refusal) => refusal === undefined).length, 3);
  t.strictSame([...new Set(ofPhone.map((refusal) => refusal?.limit))].sort(), ['phone', undefined]);
  const ofCustomer = await Promise.all(['p2', 'p3', 'p4'].map((phone) => start(others, phone)));
  t.strictSame(
    ofCustomer.map((refusal) => refusal?.limit),
    [undefined, undefined, 'customer'],
  );
  t.equal((await calls.ofCustomer(customer)).length, 5);
});

t.test('a phone may make so many calls a minute, and is told when the next', async (t) => {
  const customer = `c${++ids}`;
  const attempt = async () => {
    const call = make({ customer });
    const refusal = await calls.start(call, { ...LIMITS, ratePerPhone: 4 }, event('call.started', call));
    if (refusal === undefined) await calls.end(call, event('call.ended', call));
    return refusal;
  };
  for (let i = 0; i < 4; i++) t.equal(await attempt(), undefined);
  t.strictSame(await attempt(), { limit: 'rate', retryAfter: 15_000 });
  now += 14_000;
  t.strictSame(await attempt(), { limit: 'rate', retryAfter: 1_000 });
  now += 1_000;
  t.equal(await attempt(), undefined);
  t.equal((await attempt())?.limit, 'rate');
});

t.test('a call without limits begins whatever there is', async (t) => {
  const customer = `c${++ids}`;
  for (let i = 0; i < 12; i++) {
    const call = make({ customer });
    t.equal(await calls.start(call, i < 3 ? LIMITS : undefined, event('call.started', call)), undefined);
  }
  const refused = make({ customer });
  t.equal((await calls.start(refused, LIMITS, event('call.started', refused)))?.limit, 'customer');
});

t.test('a call from outside has no phone that is counted', async (t) => {
  const customer = `c${++ids}`;
  for (let i = 0; i < 4; i++) {
    const call = make({ customer, caller: { number: '+4511223344', name: 'Outside' } });
    t.equal(await calls.start(call, { ...LIMITS, ratePerPhone: 1 }, event('call.started', call)), undefined);
  }
  t.equal((await calls.ofExtension(customer, 'e2')).length, 4);
});

t.test('calls of an edge that is gone end, each told once by one of the others', async (t) => {
  const [lost, kept] = [make({ edge: 'gone' }), make({ edge: 'alive' })];
  for (const call of [lost, kept]) await calls.start(call, LIMITS, event('call.started', call));
  now += EDGE_LEASE - 1;
  t.ok(await calls.renew('alive'));
  await sweep();
  t.strictSame(await calls.ofCustomer(lost.customer), [lost]);
  now += 1;
  await sweep();
  t.strictSame(await calls.ofCustomer(lost.customer), []);
  t.notOk(await calls.isBusy(lost.customer, 'p1'));
  t.strictSame(await told(lost), ['call.started', 'call.ended']);
  t.strictSame(await calls.ofCustomer(kept.customer), [kept]);
  t.equal(await redis.exists(keys.edgeCalls('gone')), 0);
  t.equal(await redis.zscore(keys.edges, 'gone'), null);
});

t.test('an edge that was taken for gone learns it, and puts its calls back', async (t) => {
  const call = make({ edge: 'slow' });
  await calls.start(call, LIMITS, event('call.started', call));
  now += EDGE_LEASE;
  await sweep();
  t.notOk(await calls.renew('slow'));
  t.ok(await calls.renew('slow'));
  await calls.restore(call);
  t.strictSame(await calls.ofExtension(call.customer, 'e1'), [call]);
  now += EDGE_LEASE;
  await sweep();
  t.strictSame(await calls.ofExtension(call.customer, 'e1'), [], 'the call is again known to be of the edge');
});

t.test('a call that was lost comes back with its next change', async (t) => {
  const call = make();
  const answered = answer(call);
  await calls.change(call, answered, event('call.answered', call));
  t.strictSame(await calls.ofExtension(call.customer, 'e2'), [answered]);
  t.strictSame(await told(call), ['call.answered']);
});

function make(changes: Partial<Call> = {}): Call {
  return {
    ...{ id: `call-${++ids}`, customer: `c${ids}`, state: 'ringing', startedAt: now, edge: 'edge-1' },
    caller: { phone: 'p1', extension: 'e1', number: '100', name: 'One' },
    callee: { extension: 'e2', number: '101', name: 'Two', phones: ['p2', 'p3'] },
    ...changes,
  };
}

function answer(call: Call): Call {
  return { ...call, state: 'answered', answeredAt: now, callee: { ...call.callee, answeredBy: 'p2' } };
}

function event<T extends Event['type']>(type: T, call: Call) {
  return { type, at: now, call: call.id, customer: call.customer };
}

function sweep() {
  return Promise.all([calls, others].map((edge) => edge.expire((call) => event('call.ended', call))));
}

async function told(call: Call): Promise<string[]> {
  return (await events.read('0', 1_000)).filter((entry) => entry.call === call.id).map(({ type }) => type);
}
