import t, { type Test } from 'tap';
import { Bench } from '../testing/bench.js';
import { type OnlinePhone, type Parties, parties, provisional } from '../testing/calls.js';
import { type Message, param } from '../testing/message.js';
import { openPbx } from '../testing/pbx.js';
import type { Request } from '../testing/phone.js';
import { portOf, TestRtp } from '../testing/rtp.js';
import { TestRtpengine } from '../testing/rtpengine.js';
import { until } from '../testing/until.js';

const server = await TestRtpengine.start();
const bench = await Bench.start({ rtpengines: [server.name] });
t.teardown(async () => {
  await bench.close();
  await server.close();
});

/** What a phone behind a NAT says of itself. */
const PRIVATE = { address: '10.1.2.3' };

async function sound(t: Test): Promise<TestRtp> {
  const rtp = await TestRtp.open();
  t.teardown(() => rtp.close());
  return rtp;
}

interface Talk extends Parties {
  alice: TestRtp;
  bob: TestRtp;
  sent: Request & { callId: string; cseq: number };
  invite: Message;
  answer: Message;
}

/** A call of a phone behind a NAT to another one. */
async function talk(t: Test): Promise<Talk> {
  const all = await parties(bench);
  const [alice, bob] = [await sound(t), await sound(t)];
  const sent = await all.caller.invite(all.to.number, { body: alice.sdp(PRIVATE) });
  const invite = await all.callee.request('INVITE');
  all.callee.answer(invite, 200, { body: bob.sdp(PRIVATE) });
  const answer = await all.caller.response(sent.callId, sent.cseq);
  all.caller.acknowledge(answer, sent);
  await all.callee.request('ACK');
  return { ...all, alice, bob, sent, invite, answer };
}

/** Each says something to where the other's session description leads, and is heard. */
async function hear(one: TestRtp, forOne: string, other: TestRtp, forOther: string): Promise<void> {
  await Promise.all([one.says('hello', forOne, other), other.says('hi', forOther, one)]);
}

async function hangUp({ caller, callee, answer }: Talk, cseq = 50): Promise<void> {
  await caller.ask(caller.within(answer, { method: 'BYE', cseq }));
  callee.answer(await callee.request('BYE'), 200);
}

async function nothingLeft(t: Test): Promise<void> {
  await until(async () => (await server.sessions()).length === 0);
  t.strictSame(await server.sessions(), []);
}

/** A re-INVITE of the caller, answered by the callee; gives what each got, and acknowledges it. */
async function change(call: Talk, cseq: number, offer: string, status: number, body = '') {
  const { caller, callee, answer } = call;
  const request = caller.within(answer, { method: 'INVITE', cseq, body: offer });
  const asked = caller.ask(request);
  const invite = await callee.request('INVITE');
  callee.answer(invite, status, { body });
  const got = await asked;
  caller.acknowledge(got, request);
  await callee.request('ACK');
  return { offered: invite.body, got };
}

t.test('phones behind NATs hear each other, before, during and after hold, until one hangs up', async (t) => {
  const call = await talk(t);
  const { alice, bob, invite, answer } = call;
  for (const { body } of [invite, answer]) t.match(body, /^c=IN IP4 127\.0\.0\.1\r$/m);
  await hear(alice, answer.body, bob, invite.body);
  t.equal((await server.sessions()).length, 1);
  const held = { ...PRIVATE, direction: 'sendonly' };
  const hold = await change(call, 20, alice.sdp(held), 200, bob.sdp({ ...PRIVATE, direction: 'recvonly' }));
  t.match(hold.offered, /^a=sendonly\r$/m);
  t.match(hold.got.body, /^a=recvonly\r$/m);
  const back = await change(call, 21, alice.sdp(PRIVATE), 200, bob.sdp(PRIVATE));
  await hear(alice, back.got.body, bob, back.offered);
  const elsewhere = await sound(t);
  t.equal((await change(call, 22, elsewhere.sdp(), 488)).got.status, 488);
  await bob.says('as before', back.offered, alice);
  await alice.says('as before', back.got.body, bob);
  await hangUp(call);
  await nothingLeft(t);
});

