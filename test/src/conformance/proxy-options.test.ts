import t from 'tap';
import { ackFailure, cancel, Dialog, hostPort, type Phone, type SipMessage, sdp } from '../sip/index.js';
import { type ProxyOptions, type ProxyResult, startApplication } from './application.js';
import { later } from './later.js';
import { openPhone, startTarget, type Teardown } from './target.js';

/** What an application can ask for when it proxies a request (RFC 3261 section 16). */
const target = await startTarget(t);
const here = hostPort(target.sip);

/** An application that proxies whatever comes to the targets; gives the phone that asks and what the application hears. */
async function proxyTo(t: Teardown, targets: string[], options: ProxyOptions = {}) {
  const result = later<ProxyResult>();
  const proxied = async (req: Parameters<typeof srf.proxyRequest>[0]) =>
    result.resolve(await srf.proxyRequest(req, [...targets], options));
  const { srf } = await startApplication(t, target, { invite: proxied, options: proxied, message: proxied });
  return { phone: await openPhone(t, target), result: result.promise };
}

async function two(t: Teardown): Promise<[Phone, Phone]> {
  return [await openPhone(t, target, { user: 'one' }), await openPhone(t, target, { user: 'two' })];
}

async function refuse(phone: Phone, invite: SipMessage, status: number, headers = {}): Promise<void> {
  phone.reply(invite, status, { headers });
  t.equal((await phone.expect('ACK')).branch, invite.branch);
}

t.test('a target that says nothing within provisionalTimeout gives way to the next', async (t) => {
  const [one, other] = await two(t);
  const { phone, result } = await proxyTo(t, [one.uri, other.uri], { provisionalTimeout: '200ms' });
  const calling = phone.call();
  await one.expect('INVITE');
  const second = await other.expect('INVITE');
  other.reply(second, 200, { body: sdp(other) });
  await calling;
  const { connected, responses } = await result;
  t.ok(connected);
  t.same(
    responses.flatMap(({ msgs }) => msgs.map(({ status }) => status)),
    [408, 200],
  );
});

t.test('a target that rings keeps the call beyond provisionalTimeout, up to finalTimeout', async (t) => {
  const [one, other] = await two(t);
  const timeouts = { provisionalTimeout: '150ms', finalTimeout: '700ms' };
  const { phone, result } = await proxyTo(t, [one.uri, other.uri], timeouts);
  const calling = phone.call();
  const first = await one.expect('INVITE');
  one.reply(first, 180);
  await other.silence(250);
  const cancelled = await one.expect('CANCEL');
  t.equal(cancelled.branch, first.branch);
  one.reply(cancelled, 200);
  await refuse(one, first, 487);
  other.reply(await other.expect('INVITE'), 200, { body: sdp(other) });
  await calling;
  t.ok((await result).connected);
});

t.test('redirections are followed when the application asks for that, and passed back otherwise', async (t) => {
  const [one, other] = await two(t);
  const followed = await proxyTo(t, [one.uri], { followRedirects: true });
  const calling = followed.phone.call();
  await refuse(one, await one.expect('INVITE'), 302, { Contact: `<${other.uri}>` });
  const invite = await other.expect('INVITE');
  t.equal(invite.uri, other.uri);
  other.reply(invite, 200, { body: sdp(other) });
  await calling;
  t.match(await followed.result, { connected: true, finalStatus: 200 });
});

t.test('a redirection passes back with its Contact when nobody follows it', async (t) => {
  const one = await openPhone(t, target, { user: 'one' });
  const { phone, result } = await proxyTo(t, [one.uri]);
  const calling = phone.ask('INVITE', undefined, { body: sdp(phone) });
  await refuse(one, await one.expect('INVITE'), 302, { Contact: '<sip:elsewhere@192.0.2.1>' });
  const response = await calling;
  t.equal(response.status, 302);
  t.equal(response.get('Contact'), '<sip:elsewhere@192.0.2.1>');
  t.match(await result, { connected: false, finalStatus: 302 });
});

