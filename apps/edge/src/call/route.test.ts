import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { Bench } from '../testing/bench.js';
import { parties } from '../testing/calls.js';
import { SDP_A, SDP_B } from '../testing/phone.js';

const bench = await Bench.start();
t.teardown(() => bench.close());

t.test('a phone that says to be another is refused, by any of its names or without a name it may call', async (t) => {
  const { caller, callee, from, to } = await parties(bench);
  const call = { method: 'INVITE', uri: `sip:${to.number}@127.0.0.1`, to: `<sip:${to.number}@127.0.0.1>` };
  for (const other of ['<sip:1@127.0.0.1>', `<sip:${callee.account.username}@h>`, '<sip:127.0.0.1>']) {
    t.equal((await caller.authenticated({ ...call, from: other })).status, 403, other);
  }
  await bench.event(caller.id, { type: 'phone.refused', reason: 'identity_mismatch' });
  for (const own of [`<sip:${from.number}@h>`, '"Anonymous" <sip:anonymous@anonymous.invalid>']) {
    const sent = await caller.invite(to.number, { from: own });
    callee.answer(await callee.request('INVITE'), 486);
    t.equal((await caller.response(sent.callId, sent.cseq)).status, 486, own);
  }
});

t.test('the callee sees the extension that calls, and nothing that the caller invents', async (t) => {
  const { caller, callee, from, to } = await parties(bench);
  await caller.invite(to.number, {
    from: `"The Boss" <sip:${caller.account.username}@evil.example>`,
    headers: {
      'P-Asserted-Identity': '<sip:+4511223344@evil.example>',
      'P-Preferred-Identity': '<sip:boss@evil.example>',
      'Remote-Party-ID': '<sip:boss@evil.example>;party=calling',
      Diversion: '<sip:boss@evil.example>',
      'History-Info': '<sip:boss@evil.example>;index=1',
      Privacy: 'none',
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
  t.notMatch(invite.text, /evil|replaces|Privacy|Expires: 90/i);
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
    'Session-Expires',
    'Supported',
    'To',
    'Via',
  ]);
  callee.answer(invite, 486);
});

t.test('numbers that nobody has or nobody answers', async (t) => {
  const { caller, to, callee } = await parties(bench);
  const empty = await bench.extension(bench.number());
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
  const { to, caller } = await parties(bench);
  const extension = await bench.extension(bench.number());
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

t.test('a phone without extension cannot call', async (t) => {
  const account = await bench.account();
  const phone = await bench.phone(account);
  t.equal((await phone.authenticated({ method: 'INVITE', uri: 'sip:100@h', body: SDP_A })).status, 403);
  await bench.event(account.id, { type: 'phone.refused', reason: 'no_extension' });
  t.match(await bench.store.phones.get(account.id), { ip: { mode: 'OPEN' } });
});

t.test('a captured INVITE cannot be sent again', async (t) => {
  const { caller, callee, to } = await parties(bench);
  const sent = await caller.invite(to.number);
  callee.answer(await callee.request('INVITE'), 486);
  await caller.response(sent.callId, sent.cseq);
  const again = await caller.ask({ ...sent, callId: 'again', cseq: 900 });
  t.equal(again.status, 407);
  t.match(again.header('Proxy-Authenticate'), /stale=true/);
});

t.test('INVITEs that cannot be served', async (t) => {
  const { caller, to } = await parties(bench);
  const uri = `sip:${to.number}@h`;
  for (const [request, status] of [
    [{ uri, headers: { 'Max-Forwards': '0' } }, 483],
    [{ uri, headers: { Require: 'precondition' } }, 420],
    [{ uri, headers: { Contact: undefined } }, 400],
    [{ uri, body: 'hello', contentType: 'text/plain' }, 415],
    [{ uri: 'tel:+4511223344' }, 416],
  ] as const) {
    const response = await caller.ask({ method: 'INVITE', ...request });
    t.equal(response.status, status, JSON.stringify(request));
  }
});

t.test('a call rings twenty contacts at most, and some of every phone', async (t) => {
  const { caller, callees, to } = await parties(bench, 3);
  for (const phone of callees) {
    const Contact = Array.from({ length: 10 }, (_, i) => `<sip:${i}@${phone.hostPort}>`);
    t.equal((await phone.register({ headers: { Contact } })).status, 200);
  }
  const sent = await caller.invite(to.number);
  await Promise.all(callees.map((phone) => phone.request('INVITE')));
  await sleep(200);
  const rung = callees.flatMap((phone) => phone.untaken.filter((start) => start.startsWith('INVITE')));
  t.equal(new Set(rung).size, 20 - callees.length);
  caller.cancel(sent.text);
});

t.test('a busy phone that wants no second call is not rung', async (t) => {
  const { caller, callee, to } = await parties(bench, 1, { callWaiting: false });
  const sent = await caller.invite(to.number);
  callee.answer(await callee.request('INVITE'), 200, { body: SDP_B });
  const answer = await caller.response(sent.callId, sent.cseq);
  caller.acknowledge(answer, sent);
  await bench.event(caller.id, { type: 'call.answered' });
  const third = await bench.online(await bench.extension(bench.number()));
  t.equal((await third.authenticated({ method: 'INVITE', uri: `sip:${to.number}@h`, body: SDP_A })).status, 486);
  await caller.ask(caller.within(answer, { method: 'BYE' }));
  const again = await third.invite(to.number);
  const invite = await callee.next((message) => message.method === 'INVITE' && message.status === 0);
  callee.answer(invite, 486);
  t.equal((await third.response(again.callId, again.cseq)).status, 486);
});