t.test('a change may ask for the offer, and come from the other side by UPDATE (RFC 3261 14, RFC 3311)', async (t) => {
  const call = await talk(t);
  const { alice, bob, caller, callee, answer, invite } = call;
  const request = caller.within(answer, { method: 'INVITE', cseq: 20 });
  const asked = caller.ask(request);
  const empty = await callee.request('INVITE');
  t.equal(empty.body, '');
  callee.answer(empty, 200, { body: bob.sdp(PRIVATE) });
  const offered = await asked;
  t.match(offered.body, /^c=IN IP4 127\.0\.0\.1\r$/m);
  caller.acknowledge(offered, request, alice.sdp(PRIVATE));
  const { body } = await callee.request('ACK');
  await hear(alice, offered.body, bob, body);

  const headers = { Allow: 'UPDATE' };
  const update = { method: 'UPDATE', cseq: 5, body: bob.sdp({ ...PRIVATE, direction: 'inactive' }), headers };
  const { callId = '', ...rest } = callee.withinCallee(invite, update);
  callee.send(callee.compose({ ...rest, callId }));
  const change = await caller.next(({ method, status }) => status === 0 && method !== '' && method !== 'ACK');
  t.match(change.body, /^a=inactive\r$/m);
  caller.answer(change, 200, { body: alice.sdp({ ...PRIVATE, direction: 'inactive' }) });
  t.match((await callee.response(callId, 5)).body, /^a=inactive\r$/m);
  await hangUp(call);
  await nothingLeft(t);
});

t.test('an INVITE without offer: the phone makes it, and the ACK answers it (RFC 3261 13.2.1)', async (t) => {
  const { caller, callee, to } = await parties(bench);
  const [alice, bob] = [await sound(t), await sound(t)];
  const sent = await caller.invite(to.number, { body: '' });
  const invite = await callee.request('INVITE');
  t.equal(invite.body, '');
  callee.answer(invite, 200, { body: bob.sdp(PRIVATE) });
  const answer = await caller.response(sent.callId, sent.cseq);
  caller.acknowledge(answer, sent, alice.sdp(PRIVATE));
  const { body } = await callee.request('ACK');
  await hear(alice, answer.body, bob, body);
  await caller.ask(caller.within(answer, { method: 'BYE' }));
  await nothingLeft(t);
});

t.test('early media is heard, and the 200 says the same', async (t) => {
  const { caller, callee, to } = await parties(bench);
  const [alice, bob] = [await sound(t), await sound(t)];
  const sent = await caller.invite(to.number, { body: alice.sdp(PRIVATE), headers: { Supported: '100rel' } });
  const invite = await callee.request('INVITE');
  callee.answer(invite, 183, { body: bob.sdp(PRIVATE), headers: { Require: '100rel', RSeq: '7' } });
  callee.answer(await callee.request('PRACK'), 200);
  const early = await provisional(caller, 183);
  const RAck = `${early.header('RSeq')} ${early.header('CSeq')}`;
  await caller.ask(caller.within(early, { method: 'PRACK', cseq: sent.cseq + 1, headers: { RAck } }));
  await hear(alice, early.body, bob, invite.body);
  callee.answer(invite, 200);
  const answer = await caller.response(sent.callId, sent.cseq);
  t.equal(answer.body, early.body);
  caller.acknowledge(answer, sent);
  await caller.ask(caller.within(answer, { method: 'BYE', cseq: sent.cseq + 2 }));
  await nothingLeft(t);
});

t.test('of several phones that ring, the one that picks up is heard, and nothing is left of the others', async (t) => {
  const { caller, callees, to } = await parties(bench, 3);
  const [alice, bob] = [await sound(t), await sound(t)];
  const sent = await caller.invite(to.number, { body: alice.sdp(PRIVATE) });
  const invites = await Promise.all(callees.map((phone) => phone.request('INVITE')));
  t.equal(new Set(invites.map(({ body }) => portOf(body))).size, 3, 'each has a port of its own');
  t.equal((await server.sessions()).length, 3);
  const [first, second, third] = callees as [OnlinePhone, OnlinePhone, OnlinePhone];
  const [ofFirst, ofSecond, ofThird] = invites as [Message, Message, Message];
  second.answer(ofSecond, 180);
  first.answer(ofFirst, 486);
  third.answer(ofThird, 200, { body: bob.sdp(PRIVATE) });
  const answer = await caller.response(sent.callId, sent.cseq);
  caller.acknowledge(answer, sent);
  second.answer(await second.request('CANCEL'), 200);
  second.answer(ofSecond, 487);
  await hear(alice, answer.body, bob, ofThird.body);
  await until(async () => (await server.sessions()).length === 1);
  t.equal((await server.sessions()).length, 1);
  await caller.ask(caller.within(answer, { method: 'BYE' }));
  await nothingLeft(t);
});

