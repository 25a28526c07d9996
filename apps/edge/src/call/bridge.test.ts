import { keys } from '@ringfence/store';
import t from 'tap';
import { Bench } from '../testing/bench.js';
import { established } from '../testing/calls.js';
import { SDP_A, SDP_B } from '../testing/phone.js';

const HOLD_A = SDP_A.replace('t=0 0', 't=0 0\r\na=sendonly');
const HOLD_B = SDP_B.replace('t=0 0', 't=0 0\r\na=sendonly');

const bench = await Bench.start();
t.teardown(() => bench.close());

t.test('the callee hangs up', async (t) => {
  const { caller, callee, invite } = await established(bench);
  callee.send(
    callee.compose(callee.withinCallee(invite, { method: 'BYE', callId: invite.header('Call-ID'), cseq: 1 })),
  );
  t.equal((await callee.response(invite.header('Call-ID'), 1)).status, 200);
  caller.answer(await caller.request('BYE'), 200);
  await bench.event(caller.id, { type: 'call.ended', status: 200 });
});

t.test('either side changes the session (RFC 3261 14)', async (t) => {
  const { caller, callee, answer, invite } = await established(bench);

  const fromCaller = caller.ask(caller.within(answer, { method: 'INVITE', body: HOLD_A }));
  const toCallee = await callee.request('INVITE');
  t.equal(toCallee.body, HOLD_A);
  callee.answer(toCallee, 200, { body: SDP_B });
  const first = await fromCaller;
  t.equal(first.status, 200);
  t.equal(first.body, SDP_B);
  caller.acknowledge(first, { method: 'INVITE' });
  await callee.request('ACK');

  const request = callee.withinCallee(invite, { method: 'INVITE', body: HOLD_B, cseq: 7 });
  callee.send(callee.compose(request));
  const toCaller = await caller.request('INVITE');
  t.equal(toCaller.body, HOLD_B);
  caller.answer(toCaller, 200, { body: SDP_A });
  const second = await callee.response(invite.header('Call-ID'), 7);
  t.equal(second.status, 200);
  t.equal(second.body, SDP_A);
  await caller.request('ACK');
});

t.test('a change that the other side refuses is refused, and the next one goes through (RFC 3261 14.1)', async (t) => {
  const { caller, callee, answer } = await established(bench);
  for (const [status, told] of [
    [488, 488],
    [491, 491],
    [200, 200],
  ] as const) {
    const asking = caller.ask(caller.within(answer, { method: 'INVITE', body: HOLD_A }));
    callee.answer(await callee.request('INVITE'), status, status === 200 ? { body: SDP_B } : {});
    const response = await asking;
    t.equal(response.status, told);
    caller.acknowledge(response, caller.within(answer, { method: 'INVITE' }));
    await callee.request('ACK');
  }
});

t.test('two changes that cross get 491 (RFC 3261 14.2)', async (t) => {
  const { caller, callee, answer, invite } = await established(bench);
  const asking = caller.ask(caller.within(answer, { method: 'INVITE', body: HOLD_A }));
  const toCallee = await callee.request('INVITE');
  callee.send(callee.compose(callee.withinCallee(invite, { method: 'INVITE', body: HOLD_B, cseq: 7 })));
  t.equal((await callee.response(invite.header('Call-ID'), 7)).status, 491);
  callee.answer(toCallee, 200, { body: SDP_B });
  t.equal((await asking).status, 200);
});

t.test('a change without offer gets the offer from the other side, and the answer with the ACK', async (t) => {
  const { caller, callee, answer } = await established(bench);
  const request = caller.within(answer, { method: 'INVITE' });
  const asking = caller.ask(request);
  const toCallee = await callee.request('INVITE');
  t.equal(toCallee.body, '');
  callee.answer(toCallee, 200, { body: SDP_B });
  const offer = await asking;
  t.equal(offer.body, SDP_B);
  caller.acknowledge(offer, request, SDP_A);
  t.equal((await callee.request('ACK')).body, SDP_A);
});

t.test(
  'a change by UPDATE is passed on by UPDATE to a phone that takes it, else by re-INVITE (RFC 3311)',
  async (t) => {
    const { caller, callee, answer, invite } = await established(bench, { Allow: 'INVITE, ACK, BYE, UPDATE' });
    const fromCaller = caller.ask(caller.within(answer, { method: 'UPDATE', body: HOLD_A }));
    const toCallee = await callee.request('UPDATE');
    t.equal(toCallee.body, HOLD_A);
    callee.answer(toCallee, 200, { body: HOLD_B });
    t.match(await fromCaller, { status: 200, body: HOLD_B });

    const request = callee.withinCallee(invite, { method: 'UPDATE', body: SDP_B, cseq: 7 });
    callee.send(callee.compose(request));
    const toCaller = await caller.request('INVITE');
    t.equal(toCaller.body, SDP_B);
    caller.answer(toCaller, 200, { body: SDP_A });
    t.match(await callee.response(invite.header('Call-ID'), 7), { status: 200, body: SDP_A });
    await caller.request('ACK');
  },
);

