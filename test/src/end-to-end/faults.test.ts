import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import t from 'tap';
import type { ApiPhone } from '../system/api.js';
import { PhoneLine } from '../system/phone-line.js';
import { Ringfence } from '../system/ringfence.js';
import { Storm } from '../system/storm.js';
import { until } from '../system/until.js';

const ringfence = await Ringfence.start();
const api = await ringfence.api();
t.teardown(() => ringfence.remove());

/** Milliseconds in which phones must be served again, with other tests beside. */
const RECOVERY = 10_000;

/** Milliseconds after which a phone that hears nothing registers anew. */
const RETRY = 500;

t.test(
  'when the edge is killed, the embedded drachtio server with it, phones are served again within seconds and no binding is lost',
  async (t) => {
    const lines = await Promise.all(
      [100, 101, 102].map(async (number) => {
        const account = await api.createPhone(number);
        const line = await PhoneLine.open(account, { server: ringfence.sip });
        t.teardown(() => line.phone.close());
        t.equal((await line.register(600)).status, 200);
        return { account, line };
      }),
    );
    await ringfence.kill('edge');
    const killedAt = Date.now();
    for (const { account, line } of lines) {
      const { status } = await api.phone(account._id);
      t.equal(status.online, true, 'still online');
      await until(
        'registered again',
        async () => {
          // What is sent while nobody listens is lost, so the phone soon tries again.
          const answer = await Promise.race([line.register(600).catch(() => undefined), delay(RETRY)]);
          return answer?.status === 200 && answer.list('Contact').length === 1 ? answer : undefined;
        },
        RECOVERY,
      );
    }
    t.ok(Date.now() - killedAt < RECOVERY, `served again after ${Date.now() - killedAt} ms`);
    const [caller, callee] = lines as [(typeof lines)[0], (typeof lines)[0]];
    const calling = caller.line.phone.call('sip:101@127.0.0.1', { credentials: caller.line.credentials });
    const invite = await callee.line.phone.expect('INVITE');
    const answered = await callee.line.phone.accept(invite);
    const call = await calling;
    const ending = call.bye();
    callee.line.phone.reply(await answered.expect('BYE'), 200);
    t.equal((await ending).status, 200, 'and calls go through');
  },
);

t.test('when Redis is killed right after a 201, the phone is there after its restart', async (t) => {
  for (let round = 0; round < 3; round++) {
    const account = await api.createPhone(103);
    await ringfence.kill('redis');
    const found = await until(
      'the phone',
      async () => {
        const answer = await api.get(`/pbx/sipphone/${account._id}`);
        t.ok([200, 503].includes(answer.status), 'without its store the API says so');
        return answer.status === 200 ? answer.body : undefined;
      },
      RECOVERY,
    );
    t.equal(found.username, account.username);
    t.equal(found.password, account.password);
  }
});

t.test('while Redis is away a phone is told to come back, and is served once it is there', async (t) => {
  const account = await api.createPhone(104);
  const line = await PhoneLine.open(account, { server: ringfence.sip });
  t.teardown(() => line.phone.close());
  t.equal((await line.register(600)).status, 200);
  await ringfence.kill('redis');
  await until(
    'registered again',
    async () => {
      const answer = await line.register(600);
      if (answer.status !== 200) {
        t.equal(answer.status, 503);
        t.ok(Number(answer.get('Retry-After')) > 0);
      }
      return answer.status === 200 || undefined;
    },
    RECOVERY,
  );
});

t.test('a Redis that only reads is one that is away: 503 until it writes again', async (t) => {
  const account = await api.createPhone(106);
  const line = await PhoneLine.open(account, { server: ringfence.sip });
  t.teardown(() => line.phone.close());
  t.equal((await line.register(600)).status, 200);
  const redis = new Redis(ringfence.redisUrl);
  t.teardown(() => redis.disconnect());
  await redis.replicaof('127.0.0.1', '1');
  const refused = await line.register(600);
  t.equal(refused.status, 503);
  t.ok(Number(refused.get('Retry-After')) > 0);
  t.equal((await api.get(`/pbx/sipphone/${account._id}`)).status, 200, 'what can be read is read');
  await redis.replicaof('NO', 'ONE');
  t.equal((await line.register(600)).status, 200);
});

t.test('a Redis that hangs holds nobody up for long, and phones are served as soon as it goes on', async (t) => {
  const account = await api.createPhone(107);
  const line = await PhoneLine.open(account, { server: ringfence.sip });
  t.teardown(() => line.phone.close());
  t.equal((await line.register(600)).status, 200);
  await ringfence.signal('redis', 'SIGSTOP');
  const began = Date.now();
  t.equal((await line.register(600)).status, 503);
  t.ok(Date.now() - began < 6_000, `answered after ${Date.now() - began} ms`);
  await ringfence.signal('redis', 'SIGCONT');
  await until('registered again', async () => (await line.register(600)).status === 200 || undefined, RECOVERY);
});

t.test('phones that all come back at once after a crash are all registered again', async (t) => {
  const accounts: ApiPhone[] = [];
  for (let i = 0; i < 30; i++) {
    accounts.push(...(await Promise.all(Array.from({ length: 10 }, (_, number) => api.createPhone(100 + number)))));
  }
  const storm = await Storm.open(accounts, ringfence.sip);
  t.teardown(() => storm.close());
  t.equal(await storm.registerAll(30_000), accounts.length);
  await ringfence.kill('edge');
  const began = Date.now();
  t.equal(await storm.registerAll(30_000), accounts.length, 'each with its password, through lost packets and 503');
  t.ok(Date.now() - began < 30_000, `${Date.now() - began} ms`);
  const found = await Promise.all([0, 149, 299].map((at) => api.phone((accounts[at] as ApiPhone)._id)));
  t.match(found, Array(3).fill({ status: { online: true } }));
});

t.test('when everything is killed at once, the next start finds everything as it was', async (t) => {
  const account = await api.createPhone(105);
  const line = await PhoneLine.open(account, { server: ringfence.sip });
  t.teardown(() => line.phone.close());
  t.equal((await line.register(600)).status, 200);
  await ringfence.crash();
  await ringfence.run();
  const found = await api.phone(account._id);
  t.equal(found.password, account.password);
  t.match(found, { ip: { mode: 'LOCKED', address: '127.0.0.1' }, status: { online: true } });
});