t.test('a call that is refused, cancelled or not answered leaves nothing behind', async (t) => {
  const { caller, callee, to } = await parties(bench);
  const alice = await sound(t);
  const refused = await caller.invite(to.number, { body: alice.sdp() });
  callee.answer(await callee.request('INVITE'), 486);
  t.equal((await caller.response(refused.callId, refused.cseq)).status, 486);
  await nothingLeft(t);
  const cancelled = await caller.invite(to.number, { body: alice.sdp() });
  const invite = await callee.request('INVITE');
  callee.answer(invite, 180);
  await provisional(caller, 180);
  t.equal((await server.sessions()).length, 1);
  caller.cancel(cancelled.text);
  callee.answer(await callee.request('CANCEL'), 200);
  callee.answer(invite, 487);
  await nothingLeft(t);
});

t.test('who a phone sends the other side to hears it, by itself or after a talk (RFC 5589)', async (t) => {
  const call = await talk(t);
  const { caller, callee, bob, answer } = call;
  const extension = await bench.extension(bench.number());
  const [target, carl] = [await bench.online(extension), await sound(t)];
  const refer = (cseq: number, to: string) =>
    caller.ask(caller.within(answer, { method: 'REFER', cseq, headers: { 'Refer-To': to, 'Refer-Sub': 'false' } }));
  const alice = await sound(t);
  const sent = await caller.invite(extension.number, { body: alice.sdp(PRIVATE) });
  const consulted = await target.request('INVITE');
  target.answer(consulted, 200, { body: carl.sdp(PRIVATE) });
  const ok = await caller.response(sent.callId, sent.cseq);
  caller.acknowledge(ok, sent);
  await target.request('ACK');
  const tags = `to-tag%3D${param(ok.header('To'), 'tag')}%3Bfrom-tag%3D${param(ok.header('From'), 'tag')}`;
  t.equal((await refer(60, `<sip:${extension.number}@h?Replaces=${sent.callId}%3B${tags}>`)).status, 202);
  const asked = await target.request('INVITE');
  target.answer(asked, 200, { body: carl.sdp(PRIVATE) });
  const change = await callee.request('INVITE');
  callee.answer(change, 200, { body: bob.sdp(PRIVATE) });
  await callee.request('ACK');
  const { body } = await target.request('ACK');
  await hear(carl, body, bob, change.body);
  for (const _ of [1, 2]) caller.answer(await caller.request('BYE'), 200);
  await until(async () => (await server.sessions()).length === 1);
  t.equal((await server.sessions()).length, 1);

  // The phone that was sent on sends the other one on in its turn.
  const other = await bench.extension(bench.number());
  const [last, dora] = [await bench.online(other), await sound(t)];
  const headers = { 'Refer-To': `<sip:${other.number}@h>`, 'Refer-Sub': 'false' };
  target.send(target.compose(target.withinCallee(consulted, { method: 'REFER', cseq: 9, headers })));
  t.equal((await target.response(consulted.header('Call-ID'), 9)).status, 202);
  const ringing = await last.request('INVITE');
  last.answer(ringing, 200, { body: dora.sdp(PRIVATE) });
  const again = await callee.request('INVITE');
  callee.answer(again, 200, { body: bob.sdp(PRIVATE) });
  const { body: forDora } = await last.request('ACK');
  await hear(dora, forDora, bob, again.body);
  target.answer(await target.request('BYE'), 200);
  last.send(last.compose(last.withinCallee(ringing, { method: 'BYE', cseq: 5 })));
  await nothingLeft(t);
});

