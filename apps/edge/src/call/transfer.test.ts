import t from 'tap';
import { Bench } from '../testing/bench.js';
import { type EstablishedCall, established, type OnlinePhone } from '../testing/calls.js';
import { type Message, param } from '../testing/message.js';
import { openPbx } from '../testing/pbx.js';
import { SDP_A, SDP_B, type TestPhone } from '../testing/phone.js';

const bench = await Bench.start();
const pbx = await openPbx(bench, '127.0.0.11');
t.teardown(async () => {
  pbx.close();
  await bench.close();
});

const SDP_C = SDP_A.replace('40000', '60000');

/** Sends REFER from the calling phone of a call; gives the answer. */
function refer({ caller, answer }: EstablishedCall, referTo: string, headers: Record<string, string> = {}) {
  return caller.ask(caller.within(answer, { method: 'REFER', headers: { 'Refer-To': referTo, ...headers } }));
}

/** Takes the next NOTIFY, answers it and gives the status that it tells. */
async function told(phone: TestPhone): Promise<Message & { progress: string }> {
  const notify = await phone.request('NOTIFY');
  phone.answer(notify, 200);
  return Object.assign(notify, { progress: notify.body.trim() });
}

async function hungUp(phone: TestPhone): Promise<void> {
  phone.answer(await phone.request('BYE'), 200);
}

async function target(): Promise<{ number: string; phone: OnlinePhone; extension: string }> {
  const extension = await bench.extension(bench.number());
  return { number: extension.number, extension: extension._id, phone: await bench.online(extension) };
}

t.test('a phone sends the other side to another extension (RFC 3515, RFC 5589)', async (t) => {
  const call = await established(bench);
  const { caller, callee, to, from } = call;
  const { number, phone, extension } = await target();
  t.equal((await refer(call, `"Carl" <sip:${number}@anywhere>`)).status, 202);
  const first = await told(caller);
  t.equal(first.progress, 'SIP/2.0 100 Trying');
  t.equal(first.header('Event'), 'refer');
  t.match(first.header('Subscription-State'), /^active;expires=\d+$/);
  t.match(first.header('Content-Type'), /^message\/sipfrag/);

  const invite = await phone.request('INVITE');
  t.equal(invite.body, '', 'it makes the offer');
  t.match(invite.header('From'), new RegExp(`<sip:${to.number}@ringfence>`), 'it sees who is sent to it');
  t.match(invite.header('Referred-By'), new RegExp(`<sip:${from.number}@ringfence>`), 'and by whom');
  phone.answer(invite, 180);
  t.equal((await told(caller)).progress, 'SIP/2.0 180 Ringing');
  phone.answer(invite, 200, { body: SDP_C });
  const change = await callee.request('INVITE');
  t.equal(change.body, SDP_C, 'the other side keeps its dialog');
  callee.answer(change, 200, { body: SDP_B });
  t.equal((await phone.request('ACK')).body, SDP_B);
  await callee.request('ACK');
  const last = await told(caller);
  t.equal(last.progress, 'SIP/2.0 200 OK');
  t.match(last.header('Subscription-State'), /^terminated/);
  await hungUp(caller);

  await bench.event(caller.id, { type: 'call.started', to: number });
  await bench.event(caller.id, { type: 'call.ended', to: number, status: 200 });
  const [kept] = await bench.store.calls.ofExtension(bench.customer, extension);
  t.match(kept, { state: 'answered', caller: { phone: phone.id, number }, callee: { number: to.number } });
  t.strictSame(await bench.store.calls.ofExtension(bench.customer, from._id), []);
  const bye = phone.withinCallee(invite, { method: 'BYE', cseq: 5 });
  phone.send(phone.compose(bye));
  t.equal((await phone.response(invite.header('Call-ID'), 5)).status, 200);
  await hungUp(callee);
  await bench.event(phone.id, { type: 'call.ended', status: 200 });
  t.equal(bench.edge.calls, 0);
});

