import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { Bench } from '../testing/bench.js';
import { parties, provisional } from '../testing/calls.js';
import type { Message } from '../testing/message.js';
import { SDP_A, SDP_B, type TestPhone } from '../testing/phone.js';

const bench = await Bench.start();
t.teardown(() => bench.close());

t.test('a call rings, is answered, carries and ends (RFC 3261 13)', async (t) => {
  const { caller, callee, from, to } = await parties(bench);
  const sent = await caller.invite(to.number);
  const invite = await callee.request('INVITE');
  t.equal(invite.start, `INVITE ${callee.contact.slice(1, -1)} SIP/2.0`);
  t.equal(invite.body, SDP_A);
  callee.answer(invite, 180);
  t.equal((await provisional(caller, 180)).body, '');
  callee.answer(invite, 200, { body: SDP_B });
  const answer = await caller.response(sent.callId, sent.cseq);
  t.equal(answer.status, 200);
  t.equal(answer.body, SDP_B);
  caller.acknowledge(answer, sent);
  t.equal((await callee.request('ACK')).body, '');
  await sleep(1_100);
  t.equal((await caller.ask(caller.within(answer, { method: 'BYE' }))).status, 200);
  callee.answer(await callee.request('BYE'), 200);

  const call = await bench.event(caller.id, { type: 'call.ended', status: 200, duration: 1 });
  t.match(
    (await bench.events(caller.id)).filter((event) => event.call === call.call),
    [
      { type: 'call.started', from: from.number, to: to.number, extension: from._id, customer: bench.customer },
      { type: 'call.answered', answeredBy: callee.id },
      { type: 'call.ended' },
    ],
  );
  t.equal(bench.edge.calls, 0);
});

t.test('every phone of the extension rings; the first to pick up has the call, the others stop', async (t) => {
  const { caller, callees, to } = await parties(bench, 3);
  const sent = await caller.invite(to.number);
  const invites = await Promise.all(callees.map((phone) => phone.request('INVITE')));
  for (const [i, phone] of callees.entries()) phone.answer(invites[i] as Message, 180);
  await provisional(caller, 180);
  callees[1]?.answer(invites[1] as Message, 200, { body: SDP_B });
  t.equal((await caller.response(sent.callId, sent.cseq)).status, 200);
  for (const i of [0, 2]) {
    const phone = callees[i] as TestPhone;
    phone.answer(await phone.request('CANCEL'), 200);
    phone.answer(invites[i] as Message, 487);
    await phone.request('ACK');
  }
  await callees[1]?.request('ACK');
  t.notOk(callees[1]?.untaken.some((start) => start.startsWith('CANCEL')));
  t.notOk(
    caller.untaken.some((start) => start.includes(' 180 ')),
    'rings once',
  );
});

t.test('a second phone that picks up at the same moment is acknowledged and hung up on', async (t) => {
  const { caller, callees, to } = await parties(bench, 2);
  const sent = await caller.invite(to.number);
  const invites = await Promise.all(callees.map((phone) => phone.request('INVITE')));
  for (const [i, phone] of callees.entries()) phone.answer(invites[i] as Message, 200, { body: SDP_B });
  const answer = await caller.response(sent.callId, sent.cseq);
  t.equal(answer.status, 200);
  caller.acknowledge(answer, sent);
  await Promise.all(callees.map((phone) => phone.request('ACK')));
  const ended = await Promise.any(
    callees.map(async (phone) => {
      phone.answer(await phone.request('BYE'), 200);
      return phone;
    }),
  );
  await sleep(100);
  t.notOk(callees.find((phone) => phone !== ended)?.untaken.some((start) => start.startsWith('BYE')));
  t.equal((await bench.events(caller.id)).filter(({ type }) => type === 'call.answered').length, 1);
});

t.test('when all phones fail the best failure is told (RFC 3261 16.7)', async (t) => {
  for (const [statuses, told] of [
    [[486], 486],
    [[480, 486], 486],
    [[404, 503], 480],
    [[500], 500],
    [[302], 404],
    [[401], 480],
  ] as const) {
    const { caller, callees, to } = await parties(bench, statuses.length);
    const sent = await caller.invite(to.number);
    for (const [i, phone] of callees.entries()) phone.answer(await phone.request('INVITE'), statuses[i] as number);
    const response = await caller.response(sent.callId, sent.cseq);
    t.equal(response.status, told, `${statuses}`);
    t.notMatch(response.text, /authenticate|Contact: <sip:[a-z0-9]{32}/i);
    await bench.event(caller.id, { type: 'call.ended', status: told, duration: 0 });
  }
});