t.test('what changes nothing is answered without asking the other side', async (t) => {
  const { caller, callee, answer } = await established(bench);
  for (const [method, body, answered] of [
    ['INVITE', SDP_A, SDP_B],
    ['UPDATE', '', ''],
  ] as const) {
    const response = await caller.ask(caller.within(answer, { method, body }));
    t.match(response, { status: 200, body: answered });
    if (method === 'INVITE') caller.acknowledge(response, { method });
  }
  t.strictSame(callee.untaken, []);
});

t.test('keys pressed reach the other side (RFC 6086)', async (t) => {
  const { caller, callee, answer, invite } = await established(bench);
  const info = { method: 'INFO', body: 'Signal=5\r\nDuration=100\r\n', contentType: 'application/dtmf-relay' };
  const asking = caller.ask(caller.within(answer, { ...info, headers: { 'X-Evil': 'x' } }));
  const received = await callee.request('INFO');
  t.equal(received.body, info.body);
  t.equal(received.header('Content-Type'), 'application/dtmf-relay');
  t.equal(received.header('X-Evil'), '');
  callee.answer(received, 200);
  t.equal((await asking).status, 200);
  callee.send(callee.compose(callee.withinCallee(invite, { ...info, cseq: 3 })));
  const back = await caller.request('INFO');
  caller.answer(back, 415);
  t.equal((await callee.response(invite.header('Call-ID'), 3)).status, 415);
});

t.test('within a call OPTIONS tells what is served, and what is not served gets 405', async (t) => {
  const { caller, answer } = await established(bench);
  const options = await caller.ask(caller.within(answer, { method: 'OPTIONS' }));
  t.equal(options.status, 200);
  t.match(options.header('Allow'), /INVITE.*BYE/);
  for (const method of ['MESSAGE', 'NOTIFY', 'PUBLISH']) {
    const response = await caller.ask(caller.within(answer, { method }));
    t.equal(response.status, 405, method);
    t.match(response.header('Allow'), /INVITE.*BYE/);
  }
});

t.test('a phone that lost the call ends it for the other (RFC 3261 12.2.1.2)', async (t) => {
  const { caller, callee, answer } = await established(bench);
  const asking = caller.ask(caller.within(answer, { method: 'INFO', body: 'x', contentType: 'application/dtmf' }));
  callee.answer(await callee.request('INFO'), 481);
  t.equal((await asking).status, 480);
  caller.answer(await caller.request('BYE'), 200);
  await bench.event(caller.id, { type: 'call.ended' });
});

t.test('what a phone sends within a call from outside its fence is refused, and goes nowhere', async (t) => {
  const { caller, callee, answer, invite } = await established(bench);
  const key = keys.phone(caller.id);
  const elsewhere = await bench.phone(caller.account, '127.0.0.2');
  let cseq = 100;
  for (const method of ['INVITE', 'INFO', 'OPTIONS']) {
    const response = await elsewhere.ask(elsewhere.within(answer, { method, body: SDP_A, cseq: ++cseq }));
    t.equal(response.status, 403, method);
    if (method === 'INVITE') elsewhere.acknowledge(response, elsewhere.within(answer, { method }));
    await bench.event(caller.id, {
      type: 'phone.refused',
      reason: 'address_not_allowed',
      method,
      address: '127.0.0.2',
    });
  }
  t.strictSame(callee.untaken, []);

  await bench.store.redis.hset(key, 'ip.mode', 'ROAMING', 'ip.countries', 'DK');
  const asking = (phone: typeof elsewhere) => phone.ask(phone.within(answer, { method: 'OPTIONS', cseq: ++cseq }));
  t.equal((await asking(caller)).status, 403, 'the fence as it is now');
  await bench.event(caller.id, { type: 'phone.refused', reason: 'country_unknown', method: 'OPTIONS' });
  const roaming = await bench.phone(caller.account, '127.0.0.3');
  t.equal((await asking(roaming)).status, 200);
  await bench.store.redis.del(key);
  t.equal((await asking(roaming)).status, 403, 'a phone that is no more');

  const thief = await bench.phone(callee.account, '127.0.0.2');
  const info = thief.withinCallee(invite, { method: 'INFO', cseq: 9 });
  thief.send(thief.compose(info));
  t.equal((await thief.response(invite.header('Call-ID'), 9)).status, 403, 'the called phone is fenced as well');
  t.notOk(caller.untaken.some((start) => start.startsWith('INFO')));
  callee.send(callee.compose({ ...info, method: 'BYE', cseq: 10 }));
  t.equal((await callee.response(invite.header('Call-ID'), 10)).status, 200);
});

t.test('a BYE from outside the fence of its phone does not hang up on the other', async (t) => {
  const { caller, callee, answer, invite } = await established(bench);
  const elsewhere = await bench.phone(caller.account, '127.0.0.2');
  t.equal((await elsewhere.ask(elsewhere.within(answer, { method: 'BYE', cseq: 100 }))).status, 403);
  await bench.event(caller.id, { type: 'phone.refused', reason: 'address_not_allowed', method: 'BYE' });
  t.strictSame(callee.untaken, []);
  const bye = callee.withinCallee(invite, { method: 'BYE', callId: invite.header('Call-ID'), cseq: 1 });
  callee.send(callee.compose(bye));
  t.equal((await callee.response(invite.header('Call-ID'), 1)).status, 200);
  await bench.event(caller.id, { type: 'call.ended', status: 200 });
});