t.test('a transfer that fails leaves the call as it was, and says why', async (t) => {
  const call = await established(bench);
  const { caller, callee, answer } = call;
  const { number, phone } = await target();
  t.equal((await refer(call, `<sip:${number}@h>`)).status, 202);
  await told(caller);
  phone.answer(await phone.request('INVITE'), 486);
  const last = await told(caller);
  t.equal(last.progress, 'SIP/2.0 486 Busy Here');
  t.match(last.header('Subscription-State'), /^terminated/);
  t.equal((await refer(call, '<sip:999@h>', { 'Refer-Sub': 'false' })).status, 202);
  for (const wrong of ['nonsense', '', '<sip:1@h>, <sip:2@h>', '<tel:1>', '<sip:1@h?Replaces=%GG>']) {
    t.equal((await refer(call, wrong)).status, 400, wrong);
  }
  t.strictSame(
    caller.untaken.filter((start) => start.startsWith('NOTIFY')),
    [],
  );
  t.equal((await refer(call, `<sip:${number}@h?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2>`)).status, 202);
  await told(caller);
  t.equal((await told(caller)).progress, 'SIP/2.0 481 Call/Transaction Does Not Exist');
  t.strictSame(callee.untaken, []);
  t.equal((await caller.ask(caller.within(answer, { method: 'BYE' }))).status, 200);
  await hungUp(callee);
});

t.test('a transfer is limited as a call is', async (t) => {
  const call = await established(bench);
  const { number } = await target();
  const others = await Promise.all(Array.from({ length: 9 }, () => call.caller.invite(call.to.number)));
  for (const _ of others) await call.callee.request('INVITE');
  t.equal((await refer(call, `sip:${number}@h`)).status, 202);
  await told(call.caller);
  t.equal((await told(call.caller)).progress, 'SIP/2.0 486 Busy Here');
  for (const { text } of others) call.caller.cancel(text);
  t.equal((await call.caller.ask(call.caller.within(call.answer, { method: 'BYE', cseq: 100 }))).status, 200);
  await hungUp(call.callee);
});

t.test('a phone may hang up as soon as its REFER was taken, and one transfer at a time is made', async (t) => {
  const call = await established(bench);
  const { caller, callee, answer } = call;
  const { number, phone } = await target();
  t.equal((await refer(call, `sip:${number}@h`)).status, 202);
  await told(caller);
  t.equal((await refer(call, `sip:${number}@h`)).status, 491);
  t.equal((await caller.ask(caller.within(answer, { method: 'BYE' }))).status, 200);
  const invite = await phone.request('INVITE');
  phone.answer(invite, 200, { body: SDP_C });
  const change = await callee.request('INVITE');
  callee.answer(change, 200, { body: SDP_B });
  await callee.request('ACK');
  await phone.request('ACK');
  const bye = { method: 'BYE', callId: call.invite.header('Call-ID'), cseq: 5 };
  callee.send(callee.compose(callee.withinCallee(call.invite, bye)));
  t.equal((await callee.response(bye.callId, 5)).status, 200);
  await hungUp(phone);
});

t.test('a phone that hung up and whose transfer fails ends the call for the other side', async (t) => {
  const call = await established(bench);
  const { caller, callee, answer } = call;
  const { number, phone } = await target();
  await refer(call, `sip:${number}@h`);
  await told(caller);
  t.equal((await caller.ask(caller.within(answer, { method: 'BYE' }))).status, 200);
  phone.answer(await phone.request('INVITE'), 603);
  await hungUp(callee);
  await bench.event(caller.id, { type: 'call.ended', status: 200 });
});

t.test('the other side hangs up while it is transferred: nothing rings any more', async (t) => {
  const call = await established(bench);
  const { caller, callee, invite } = call;
  const { number, phone } = await target();
  await refer(call, `sip:${number}@h`);
  await told(caller);
  const ringing = await phone.request('INVITE');
  phone.answer(ringing, 180);
  await told(caller);
  const bye = { method: 'BYE', callId: invite.header('Call-ID'), cseq: 5 };
  callee.send(callee.compose(callee.withinCallee(invite, bye)));
  t.equal((await callee.response(bye.callId, 5)).status, 200);
  phone.answer(await phone.request('CANCEL'), 200);
  phone.answer(ringing, 487);
  await hungUp(caller);
});

