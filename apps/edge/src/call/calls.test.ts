import { setTimeout as sleep } from 'node:timers/promises';
import { EDGE_LEASE, openStore } from '@ringfence/store';
import { startRedis } from '@ringfence/store/testing';
import t from 'tap';
import { SipFailure } from '../sip/failure.js';
import { Calls } from './calls.js';

const redis = await startRedis();
const clock = { now: 1_900_000_000_000 };
const store = openStore({
  ...{ url: redis.url, masterKey: Buffer.alloc(32, 1), onError: () => {}, now: () => clock.now },
});
t.teardown(async () => {
  await store.close();
  await redis.close();
});
const errors: unknown[] = [];
const LIMITS = { perPhone: 10, perCustomer: 10, ratePerPhone: 100 };
let customers = 0;

t.test('an edge has never more calls than allowed, and says when another edge is to be tried', async (t) => {
  const calls = edge('few', { max: 2 });
  const first = await calls.start(newCall());
  await calls.start(newCall());
  t.match(await calls.start(newCall()).catch((error) => error), { status: 503 });
  first.end(486);
  first.end(486);
  t.equal(calls.size, 1);
  await calls.start(newCall());
});

t.test('a phone that has too many calls hears when to try again, on whichever edge', async (t) => {
  const [one, other] = [edge('one', { perPhone: 2 }), edge('other', { perPhone: 2 })];
  const call = newCall();
  const slot = await one.start(call);
  await other.start(call);
  for (const calls of [one, other]) {
    const failure = await calls.start(call).catch((error) => error);
    t.ok(failure instanceof SipFailure && failure.status === 486 && failure.headers['Retry-After'] === '5');
  }
  slot.answer('b');
  slot.end(200);
  await eventually(async () => (await store.calls.ofCustomer(call.customer)).length === 1);
  await other.start(call);
});

t.test('a phone is busy while it takes part in a call, on whichever edge', async (t) => {
  const [one, other] = [edge('one'), edge('other')];
  const call = newCall();
  const slot = await one.start(call);
  t.ok(await other.isBusy(call.customer, 'a'));
  t.notOk(await other.isBusy(call.customer, 'b'));
  slot.answer('b');
  await eventually(() => other.isBusy(call.customer, 'b'));
  slot.end(200);
  await eventually(async () => !(await other.isBusy(call.customer, 'b')));
  t.notOk(await other.isBusy(call.customer, 'a'));
});

t.test('ending all calls waits until each is over and the store knows', async (t) => {
  const calls = edge('closing');
  const [one, two] = [newCall(), newCall()];
  for (const call of [one, two]) {
    const slot = await calls.start(call);
    slot.over.addEventListener('abort', () => setImmediate(() => slot.end(503)));
  }
  await calls.endAll();
  t.equal(calls.size, 0);
  for (const { customer } of [one, two]) t.strictSame(await store.calls.ofCustomer(customer), []);
});

t.test(
  'calls of an edge that is gone end, but not before this edge knows that Redis was there all the time',
  async (t) => {
    const [gone, alive] = [edge('gone'), edge('alive')];
    const [lost, kept] = [newCall(), newCall()];
    await gone.start(lost);
    await alive.start(kept);
    clock.now += EDGE_LEASE + 1;
    await alive.renew();
    t.equal((await store.calls.ofCustomer(lost.customer)).length, 1);
    await alive.renew();
    t.strictSame(await store.calls.ofCustomer(lost.customer), []);
    t.equal((await store.calls.ofCustomer(kept.customer)).length, 1);
    const [started, ended] = (await store.events.read('0', 1_000)).filter(({ customer }) => customer === lost.customer);
    t.match(started, { type: 'call.started', address: '192.0.2.1', country: 'DK', phone: 'a', from: '100', to: '101' });
    t.match(ended, { type: 'call.ended', status: 503, duration: 0, call: started?.call ?? '' });
  },
);

t.test('what could not be written is written when Redis is back, and calls that it lost are there again', async (t) => {
  const calls = edge('patient');
  const [ended, answered, going] = [newCall(), newCall(), newCall()];
  const slots = await Promise.all([ended, answered, going].map((call) => calls.start(call)));
  await redis.stop();
  slots[0]?.answer('b');
  slots[0]?.end(200);
  slots[1]?.answer('b');
  await t.rejects(calls.start(newCall()));
  await calls.renew();
  t.equal(calls.size, 2);
  t.ok(errors.length > 0);
  await redis.start();
  await eventually(() => store.answers());
  await calls.renew();
  t.strictSame(await store.calls.ofCustomer(ended.customer), []);
  t.match(await store.calls.ofCustomer(answered.customer), [{ state: 'answered', callee: { answeredBy: 'b' } }]);
  t.match(await store.calls.ofCustomer(going.customer), [{ state: 'ringing' }]);
});

function edge(id: string, { max = 100, ...limits }: { max?: number; perPhone?: number } = {}): Calls {
  return new Calls({
    ...{ store: store.calls, edge: id, max, limits: { ...LIMITS, ...limits }, now: () => clock.now },
    onError: (error) => errors.push(error),
  });
}

function newCall() {
  return {
    customer: `customer-${++customers}`,
    caller: { phone: 'a', extension: 'e1', number: '100', name: 'One' },
    callee: { extension: 'e2', number: '101', name: 'Two', phones: ['b'] },
    source: { address: '192.0.2.1', port: 5060, protocol: 'udp', country: 'DK', userAgent: undefined },
  };
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 100 && !(await holds()); i++) await sleep(20);
}
