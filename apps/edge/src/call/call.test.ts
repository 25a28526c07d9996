import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { Bench } from '../testing/bench.js';
import type { Message } from '../testing/message.js';
import { SDP_A, SDP_B, type TestPhone } from '../testing/phone.js';

const bench = await Bench.start();
t.teardown(() => bench.close());

let numbers = 100;

/** A caller and a callee with so many phones, each with an extension of its own. */
async function parties(phones = 1, options: { callWaiting?: boolean } = {}) {
  const [from, to] = [await bench.extension(`${numbers++}`, 'Åse "A" Berg'), await bench.extension(`${numbers++}`)];
  const caller = await bench.online(from);
  const callees = await Promise.all(Array.from({ length: phones }, () => bench.online(to, options)));
  return { from, to, caller, callees, callee: callees[0] as TestPhone & { id: string } };
}

/** A call that was answered, with what each side saw. */
async function established() {
  const all = await parties();
  const { caller, callee, to } = all;
  const sent = await caller.invite(to.number);
  const invite = await callee.request('INVITE');
  callee.answer(invite, 200, { body: SDP_B });
  const answer = await caller.response(sent.callId, sent.cseq);
  caller.acknowledge(answer, sent);
  await callee.request('ACK');
  return { ...all, sent, invite, answer };
}

const provisional = (phone: TestPhone, status: number) => phone.next((message) => message.status === status);

t.test('a call rings, is answered, carries and ends (RFC 3261 13)', async (t) => {
  const { caller, callee, from, to } = await parties();
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

t.test('the callee sees the extension that calls, and nothing that the caller invents', async (t) => {
  const { caller, callee, from, to } = await parties();
  await caller.invite(to.number, {
    from: `"The Boss" <sip:${from.number}@evil.example>`,
    headers: {
      'P-Asserted-Identity': '<sip:+4511223344@evil.example>',
      'P-Preferred-Identity': '<sip:boss@evil.example>',
      'Remote-Party-ID': '<sip:boss@evil.example>;party=calling',
      Diversion: '<sip:boss@evil.example>',
      'History-Info': '<sip:boss@evil.example>;index=1',
      Privacy: 'id',
      'Alert-Info': '<http://evil.example/ring.wav>',
      'Call-Info': '<http://evil.example/face.jpg>;purpose=icon',
      Subject: 'evil',
      'X-Anything': 'evil',
      'User-Agent': 'evil',
      Supported: '100rel, timer, replaces',
      'Session-Expires': '90',
      Route: '<sip:127.0.0.1;lr>',
    },
  });
  const invite = await callee.request('INVITE');
  t.match(invite.header('From'), `"Åse \\"A\\" Berg" <sip:${from.number}@ringfence>;tag=`);
  t.match(invite.header('To'), new RegExp(`^"Name ${to.number}" <sip:${to.number}@ringfence>$`));
  t.equal(invite.header('Max-Forwards'), '69');
  t.notMatch(invite.text, /evil|100rel|timer|Privacy|Session-Expires/i);
  t.notMatch(invite.text, new RegExp(caller.account.username));
  const names = invite.text
    .split('\r\n\r\n')[0]
    ?.split('\r\n')
    .slice(1)
    .map((line) => line.split(':')[0])
    .sort();
  t.strictSame(names, [
    'Allow',
    'CSeq',
    'Call-ID',
    'Contact',
    'Content-Length',
    'Content-Type',
    'From',
    'Max-Forwards',
    'To',
    'Via',
  ]);
  callee.answer(invite, 486);
});

t.test('the callee hangs up', async (t) => {
  const { caller, callee, invite } = await established();
  callee.send(
    callee.compose(callee.withinCallee(invite, { method: 'BYE', callId: invite.header('Call-ID'), cseq: 1 })),
  );
  t.equal((await callee.response(invite.header('Call-ID'), 1)).status, 200);
  caller.answer(await caller.request('BYE'), 200);
  await bench.event(caller.id, { type: 'call.ended', status: 200 });
});

t.test('every phone of the extension rings; the first to pick up has the call, the others stop', async (t) => {
  const { caller, callees, to } = await parties(3);
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
  const { caller, callees, to } = await parties(2);
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
    [[302], 480],
    [[401], 480],
  ] as const) {
    const { caller, callees, to } = await parties(statuses.length);
    const sent = await caller.invite(to.number);
    for (const [i, phone] of callees.entries()) phone.answer(await phone.request('INVITE'), statuses[i] as number);
    const response = await caller.response(sent.callId, sent.cseq);
    t.equal(response.status, told, `${statuses}`);
    t.notMatch(response.text, /authenticate|Contact: <sip:[a-z0-9]{32}/i);
    await bench.event(caller.id, { type: 'call.ended', status: told, duration: 0 });
  }
});

