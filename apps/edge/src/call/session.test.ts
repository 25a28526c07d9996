import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { Bench } from '../testing/bench.js';
import { established, parties } from '../testing/calls.js';
import type { Message } from '../testing/message.js';
import { SDP_A, SDP_B, type TestPhone } from '../testing/phone.js';

const bench = await Bench.start({ sessionTimes: { expires: 2, min: 1 } });
t.teardown(() => bench.close());

const TIMER = { Supported: 'timer' };

/** Answers what the edge asks of a phone within a call, until it hangs up. */
async function stayAlive(phone: TestPhone): Promise<Message> {
  const asked = await phone.next(({ status, method }) => status === 0 && /OPTIONS|BYE/.test(method), 8_000);
  phone.answer(asked, 200);
  return asked.method === 'BYE' ? asked : stayAlive(phone);
}

t.test('a call goes on while the caller refreshes it, and is over when it does not (RFC 4028 10)', async (t) => {
  const { caller, callee, invite, answer } = await established(bench, {}, TIMER);
  t.match(invite.header('Supported'), /timer/);
  t.equal(invite.header('Session-Expires'), '2');
  t.equal(answer.header('Session-Expires'), '2;refresher=uac');
  t.equal(answer.header('Require'), 'timer');
  const over = stayAlive(callee);
  for (let i = 0; i < 3; i++) {
    await sleep(800);
    const refreshed = await caller.ask(caller.within(answer, { method: 'UPDATE', headers: TIMER }));
    t.equal(refreshed.status, 200);
    t.equal(refreshed.header('Session-Expires'), '2;refresher=uac');
  }
  const quiet = Date.now();
  caller.answer(await caller.request('BYE'), 200);
  await over;
  t.ok(Date.now() - quiet < 5_000);
  await bench.event(caller.id, { type: 'call.ended', status: 200 });
});

t.test(
  'the edge refreshes where it was agreed to, and a phone that lost the call ends it (RFC 4028 7.4)',
  async (t) => {
    const agreed = { ...TIMER, Require: 'timer', 'Session-Expires': '2;refresher=uac', Allow: 'INVITE, BYE, UPDATE' };
    const { caller, callee } = await established(bench, agreed, { ...TIMER, 'Session-Expires': '2;refresher=uas' });
    const toCaller = await caller.request('INVITE');
    t.equal(toCaller.body, SDP_B, 'by re-INVITE to one that takes no UPDATE');
    t.equal(toCaller.header('Session-Expires'), '2;refresher=uac');
    caller.answer(toCaller, 200, { body: SDP_A, headers: { ...TIMER, 'Session-Expires': '2;refresher=uac' } });
    await caller.request('ACK');
    const toCallee = await callee.request('UPDATE');
    t.equal(toCallee.body, '');
    t.equal(toCallee.header('Session-Expires'), '2;refresher=uac');
    callee.answer(toCallee, 422, { headers: { 'Min-SE': '3' } });
    const again = await callee.request('UPDATE');
    t.equal(again.header('Session-Expires'), '3;refresher=uac');
    callee.answer(again, 200, { headers: { ...TIMER, 'Session-Expires': '3;refresher=uac' } });
    callee.answer(await callee.request('UPDATE'), 481);
    caller.answer(await caller.next(({ status, method }) => status === 0 && method === 'BYE'), 200);
    await bench.event(caller.id, { type: 'call.ended', status: 200 });
  },
);

t.test('a phone without session timers is asked whether it still has the call', async (t) => {
  const { caller, callee } = await established(bench);
  t.equal((await caller.request('OPTIONS')).header('Session-Expires'), '');
  callee.answer(await callee.request('OPTIONS'), 481);
  caller.answer(await caller.request('BYE'), 200);
  await bench.event(caller.id, { type: 'call.ended', status: 200 });
  t.equal(bench.edge.calls, 0);
});

t.test(
  'intervals that are too short are refused either way, and a phone gets the one it wants (RFC 4028 7.3)',
  async (t) => {
    const { caller, callee, to } = await parties(bench);
    const short = await caller.ask({ method: 'INVITE', body: SDP_A, headers: { ...TIMER, 'Session-Expires': '0' } });
    t.equal(short.status, 422);
    t.equal(short.header('Min-SE'), '1');
    const sent = await caller.invite(to.number);
    callee.answer(await callee.request('INVITE'), 422, { headers: { 'Min-SE': '5' } });
    await callee.request('ACK');
    const invite = await callee.request('INVITE');
    t.equal(invite.header('Session-Expires'), '5');
    t.equal(invite.header('Min-SE'), '5');
    callee.answer(invite, 422, { headers: { 'Min-SE': '6' } });
    t.equal((await caller.response(sent.callId, sent.cseq)).status, 480, 'one that wants ever more is not called');
  },
);
