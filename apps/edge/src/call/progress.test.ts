import t from 'tap';
import { Bench } from '../testing/bench.js';
import { parties, provisional } from '../testing/calls.js';
import type { Message } from '../testing/message.js';
import { SDP_A, SDP_B, type TestPhone } from '../testing/phone.js';

const bench = await Bench.start();
t.teardown(() => bench.close());

const RELIABLE = { Supported: '100rel' };

/** Acknowledges a reliable provisional response. */
function acknowledge(phone: TestPhone, response: Message, cseq: number, body = ''): Promise<Message> {
  const RAck = `${response.header('RSeq')} ${response.header('CSeq')}`;
  return phone.ask(phone.within(response, { method: 'PRACK', cseq, body, headers: { RAck } }));
}

t.test('early media is sent reliably when both sides can, and acknowledged with PRACK (RFC 3262)', async (t) => {
  const { caller, callee, to } = await parties(bench);
  const sent = await caller.invite(to.number, { headers: RELIABLE });
  const invite = await callee.request('INVITE');
  t.match(invite.header('Supported'), /100rel/);
  callee.answer(invite, 183, { body: SDP_B, headers: { Require: '100rel', RSeq: '7' } });
  const prack = await callee.request('PRACK');
  t.match(prack.header('RAck'), /^7 \d+ INVITE$/);
  callee.answer(prack, 200);
  const early = await provisional(caller, 183);
  t.equal(early.body, SDP_B);
  t.equal(early.header('Require'), '100rel');
  t.match(early.header('RSeq'), /^\d+$/);

  callee.answer(invite, 200);
  await callee.request('ACK');
  await t.rejects(
    caller.next(({ status }) => status === 200, 300),
    'the 200 waits for the PRACK',
  );
  t.equal((await acknowledge(caller, early, sent.cseq + 1)).status, 200);
  const answer = await caller.response(sent.callId, sent.cseq);
  t.equal(answer.status, 200);
  t.equal(answer.body, SDP_B, 'though the phone does not repeat it');
  caller.acknowledge(answer, sent);
  t.equal((await caller.ask(caller.within(answer, { method: 'BYE', cseq: sent.cseq + 2 }))).status, 200);
  callee.answer(await callee.request('BYE'), 200);
});

t.test('a caller that requires it gets nothing unreliably, one after the other', async (t) => {
  const { caller, callee, to } = await parties(bench);
  const sent = await caller.invite(to.number, { headers: { Require: '100rel' } });
  const invite = await callee.request('INVITE');
  callee.answer(invite, 180);
  const ringing = await provisional(caller, 180);
  t.equal(ringing.header('Require'), '100rel');
  callee.answer(invite, 183, { body: SDP_B });
  await t.rejects(caller.next(({ status }) => status === 183, 200));
  t.equal((await acknowledge(caller, ringing, sent.cseq + 1, SDP_A)).status, 488, 'no new offer before the answer');
  const early = await provisional(caller, 183);
  t.equal(Number(early.header('RSeq')), Number(ringing.header('RSeq')) + 1);
  callee.answer(invite, 486);
  t.equal((await caller.response(sent.callId, sent.cseq)).status, 486);
});

t.test('a caller that cannot gets it unreliably, and a phone is offered it only with an offer', async (t) => {
  const { caller, callee, to } = await parties(bench);
  const sent = await caller.invite(to.number);
  const invite = await callee.request('INVITE');
  callee.answer(invite, 183, { body: SDP_B, headers: { Require: '100rel', RSeq: '7' } });
  callee.answer(await callee.request('PRACK'), 200);
  const early = await provisional(caller, 183);
  t.equal(early.header('Require'), '');
  t.equal(early.header('RSeq'), '');
  callee.answer(invite, 486);
  await caller.response(sent.callId, sent.cseq);
  await caller.invite(to.number, { body: '', headers: RELIABLE });
  const late = await callee.request('INVITE');
  t.equal(late.header('Supported'), 'timer');
  callee.answer(late, 486);
});

t.test('a PRACK of nothing is answered 481', async (t) => {
  const { caller } = await parties(bench);
  for (const to of ['<sip:1@h>', '<sip:1@h>;tag=x']) {
    t.equal((await caller.ask({ method: 'PRACK', to, headers: { RAck: '1 1 INVITE' } })).status, 481);
  }
});