t.test('one phone that declines for all ends the ringing of the others (RFC 3261 16.7)', async (t) => {
  const { caller, callees, to } = await parties(2);
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
  const { caller, callees, to } = await parties(2);
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
  const { caller, callee, to } = await parties();
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
  const { caller, callee, to } = await parties();
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
    const { caller, callee, to } = await parties();
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
  const { caller, callee, to } = await parties();
  const sent = await caller.invite(to.number, { body: '' });
  callee.answer(await callee.request('INVITE'), 200, { body: SDP_B });
  const offer = await caller.response(sent.callId, sent.cseq);
  t.equal((await caller.ask(caller.within(offer, { method: 'BYE' }))).status, 200);
  await callee.request('ACK');
  callee.answer(await callee.request('BYE'), 200);
  await bench.event(caller.id, { type: 'call.ended' });
});

t.test('either side changes the session (RFC 3261 14)', async (t) => {
  const { caller, callee, answer, invite } = await established();
  const hold = SDP_A.replace('t=0 0', 't=0 0\r\na=sendonly');

  const fromCaller = caller.ask(caller.within(answer, { method: 'INVITE', body: hold }));
  const toCallee = await callee.request('INVITE');
  t.equal(toCallee.body, hold);
  callee.answer(toCallee, 200, { body: SDP_B });
  const first = await fromCaller;
  t.equal(first.status, 200);
  t.equal(first.body, SDP_B);
  caller.acknowledge(first, { method: 'INVITE' });
  await callee.request('ACK');

  const request = callee.withinCallee(invite, { method: 'INVITE', body: SDP_B, cseq: 7 });
  callee.send(callee.compose(request));
  const toCaller = await caller.request('INVITE');
  t.equal(toCaller.body, SDP_B);
  caller.answer(toCaller, 200, { body: SDP_A });
  const second = await callee.response(invite.header('Call-ID'), 7);
  t.equal(second.status, 200);
  t.equal(second.body, SDP_A);
  await caller.request('ACK');
});

t.test('a change that the other side refuses is refused, and the next one goes through (RFC 3261 14.1)', async (t) => {
  const { caller, callee, answer } = await established();
  for (const [status, told] of [
    [488, 488],
    [491, 491],
    [200, 200],
  ] as const) {
    const asking = caller.ask(caller.within(answer, { method: 'INVITE', body: SDP_A }));
    callee.answer(await callee.request('INVITE'), status, status === 200 ? { body: SDP_B } : {});
    const response = await asking;
    t.equal(response.status, told);
    caller.acknowledge(response, caller.within(answer, { method: 'INVITE' }));
    await callee.request('ACK');
  }
});

t.test('two changes that cross get 491 (RFC 3261 14.2)', async (t) => {
  const { caller, callee, answer, invite } = await established();
  const asking = caller.ask(caller.within(answer, { method: 'INVITE', body: SDP_A }));
  const toCallee = await callee.request('INVITE');
  callee.send(callee.compose(callee.withinCallee(invite, { method: 'INVITE', body: SDP_B, cseq: 7 })));
  t.equal((await callee.response(invite.header('Call-ID'), 7)).status, 491);
  callee.answer(toCallee, 200, { body: SDP_B });
  t.equal((await asking).status, 200);
});

