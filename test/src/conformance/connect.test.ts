import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import Srf from 'drachtio-srf';
import t from 'tap';
import { hostPort } from '../sip/index.js';
import { type Application, connect, giveUp, startApplication } from './application.js';
import { except } from './differences.js';
import { frame, RawApplication } from './raw-application.js';
import { startTarget } from './target.js';

const target = await startTarget(t);

for (const tags of [[], ['sbc', 'reg']]) {
  t.test(`an application with the tags [${tags}] connects and learns where the server listens`, async (t) => {
    const { hostports, version } = await startApplication(t, target, {}, tags);
    t.match(hostports.split(','), [`tcp/${hostPort(target.sip)}`, `udp/${hostPort(target.sip)}`].sort());
    t.match(version, /^v\d+\.\d+\.\d+/, 'drachtio-srf pings servers of a version it can read');
  });
}

t.test('a wrong secret is refused, and the connection closed', async (t) => {
  const srf = new Srf() as unknown as Application;
  const wire = connect(srf, target, 'wrong');
  const closed = once(wire, 'close');
  const [error] = await once(srf, 'connect');
  giveUp(srf);
  t.match(error, { message: 'failed to authenticate to server' });
  await closed;

  const raw = await RawApplication.open(t, target);
  t.same(await raw.ask('authenticate|wrong|'), ['NO', 'incorrect secret']);
  await raw.closed();
});

for (const command of [
  'route|register',
  'ping',
  'remove_route|invite',
  'sip||\r\nOPTIONS sip:a@127.0.0.1 SIP/2.0\r\n\r\n',
]) {
  const name = command.split(/[|\r]/)[0];
  t.test(
    `${name} before authenticate is refused, and the connection closed`,
    except(target, 'authentication'),
    async (t) => {
      const raw = await RawApplication.open(t, target);
      t.equal((await raw.ask(command))[0], 'NO');
      await raw.closed();
    },
  );
}

for (const [what, payload, reason] of [
  ['an unknown type', 'id|frobnicate|x', 'Unknown message type'],
  ['a single field', 'id', 'Invalid message format'],
  [
    'a response without a transaction',
    'id|sip||\r\nSIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n',
    'transaction id missing',
  ],
] as const) {
  t.test(`${what} is refused, and the connection closed`, async (t) => {
    const raw = await RawApplication.authenticated(t, target);
    raw.sendBytes(frame(payload));
    t.same((await raw.answer('id')).fields.slice(3), ['NO', reason]);
    await raw.closed();
  });
}

for (const [what, bytes] of [
  ['not a number', 'abc#hello'],
  ['empty', '#hello'],
  ['zero', '0#'],
  ['negative', '-5#hello'],
  ['longer than any frame may be', '9999999999#hello'],
  ['endless', '1'.repeat(5_000)],
] as const) {
  t.test(`a length that is ${what} closes the connection`, except(target, 'frameSize'), async (t) => {
    const raw = await RawApplication.authenticated(t, target);
    raw.sendBytes(bytes);
    await raw.closed();
    t.pass('closed');
  });
}

t.test('frames cut at every byte are put together', async (t) => {
  const raw = await RawApplication.open(t, target);
  const id = randomUUID();
  for (const byte of frame(`${id}|authenticate|${target.application.secret}|`)) {
    raw.sendBytes(Buffer.of(byte));
    await sleep(1);
  }
  const { fields } = await raw.answer(id);
  t.equal(fields[3], 'OK');
  t.equal(fields.length, 7, 'hostports, version and local hostports follow');
});

t.test('a hundred frames in one write are all answered, in order', except(target, 'pipelining'), async (t) => {
  const raw = await RawApplication.authenticated(t, target);
  const ids = Array.from({ length: 100 }, () => randomUUID());
  raw.sendBytes(Buffer.concat(ids.map((id) => frame(`${id}|ping`))));
  for (const id of ids) t.same((await raw.answer(id)).fields.slice(3), ['OK', 'pong']);
});

t.test('what an unauthenticated or half-spoken connection does harms no other', async (t) => {
  const silent = await RawApplication.open(t, target);
  const half = await RawApplication.open(t, target);
  half.sendBytes('60#half a fra');
  silent.sendBytes('5');
  const raw = await RawApplication.authenticated(t, target);
  t.same(await raw.ask('ping'), ['OK', 'pong']);
});

t.test('answers for what the server does not know are refused, and the connection kept', async (t) => {
  const raw = await RawApplication.authenticated(t, target);
  const unknown = randomUUID();
  const empty = 'Content-Length: 0\r\n\r\n';
  t.same(await raw.ask(`sip|${unknown}|`, `SIP/2.0 200 OK\r\n${empty}`), [
    'NOK',
    'Response not sent due to unknown transaction',
  ]);
  t.same(await raw.ask('sip||nosuch;from-tag=1', `BYE sip:placeholder SIP/2.0\r\n${empty}`), [
    'NOK',
    'Server error: unable to find dialog for dialog id provided',
  ]);
  t.same(await raw.ask(`sip|${unknown}|`, `CANCEL sip:x@127.0.0.1:9 SIP/2.0\r\n${empty}`), [
    'NOK',
    `unable to cancel unknown transaction id: ${unknown}`,
  ]);
  t.same(
    await raw.ask(`proxy|${unknown}||fullResponse||serial|||sip:127.0.0.1:9`, `INVITE sip:x SIP/2.0\r\n${empty}`),
    ['NOK', `Unknown transaction id: ${unknown}`],
  );
  t.same(await raw.ask('sip||', 'MESSAGE sip:x@127.0.0.1:9 SIP/2.0\r\nContent-Length: 3\r\n\r\nabc'), [
    'NOK',
    'missing content-type',
  ]);
  t.same(await raw.ask('ping'), ['OK', 'pong']);
});