t.test('the application hears every target’s answer, with where it came from', async (t) => {
  const [one, other] = await two(t);
  const { phone, result } = await proxyTo(t, [one.uri, other.uri]);
  const calling = phone.ask('INVITE', undefined, { body: sdp(phone) });
  await refuse(one, await one.expect('INVITE'), 404);
  await refuse(other, await other.expect('INVITE'), 486);
  t.equal((await calling).status, 486, 'of two failures of one class the last');
  const { connected, finalStatus, responses } = await result;
  t.same([connected, finalStatus], [false, 486]);
  t.same(
    responses.flatMap(({ msgs }) => msgs.map(({ status }) => status)),
    [404, 486],
  );
  t.equal(responses[0]?.address, one.address);
  t.equal(responses[0]?.port, one.port);
});

t.test('the caller’s CANCEL reaches every target that rings, and ends the search', async (t) => {
  const [one, other] = await two(t);
  const { phone, result } = await proxyTo(t, [one.uri, other.uri], { forking: 'simultaneous' });
  const calling = phone.send(phone.request('INVITE', undefined, { body: sdp(phone) }));
  const invites = await Promise.all([one.expect('INVITE'), other.expect('INVITE')]);
  one.reply(invites[0], 180);
  other.reply(invites[1], 180);
  await phone.response(calling, 180);
  await phone.response(calling, 180);
  t.equal((await phone.final(phone.send(cancel(calling)))).status, 200);
  for (const [at, peer] of [one, other].entries()) {
    const cancelled = await peer.expect('CANCEL');
    t.equal(cancelled.branch, invites[at]?.branch);
    peer.reply(cancelled, 200);
    await refuse(peer, invites[at] as SipMessage, 487);
  }
  const terminated = await phone.final(calling);
  t.equal(terminated.status, 487);
  phone.send(ackFailure(calling, terminated));
  t.equal((await result).connected, false);
});

t.test('a 6xx of one target ends the search at once (RFC 3261 section 16.7)', async (t) => {
  const [one, other] = await two(t);
  const { phone, result } = await proxyTo(t, [one.uri, other.uri]);
  const calling = phone.ask('INVITE', undefined, { body: sdp(phone) });
  await refuse(one, await one.expect('INVITE'), 603);
  t.equal((await calling).status, 603);
  t.equal((await result).finalStatus, 603);
  await other.silence(30);
});

t.test('a target that nobody knows counts as 503, and the next is tried', async (t) => {
  const one = await openPhone(t, target, { user: 'one' });
  const { phone, result } = await proxyTo(t, ['sip:nobody@nobody.invalid', one.uri]);
  const calling = phone.call();
  one.reply(await one.expect('INVITE'), 200, { body: sdp(one) });
  await calling;
  t.ok((await result).connected);
});

t.test('without remainInDialog the ACK and what follows goes from phone to phone', async (t) => {
  const one = await openPhone(t, target, { user: 'one' });
  const { phone } = await proxyTo(t, [one.uri]);
  const sent = phone.send(phone.request('INVITE', undefined, { body: sdp(phone) }));
  const invite = await one.expect('INVITE');
  t.equal(invite.get('Record-Route'), undefined);
  one.reply(invite, 200, { body: sdp(one) });
  const ok = await phone.final(sent);
  t.same(ok.list('Record-Route'), []);
  t.equal(Dialog.caller(phone, sent, ok).target, one.uri);
});