t.test('one phone that declines for all ends the ringing of the others (RFC 3261 16.7)', async (t) => {
  const { caller, callees, to } = await parties(bench, 2);
  const sent = await caller.invite(to.number);
  const [first, second] = [callees[0] as TestPhone, callees[1] as TestPhone];
  const [, invite] = [first.answer(await first.request('INVITE'), 603), await second.request('INVITE')];
  second.answer(invite, 180);
  t.equal((await caller.response(sent.callId, sent.cseq)).status, 603);
  second.answer(await second.request('CANCEL'), 200);
  second.answer(invite, 487);
});

t.test('the caller gives up: no phone rings any more (RFC 3261 9)', async (t) => {
  const before = bench.edge.calls;
  const { caller, callees, to } = await parties(bench, 2);
  const sent = await caller.invite(to.number);
  const invites = await Promise.all(callees.map((phone) => phone.request('INVITE')));
  for (const [i, phone] of callees.entries()) phone.answer(invites[i] as Message, 180);
  await provisional(caller, 180);
  caller.cancel(sent.text);
  t.equal((await caller.next((message) => message.status === 487)).status, 487);
  for (const [i, phone] of callees.entries()) {
    phone.answer(await phone.request('CANCEL'), 200);
    phone.answer(invites[i] as Message, 487);
  }
  await bench.event(caller.id, { type: 'call.ended', status: 487 });
  t.equal(bench.edge.calls, before);
});

t.test('a phone that picks up just as the caller gives up is hung up on', async (t) => {
  const before = bench.edge.calls;
  const { caller, callee, to } = await parties(bench);
  const sent = await caller.invite(to.number);
  const invite = await callee.request('INVITE');
  caller.cancel(sent.text);
  callee.answer(invite, 200, { body: SDP_B });
  await callee.request('ACK');
  callee.answer(await callee.request('BYE'), 200);
  await bench.event(caller.id, { type: 'call.ended' });
  t.equal(bench.edge.calls, before);
});

t.test("a single phone's early media reaches the caller, each response once", async (t) => {
  const { caller, callee, to } = await parties(bench);
  const sent = await caller.invite(to.number);
  const invite = await callee.request('INVITE');
  for (let i = 0; i < 3; i++) callee.answer(invite, 180);
  callee.answer(invite, 183, { body: SDP_B });
  t.equal((await provisional(caller, 183)).body, SDP_B);
  callee.answer(invite, 200, { body: SDP_B });
  await caller.response(sent.callId, sent.cseq);
  t.equal(caller.untaken.filter((start) => start.includes(' 180 ')).length, 1);
});

t.test(
  'an INVITE without offer gets one from the phone and brings the answer with the ACK (RFC 3261 13.2.1)',
  async (t) => {
    const { caller, callee, to } = await parties(bench);
    const sent = await caller.invite(to.number, { body: '' });
    const invite = await callee.request('INVITE');
    t.equal(invite.body, '');
    callee.answer(invite, 200, { body: SDP_B });
    const offer = await caller.response(sent.callId, sent.cseq);
    t.equal(offer.body, SDP_B);
    caller.acknowledge(offer, sent, SDP_A);
    t.equal((await callee.request('ACK')).body, SDP_A);
    t.equal((await caller.ask(caller.within(offer, { method: 'BYE' }))).status, 200);
    callee.answer(await callee.request('BYE'), 200);
    await bench.event(caller.id, { type: 'call.answered', answeredBy: callee.id });
  },
);

t.test('a caller without offer that hangs up before it answers leaves nobody in a call', async (t) => {
  const { caller, callee, to } = await parties(bench);
  const sent = await caller.invite(to.number, { body: '' });
  callee.answer(await callee.request('INVITE'), 200, { body: SDP_B });
  const offer = await caller.response(sent.callId, sent.cseq);
  t.equal((await caller.ask(caller.within(offer, { method: 'BYE' }))).status, 200);
  await callee.request('ACK');
  callee.answer(await callee.request('BYE'), 200);
  await bench.event(caller.id, { type: 'call.ended' });
});
