import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { Bench } from './testing/bench.js';
import { established } from './testing/calls.js';
import type { Message } from './testing/message.js';
import { SDP_A, type TestPhone } from './testing/phone.js';

t.test('OPTIONS tells what is served, other methods get 405, unknown dialogs 481', async (t) => {
  const bench = await Bench.start();
  t.teardown(() => bench.close());
  const phone = await bench.phone(await bench.account());
  const options = await phone.ask({ method: 'OPTIONS' });
  t.equal(options.status, 200);
  t.match(options.header('Allow'), /INVITE.*OPTIONS.*REGISTER/);
  t.equal(options.header('Accept'), 'application/sdp');
  const about = await phone.ask({ method: 'OPTIONS', uri: 'sip:100@127.0.0.1' });
  t.equal(about.status, 401, 'who asks about somebody must be a phone');
  t.equal((await phone.authenticated({ method: 'OPTIONS', uri: 'sip:100@127.0.0.1' })).status, 200);
  for (const method of ['INFO', 'MESSAGE', 'NOTIFY', 'PUBLISH', 'REFER']) {
    const response = await phone.ask({ method });
    t.equal(response.status, 405, method);
    t.match(response.header('Allow'), /INVITE.*REGISTER/);
  }
  for (const method of ['INVITE', 'OPTIONS', 'INFO', 'UPDATE', 'BYE', 'SUBSCRIBE']) {
    t.equal((await phone.ask({ method, to: '<sip:a@h>;tag=unknown' })).status, 481, method);
  }
  t.equal((await phone.ask({ method: 'INVITE', to: 'nonsense' })).status, 400);
});

t.test('a phone that nobody picks up stops ringing when the time is over', async (t) => {
  const bench = await Bench.start({ ringTime: 1 });
  t.teardown(() => bench.close());
  const [from, to] = [await bench.extension('100'), await bench.extension('101')];
  const [caller, callee] = [await bench.online(from), await bench.online(to)];
  const sent = await caller.invite('101');
  const invite = await callee.request('INVITE');
  callee.answer(invite, 180);
  t.equal((await caller.response(sent.callId, sent.cseq)).status, 480);
  callee.answer(await callee.request('CANCEL'), 200);
  callee.answer(invite, 487);
  await bench.event(caller.id, { type: 'call.ended', status: 480 });
  t.equal(bench.edge.calls, 0);
});

t.test('simultaneous calls are limited, overall and for each phone', async (t) => {
  const bench = await Bench.start({ callsMax: 2, callLimits: { perPhone: 1, perCustomer: 10, ratePerPhone: 10 } });
  t.teardown(() => bench.close());
  const callers: TestPhone[] = [];
  for (const number of ['100', '101', '102']) callers.push(await bench.online(await bench.extension(number)));
  const [first, second, third] = callers as [TestPhone, TestPhone, TestPhone];
  const callee = await bench.online(await bench.extension('200'));
  const ask = (caller: TestPhone) => caller.authenticated({ method: 'INVITE', uri: 'sip:200@h', body: SDP_A });

  const sent = await first.invite('200');
  await callee.request('INVITE');
  const ofPhone = await ask(first);
  t.equal(ofPhone.status, 486, 'of one phone');
  t.match(ofPhone.header('Retry-After'), /^\d+$/);
  await second.invite('200');
  await callee.request('INVITE');
  const refused = await ask(third);
  t.equal(refused.status, 503, 'overall');
  t.match(refused.header('Retry-After'), /^\d+$/);
  first.cancel(sent.text);
  await first.next((message) => message.status === 487);
  await third.invite('200');
  t.ok(await callee.request('INVITE'));
});

t.test('a call that a busy store cannot be asked about is answered 503', async (t) => {
  const bench = await Bench.start();
  t.teardown(() => bench.close());
  const caller = await bench.online(await bench.extension('100'));
  const challenge = await caller.ask({ method: 'INVITE', uri: 'sip:100@h' });
  await bench.redis.stop();
  const response = await caller.ask(caller.answering(challenge, { method: 'INVITE', uri: 'sip:100@h' }));
  t.equal(response.status, 503);
  t.match(response.header('Retry-After'), /^\d+$/);
});

t.test('a call goes on while Redis is down, and ends', async (t) => {
  const bench = await Bench.start();
  t.teardown(() => bench.close());
  const { caller, callee, answer } = await established(bench);
  await bench.redis.stop();
  t.equal((await caller.ask(caller.within(answer, { method: 'BYE' }))).status, 200);
  callee.answer(await callee.request('BYE'), 200);
  await sleep(50);
  t.equal(bench.edge.calls, 0);
});

t.test(
  'the edge comes back to a drachtio server that went away, within a second, and its calls are over',
  async (t) => {
    const bench = await Bench.start();
    t.teardown(() => bench.close());
    const { caller } = await established(bench);
    const other = await bench.online(await bench.extension('102'));
    const ringing = await bench.online(await bench.extension('103'));
    await other.invite('103');
    await ringing.request('INVITE');
    t.equal(bench.edge.calls, 2);

    await bench.restartServer(700);
    const began = Date.now();
    while ((await caller.ask({ method: 'REGISTER' })).status !== 401) await sleep(20);
    t.ok(Date.now() - began < 5_000, `${Date.now() - began} ms`);
    t.equal((await caller.register()).status, 200);
    t.equal((await caller.ask({ method: 'MESSAGE' })).status, 405, 'every route is there again');
    await bench.event(caller.id, { type: 'call.ended', status: 200 });
    await bench.event(other.id, { type: 'call.ended' });
    t.equal(bench.edge.calls, 0);
    const again = await caller.invite('103');
    t.ok(await ringing.request('INVITE'));
    caller.cancel(again.text);
  },
);

t.test('an edge that closes hangs up on its calls, stops the ringing and is gone in no time', async (t) => {
  const bench = await Bench.start();
  t.teardown(() => bench.close());
  const { caller, callee } = await established(bench);
  const other = await bench.online(await bench.extension('102'));
  const ringing = await bench.online(await bench.extension('103'));
  const sent = await other.invite('103');
  const invite = await ringing.request('INVITE');
  ringing.answer(invite, 180);

  const began = Date.now();
  const closing = bench.restartEdge();
  for (const phone of [caller, callee]) phone.answer(await phone.request('BYE'), 200);
  t.equal((await other.response(sent.callId, sent.cseq)).status, 503);
  ringing.answer((await ringing.request('CANCEL')) as Message, 200);
  ringing.answer(invite, 487);
  await closing;
  t.ok(Date.now() - began < 5_000, `${Date.now() - began} ms`);
  t.equal((await caller.register()).status, 200);
});