t.test(
  'without an rtpengine that answers calls are refused; those that are up stay, and change again later',
  async (t) => {
    const call = await talk(t);
    const { alice, bob, caller, callee, answer } = call;
    await server.signal('SIGKILL');
    const other = await parties(bench, 2);
    const refuse = async () => {
      const begun = Date.now();
      const sent = await other.caller.invite(other.to.number, { body: alice.sdp() });
      const refused = await other.caller.response(sent.callId, sent.cseq);
      t.equal(refused.status, 503);
      t.match(refused.header('Retry-After'), /^\d+$/);
      t.ok(Date.now() - begun < 2_500);
    };
    await refuse();
    await refuse();
    t.strictSame(other.callee.untaken, [], 'no phone rings');
    const hold = caller.within(answer, { method: 'INVITE', cseq: 20, body: alice.sdp({ direction: 'sendonly' }) });
    const refused = await caller.ask(hold);
    t.equal(refused.status, 503);
    caller.acknowledge(refused, hold);
    t.strictSame(callee.untaken, []);
    t.match(bench.warnings, [/rtpengine does not answer.*127\.0\.0\.1/]);
    await server.run();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const back = await change(call, 21, alice.sdp({ address: '10.9.9.9' }), 200, bob.sdp(PRIVATE));
    await hear(alice, back.got.body, bob, back.offered);
    await hangUp(call);
    await nothingLeft(t);
  },
);

t.test('a PBX cluster is believed where its media is, and other bodies than sessions are none', async (t) => {
  const pbx = await openPbx(bench, '127.0.0.21');
  t.teardown(() => pbx.close());
  await bench.restartEdge({ clusters: { 1: [pbx.target] } });
  const { caller } = await parties(bench);
  const [alice, bob] = [await sound(t), await sound(t)];
  const sent = await caller.invite('+4511223344', { body: alice.sdp(PRIVATE) });
  const invite = await pbx.phone.request('INVITE');
  pbx.phone.answer(invite, 200, { body: bob.sdp({ port: bob.port }) });
  const answer = await caller.response(sent.callId, sent.cseq);
  caller.acknowledge(answer, sent);
  await hear(alice, answer.body, bob, invite.body);
  await caller.ask(caller.within(answer, { method: 'BYE' }));
  await nothingLeft(t);
  const multipart = { body: '--b\r\n\r\nx\r\n--b--', contentType: 'multipart/mixed;boundary=b' };
  const refused = await caller.invite('+4511223344', multipart);
  t.equal((await caller.response(refused.callId, refused.cseq)).status, 415);
  t.strictSame(await server.sessions(), []);
});

t.test('a call for help is made without rtpengine too, with session descriptions as they are', async (t) => {
  const pbx = await openPbx(bench, '127.0.0.22');
  t.teardown(() => pbx.close());
  await bench.restartEdge({ clusters: { 1: [pbx.target] } });
  const { caller } = await parties(bench);
  const [alice, bob] = [await sound(t), await sound(t)];
  const call = async () => {
    const sent = await caller.invite('112', { body: alice.sdp() });
    const invite = await pbx.phone.request('INVITE');
    pbx.phone.answer(invite, 200, { body: bob.sdp() });
    const answer = await caller.response(sent.callId, sent.cseq);
    caller.acknowledge(answer, sent);
    return { invite, answer };
  };
  const carried = await call();
  t.not(portOf(carried.invite.body), alice.port);
  await caller.ask(caller.within(carried.answer, { method: 'BYE', cseq: 50 }));
  await server.signal('SIGSTOP');
  const direct = await call();
  t.equal(direct.invite.body, alice.sdp());
  t.equal(direct.answer.body, bob.sdp());
  await caller.ask(caller.within(direct.answer, { method: 'BYE', cseq: 50 }));
  await server.signal('SIGCONT');
  await bench.restartEdge({ clusters: {} });
});

t.test('an edge that shuts down leaves nothing behind', async (t) => {
  await talk(t);
  t.equal((await server.sessions()).length, 1);
  await bench.restartEdge({});
  await nothingLeft(t);
});