t.test('remainInDialog: requests of both sides pass, re-INVITE, CANCEL of one, INFO, UPDATE and BYE', async (t) => {
  const one = await openPhone(t, target, { user: 'one' });
  const { phone } = await proxyTo(t, [one.uri], { remainInDialog: true });
  const sent = phone.send(phone.request('INVITE', undefined, { body: sdp(phone) }));
  const invite = await one.expect('INVITE');
  const answered = one.reply(invite, 200, { body: sdp(one) });
  const ok = await phone.final(sent);
  const [a, b] = [Dialog.caller(phone, sent, ok), Dialog.callee(one, invite, answered)];
  phone.send(a.ack());
  await b.expect('ACK');
  for (const [from, to, receiver] of [
    [a, b, one],
    [b, a, phone],
  ] as const) {
    for (const method of ['INFO', 'UPDATE', 'MESSAGE']) {
      const asking = from.ask(method);
      const request = await to.expect(method);
      t.equal(request.get('Max-Forwards'), '69');
      t.equal(request.all('Via').length, 2);
      receiver.reply(request, 200);
      t.equal((await asking).status, 200, method);
    }
    const modifying = from.reinvite(sdp(receiver, 40_002));
    receiver.reply(await to.expect('INVITE'), 200, { body: sdp(receiver, 40_004) });
    await to.expect('ACK');
    t.equal((await modifying).text, sdp(receiver, 40_004));
  }
  const reinvite = a.send(a.request('INVITE', { body: sdp(phone, 40_006) }));
  const passed = await b.expect('INVITE');
  one.reply(passed, 180);
  await phone.response(reinvite, 180);
  t.equal((await phone.final(phone.send(cancel(reinvite)))).status, 200);
  one.reply(await b.expect('CANCEL'), 200);
  await refuse(one, passed, 487);
  phone.send(ackFailure(reinvite, await phone.final(reinvite)));
  const ending = b.bye();
  phone.reply(await a.expect('BYE'), 200);
  t.equal((await ending).status, 200);
});

t.test('a reliable response and its PRACK pass through a proxied call (RFC 3262)', async (t) => {
  const one = await openPhone(t, target, { user: 'one' });
  const { phone } = await proxyTo(t, [one.uri], { remainInDialog: true });
  const sent = phone.send(phone.request('INVITE', undefined, { headers: { Supported: '100rel' }, body: sdp(phone) }));
  const invite = await one.expect('INVITE');
  one.reply(invite, 183, { headers: { Require: '100rel', RSeq: 7 }, body: sdp(one) });
  const progress = await phone.response(sent, 183);
  t.equal(progress.get('RSeq'), '7');
  const early = Dialog.caller(phone, sent, progress);
  const asking = early.ask('PRACK', { headers: { RAck: '7 1 INVITE' } });
  const prack = await one.expect('PRACK');
  t.equal(prack.get('RAck'), '7 1 INVITE');
  one.reply(prack, 200);
  t.equal((await asking).status, 200);
  one.reply(invite, 200, { body: sdp(one) });
  t.equal((await phone.final(sent)).status, 200);
});

t.test('a caller’s Route does not lead where the application does not; what lies past the server stays', async (t) => {
  const one = await openPhone(t, target, { user: 'one' });
  const { phone } = await proxyTo(t, [one.uri]);
  const Route = [`<sip:${here};lr>`, '<sip:127.0.0.9:9;lr>'];
  const asking = phone.ask('MESSAGE', undefined, { headers: { Route }, body: 'hi' });
  const message = await one.expect('MESSAGE');
  t.equal(message.uri, one.uri);
  t.same(message.list('Route'), [Route[1]]);
  one.reply(message, 200);
  t.equal((await asking).status, 200);
});

t.test('a request that has run out of hops is answered 483 and goes nowhere', async (t) => {
  const one = await openPhone(t, target, { user: 'one' });
  const { phone, result } = await proxyTo(t, [one.uri]);
  t.equal((await phone.ask('OPTIONS', undefined, { headers: { 'Max-Forwards': 0 } })).status, 483);
  await result;
  await one.silence(30);
});

t.test('a phone on TCP is proxied to one on UDP, and what follows finds its way back', async (t) => {
  const one = await openPhone(t, target, { user: 'one' });
  const result = later<ProxyResult>();
  const { srf } = await startApplication(t, target, {
    invite: async (req) => result.resolve(await srf.proxyRequest(req, one.uri, { remainInDialog: true })),
  });
  const phone = await openPhone(t, target, { transport: 'tcp' });
  const sent = phone.send(phone.request('INVITE', undefined, { body: sdp(phone) }));
  const invite = await one.expect('INVITE');
  const answered = one.reply(invite, 200, { body: sdp(one) });
  const ok = await phone.final(sent);
  const [a, b] = [Dialog.caller(phone, sent, ok), Dialog.callee(one, invite, answered)];
  phone.send(a.ack());
  await b.expect('ACK');
  const ending = b.bye();
  phone.reply(await a.expect('BYE'), 200);
  t.equal((await ending).status, 200);
});