t.test('a change without offer gets the offer from the other side, and the answer with the ACK', async (t) => {
  const { caller, callee, answer } = await established();
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

t.test('keys pressed reach the other side (RFC 6086)', async (t) => {
  const { caller, callee, answer, invite } = await established();
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
  const { caller, answer } = await established();
  const options = await caller.ask(caller.within(answer, { method: 'OPTIONS' }));
  t.equal(options.status, 200);
  t.match(options.header('Allow'), /INVITE.*BYE/);
  for (const method of ['REFER', 'MESSAGE', 'NOTIFY', 'UPDATE']) {
    const response = await caller.ask(caller.within(answer, { method }));
    t.equal(response.status, 405, method);
    t.match(response.header('Allow'), /INVITE.*BYE/);
  }
});

t.test('a phone that lost the call ends it for the other (RFC 3261 12.2.1.2)', async (t) => {
  const { caller, callee, answer } = await established();
  const asking = caller.ask(caller.within(answer, { method: 'INFO', body: 'x', contentType: 'application/dtmf' }));
  callee.answer(await callee.request('INFO'), 481);
  t.equal((await asking).status, 480);
  caller.answer(await caller.request('BYE'), 200);
  await bench.event(caller.id, { type: 'call.ended' });
});

t.test('numbers that nobody has or nobody answers', async (t) => {
  const { caller, to, callee } = await parties();
  const empty = await bench.extension(`${numbers++}`);
  t.equal((await caller.authenticated({ method: 'INVITE', uri: 'sip:999@h', body: SDP_A })).status, 404);
  t.equal((await caller.authenticated({ method: 'INVITE', uri: `sip:${empty.number}@h`, body: SDP_A })).status, 480);
  t.equal(
    (await callee.authenticated({ method: 'INVITE', uri: `sip:${to.number}@h`, body: SDP_A })).status,
    480,
    'not oneself',
  );
  const other = await bench.store.directory.createCustomer({ name: 'Other' });
  await bench.store.directory.createExtension({ customer: other._id, number: '777', name: 'Other' });
  t.equal(
    (await caller.authenticated({ method: 'INVITE', uri: 'sip:777@h', body: SDP_A })).status,
    404,
    'another customer',
  );
});

t.test('a call is fenced like a registration', async (t) => {
  const { to, caller } = await parties();
  const extension = await bench.extension(`${numbers++}`);
  const account = await bench.account({ extension: extension._id });
  const [here, there] = [await bench.phone(account), await bench.phone(account, '127.0.0.2')];
  const sent = await here.invite('999');
  t.equal((await here.response(sent.callId, sent.cseq)).status, 404);
  t.match(await bench.store.phones.get(account.id), { ip: { mode: 'LOCKED', address: '127.0.0.1' } }, 'a call locks');
  t.equal((await there.authenticated({ method: 'INVITE', uri: `sip:${to.number}@h`, body: SDP_A })).status, 403);
  await bench.event(account.id, {
    type: 'phone.refused',
    reason: 'address_not_allowed',
    method: 'INVITE',
    address: '127.0.0.2',
  });
  const wrong = await bench.phone({ ...caller.account, password: 'x' });
  t.equal((await wrong.authenticated({ method: 'INVITE', uri: `sip:${to.number}@h`, body: SDP_A })).status, 403);
});

t.test('a phone without extension cannot call, nor one that claims to be another', async (t) => {
  const account = await bench.account();
  const phone = await bench.phone(account);
  t.equal((await phone.authenticated({ method: 'INVITE', uri: 'sip:100@h', body: SDP_A })).status, 403);
  await bench.event(account.id, { type: 'phone.refused', reason: 'no_extension' });
  t.match(await bench.store.phones.get(account.id), { ip: { mode: 'OPEN' } });
  const { caller, callee, to } = await parties();
  const refused = await caller.authenticated({
    method: 'INVITE',
    uri: `sip:${to.number}@h`,
    from: '<sip:boss@h>',
    body: SDP_A,
  });
  t.equal(refused.status, 403);
  await sleep(50);
  t.strictSame(callee.untaken, []);
});

t.test('a captured INVITE cannot be sent again', async (t) => {
  const { caller, callee, to } = await parties();
  const sent = await caller.invite(to.number);
  callee.answer(await callee.request('INVITE'), 486);
  await caller.response(sent.callId, sent.cseq);
  const again = await caller.ask({ ...sent, callId: 'again', cseq: 900 });
  t.equal(again.status, 407);
  t.match(again.header('Proxy-Authenticate'), /stale=true/);
});

t.test('INVITEs that cannot be served', async (t) => {
  const { caller, to } = await parties();
  const uri = `sip:${to.number}@h`;
  for (const [request, status] of [
    [{ uri, headers: { 'Max-Forwards': '0' } }, 483],
    [{ uri, headers: { Require: '100rel' } }, 420],
    [{ uri, headers: { Contact: undefined } }, 400],
    [{ uri, body: 'hello', contentType: 'text/plain' }, 415],
    [{ uri: 'tel:+4511223344' }, 416],
  ] as const) {
    const response = await caller.ask({ method: 'INVITE', ...request });
    t.equal(response.status, status, JSON.stringify(request));
  }
});

t.test('a busy phone that wants no second call is not rung', async (t) => {
  const { caller, callee, to } = await parties(1, { callWaiting: false });
  const sent = await caller.invite(to.number);
  callee.answer(await callee.request('INVITE'), 200, { body: SDP_B });
  const answer = await caller.response(sent.callId, sent.cseq);
  caller.acknowledge(answer, sent);
  await bench.event(caller.id, { type: 'call.answered' });
  const third = await bench.online(await bench.extension(`${numbers++}`));
  t.equal((await third.authenticated({ method: 'INVITE', uri: `sip:${to.number}@h`, body: SDP_A })).status, 486);
  await caller.ask(caller.within(answer, { method: 'BYE' }));
  const again = await third.invite(to.number);
  const invite = await callee.next((message) => message.method === 'INVITE' && message.status === 0);
  callee.answer(invite, 486);
  t.equal((await third.response(again.callId, again.cseq)).status, 486);
});