t.test('an attended transfer joins the other sides of two calls of a phone (RFC 5589 7, RFC 3891)', async (t) => {
  const call = await established(bench);
  const { caller, callee } = call;
  const { number, phone, extension } = await target();
  const sent = await caller.invite(number);
  const invite = await phone.request('INVITE');
  phone.answer(invite, 200, { body: SDP_C });
  const consulted = await caller.response(sent.callId, sent.cseq);
  caller.acknowledge(consulted, sent);
  await phone.request('ACK');
  const tags = `to-tag%3D${param(consulted.header('To'), 'tag')}%3Bfrom-tag%3D${param(consulted.header('From'), 'tag')}`;
  const stranger = await established(bench);
  const stolen = `<sip:${number}@h?Replaces=${stranger.answer.header('Call-ID')}%3B${tags}>`;
  t.equal((await refer(call, stolen)).status, 202, 'a call of another phone is none');
  await told(caller);
  t.equal((await told(caller)).progress, 'SIP/2.0 481 Call/Transaction Does Not Exist');

  t.equal((await refer(call, `<sip:${number}@h?Replaces=${sent.callId}%3B${tags}>`)).status, 202);
  await told(caller);
  const asked = await phone.request('INVITE');
  t.equal(asked.body, '');
  phone.answer(asked, 200, { body: SDP_C });
  const change = await callee.request('INVITE');
  t.equal(change.body, SDP_C);
  callee.answer(change, 200, { body: SDP_B });
  t.equal((await phone.request('ACK')).body, SDP_B);
  await callee.request('ACK');
  await hungUp(caller);
  t.equal((await told(caller)).progress, 'SIP/2.0 200 OK');
  await hungUp(caller);

  t.equal((await bench.store.calls.ofExtension(bench.customer, extension)).length, 1);
  const bye = { method: 'BYE', callId: call.invite.header('Call-ID'), cseq: 5 };
  callee.send(callee.compose(callee.withinCallee(call.invite, bye)));
  t.equal((await callee.response(bye.callId, 5)).status, 200);
  await hungUp(phone);
  await bench.event(phone.id, { type: 'call.transferred' });
  await bench.event(phone.id, { type: 'call.ended', status: 200 });
  t.equal(bench.edge.calls, 1, 'but for that of the stranger');
});

t.test('a transfer goes to the cluster for other numbers, and a cluster transfers nobody', async (t) => {
  await bench.restartEdge({ clusters: { 1: [pbx.target] } });
  const call = await established(bench);
  const { caller, from, to } = call;
  t.equal((await refer(call, '<sip:+4511223344@h>')).status, 202);
  await told(caller);
  const invite = await pbx.phone.request('INVITE');
  t.match(invite.start, /^INVITE sip:\+4511223344@/);
  t.match(invite.header('From'), new RegExp(`<sip:${to.number}@ringfence>`));
  t.match(invite.header('P-Asserted-Identity'), new RegExp(`<sip:${from.number}@ringfence>`));
  t.equal(invite.header('Diversion'), '');
  pbx.phone.answer(invite, 404);
  t.equal((await told(caller)).progress, 'SIP/2.0 404 Not Found');

  const sent = await caller.invite('33');
  const outside = await pbx.phone.request('INVITE');
  pbx.phone.answer(outside, 200, { body: SDP_B });
  caller.acknowledge(await caller.response(sent.callId, sent.cseq), sent);
  const request = { method: 'REFER', headers: { 'Refer-To': '<sip:1@h>' }, cseq: 7 };
  pbx.phone.send(pbx.phone.compose(pbx.phone.withinCallee(outside, request)));
  t.equal((await pbx.phone.response(outside.header('Call-ID'), 7)).status, 403);
});
