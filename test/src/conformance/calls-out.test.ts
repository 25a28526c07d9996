import { once } from 'node:events';
import { createServer } from 'node:net';
import t from 'tap';
import { cancel, hostPort, parameter, parseParameters, sdp } from '../sip/index.js';
import { ask, type Leg, type Request, startApplication } from './application.js';
import { later } from './later.js';
import { openPhone, startTarget } from './target.js';

const target = await startTarget(t);
const here = hostPort(target.sip);
const localSdp = sdp(target.sip, 41_000);

t.test('OPTIONS goes out with all it needs, and the application sees it as sent, and the 200', async (t) => {
  const { srf } = await startApplication(t, target);
  const peer = await openPhone(t, target, { user: 'peer' });
  const asking = ask(srf, peer.uri, { method: 'OPTIONS', headers: { 'X-Probe': '1', 'User-Agent': 'probe' } });
  const options = await peer.expect('OPTIONS');
  t.equal(options.uri, peer.uri);
  t.match(options.get('Via'), new RegExp(`^SIP/2.0/UDP ${here};`));
  t.equal(parameter(options.get('Via') ?? '', 'rport'), '', 'asks for a symmetric answer (RFC 3581)');
  t.equal(options.get('Max-Forwards'), '70');
  t.match(options.get('From'), new RegExp(`^<sip:${here}>;tag=`));
  t.equal(options.get('To'), `<${peer.uri}>`);
  t.equal(options.get('X-Probe'), '1');
  t.equal(options.get('User-Agent'), 'probe');
  const answered = peer.reply(options, 200, { headers: { Allow: 'INVITE, OPTIONS' } });
  const { sent, response } = await asking;
  t.equal(sent.raw, options.toString());
  t.equal(response.raw, answered.toString());
  t.equal(response.status, 200);
});

t.test('a request is sent to the route URI, its Request-URI stays', async (t) => {
  const { srf } = await startApplication(t, target);
  const peer = await openPhone(t, target);
  const asking = ask(srf, 'sip:someone@example.test', { method: 'OPTIONS', proxy: `sip:${hostPort(peer)}` });
  const options = await peer.expect('OPTIONS');
  t.equal(options.uri, 'sip:someone@example.test');
  t.equal(options.get('To'), '<sip:someone@example.test>');
  t.same(options.all('Route'), []);
  peer.reply(options, 404);
  t.equal((await asking).response.status, 404);
});

t.test('what the application may not set is dropped, what it may is kept, localhost becomes the server', async (t) => {
  const { srf } = await startApplication(t, target);
  const peer = await openPhone(t, target);
  const headers = {
    Via: 'SIP/2.0/UDP 9.9.9.9;branch=z9hG4bKmine',
    Route: '<sip:127.0.0.1:9;lr>',
    'Call-ID': 'mycid',
    CSeq: '77 OPTIONS',
    From: '<sip:me@localhost>;tag=zz',
    To: '<sip:you@localhost>;tag=yy',
    Contact: '<sip:me@localhost>',
    'P-Asserted-Identity': '<sip:me@localhost>',
    'x-low-case': 'a',
    Allow: 'INVITE, BYE',
  };
  const asking = ask(srf, peer.uri, { method: 'OPTIONS', headers });
  const options = await peer.expect('OPTIONS');
  t.equal(options.all('Via').length, 1);
  t.match(options.get('Via'), here);
  t.same(options.all('Route'), []);
  t.equal(options.get('Call-ID'), 'mycid');
  t.equal(options.get('CSeq'), '77 OPTIONS');
  t.equal(options.get('From'), `<sip:me@${here}>;tag=zz`);
  t.equal(options.get('To'), `<sip:you@${here}>;tag=yy`);
  t.equal(options.get('Contact'), `<sip:me@${here}>`);
  t.equal(options.get('P-Asserted-Identity'), `<sip:me@${here}>`);
  t.equal(options.get('X-Low-Case'), 'a');
  t.equal(options.get('Allow'), 'INVITE, BYE');
  peer.reply(options, 200);
  await asking;
});

for (const [what, uri, reason] of [
  ['itself', `sip:me@${here}`, 'can not send request to myself'],
  ['a URI that is none', 'sip:', 'invalid request-uri: OPTIONS sip: SIP/2.0'],
] as const) {
  t.test(`a request to ${what} is refused`, async (t) => {
    const { srf } = await startApplication(t, target);
    await t.rejects(ask(srf, uri, { method: 'OPTIONS' }), { message: reason });
  });
}

t.test('a request to a closed TCP port, or to a host that nobody knows, fails with 503', async (t) => {
  const { srf } = await startApplication(t, target);
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  listener.close();
  const refused = await ask(srf, `sip:peer@127.0.0.1:${port};transport=tcp`, { method: 'OPTIONS' });
  t.equal(refused.response.status, 503);
  t.match(refused.sent.get('via'), /^SIP\/2\.0\/TCP /);
  const { response } = await ask(srf, 'sip:peer@nobody.invalid', { method: 'OPTIONS' });
  t.equal(response.status, 503);
});

t.test('a body goes out byte for byte, with its length in bytes', async (t) => {
  const { srf } = await startApplication(t, target);
  const peer = await openPhone(t, target);
  const body = 'héllo ☺ #|\r\n';
  const asking = ask(srf, peer.uri, { method: 'MESSAGE', headers: { 'Content-Type': 'text/plain' }, body });
  const message = await peer.expect('MESSAGE');
  t.equal(message.text, body);
  t.equal(message.get('Content-Type'), 'text/plain');
  peer.reply(message, 200, { body: '✓ reçu' });
  t.equal((await asking).response.body, '✓ reçu');
});

t.test('a call out answers the digest challenge, tells of 183, is acknowledged and ended', async (t) => {
  const { srf } = await startApplication(t, target);
  const peer = await openPhone(t, target, { user: 'peer' });
  const provisional: number[] = [];
  const calling = srf.createUAC(
    peer.uri,
    { localSdp, callingNumber: '+15551234', auth: { username: 'u', password: 'p' } },
    { cbProvisional: ({ status }) => provisional.push(status) },
  );
  const first = await peer.expect('INVITE');
  t.match(first.get('From'), new RegExp(`^<sip:\\+15551234@${here}>;tag=`));
  t.equal(first.get('Contact'), `<sip:+15551234@${here}>`);
  t.equal(first.get('Content-Type'), 'application/sdp', 'the server names the type of SDP');
  t.equal(first.text, localSdp);
  peer.reply(first, 407, {
    headers: { 'Proxy-Authenticate': 'Digest realm="peer", nonce="n1", qop="auth", algorithm=MD5' },
  });
  const ack = await peer.expect('ACK');
  t.equal(ack.branch, first.branch, 'the server acknowledges failures itself');
  t.match(ack.get('To'), /;tag=/);

  const second = await peer.expect('INVITE');
  t.equal(second.get('Call-ID'), first.get('Call-ID'));
  t.equal(second.get('From'), first.get('From'));
  t.equal(second.get('To'), `<${peer.uri}>`);
  t.equal(second.cseq.number, first.cseq.number + 1);
  t.not(second.branch, first.branch);
  t.match(parseParameters(second.get('Proxy-Authorization') ?? ''), {
    username: 'u',
    realm: 'peer',
    nonce: 'n1',
    qop: 'auth',
  });
  peer.reply(second, 100);
  peer.reply(second, 183, { body: sdp(peer) });
  const [leg, dialog] = await Promise.all([calling, peer.accept(second)]);
  t.same(provisional, [183], 'a 100 is for the server alone');
  t.equal(leg.remote.sdp, sdp(peer));
  t.equal(leg.id, `${dialog.callId};from-tag=${second.tag('From')}`);

  const ending = leg.destroy();
  const bye = await dialog.expect('BYE');
  t.equal(bye.uri, peer.uri);
  t.equal(bye.cseq.number, second.cseq.number + 1);
  peer.reply(bye, 200);
  await ending;
});

t.test('the callee’s requests inside a call out reach the application', async (t) => {
  const { srf } = await startApplication(t, target);
  const peer = await openPhone(t, target);
  const calling = srf.createUAC(peer.uri, { localSdp });
  const dialog = await peer.accept(await peer.expect('INVITE'));
  const leg = await calling;
  const ended = later<Request>();
  leg.on('info', (info, res) => res.send(200, { headers: { 'X-Echo': info.body } }));
  leg.on('destroy', (bye) => ended.resolve(bye));
  t.equal((await dialog.ask('INFO', { body: 'one' })).get('X-Echo'), 'one');
  t.equal((await dialog.reinvite(sdp(peer, 40_002))).text, localSdp);
  t.equal((await dialog.bye()).status, 200);
  t.equal((await ended.promise).method, 'BYE');
});

t.test('an application’s CANCEL waits for a provisional response, and the call ends with 487', async (t) => {
  const { srf } = await startApplication(t, target);
  const peer = await openPhone(t, target);
  const requested = later<Request>();
  const calling = srf.createUAC(peer.uri, { localSdp }, { cbRequest: (_, request) => requested.resolve(request) });
  const invite = await peer.expect('INVITE');
  (await requested.promise).cancel();
  await peer.silence(30);
  peer.reply(invite, 180);
  const cancelling = await peer.expect('CANCEL');
  t.same(
    [cancelling.uri, cancelling.branch, cancelling.get('To'), cancelling.cseq.number],
    [invite.uri, invite.branch, invite.get('To'), invite.cseq.number],
    'the CANCEL is the INVITE’s (RFC 3261 section 9.1)',
  );
  peer.reply(cancelling, 200);
  const rejected = t.rejects(calling, { message: /487/ });
  peer.reply(invite, 487);
  t.equal((await peer.expect('ACK')).branch, invite.branch);
  await rejected;
});

t.test('of two forks that both answer 200, the first is the call, the second is acknowledged and ended', async (t) => {
  const { srf } = await startApplication(t, target);
  const peer = await openPhone(t, target);
  const calling = srf.createUAC(peer.uri, { localSdp });
  const invite = await peer.expect('INVITE');
  const answerAs = (tag: string) =>
    peer.reply(invite, 200, { headers: { To: `${invite.get('To')};tag=${tag}` }, body: sdp(peer) });
  const heard = (method: string, tag: string) =>
    peer.receive((m) => m.method === method && m.tag('To') === tag, `${method} to ${tag}`);
  const one = answerAs('one');
  answerAs('two');
  t.equal((await calling).sip.remoteTag, 'one');
  const ack = await heard('ACK', 'one');
  t.equal((await heard('ACK', 'two')).cseq.number, invite.cseq.number);
  const bye = await heard('BYE', 'two');
  t.equal(bye.uri, peer.uri);
  peer.reply(bye, 200);
  peer.send(one);
  t.equal(
    (await heard('ACK', 'one')).toString(),
    ack.toString(),
    'a repeated 200 gets the ACK again (RFC 3261 section 13.2.2.4)',
  );
  await peer.silence(50);
});

t.test('a call out is refused, and the failure acknowledged by the server alone', async (t) => {
  const { srf } = await startApplication(t, target);
  const peer = await openPhone(t, target);
  const calling = t.rejects(srf.createUAC(peer.uri, { localSdp }), { message: /486/ });
  const invite = await peer.expect('INVITE');
  peer.reply(invite, 486);
  const ack = await peer.expect('ACK');
  t.equal(ack.branch, invite.branch);
  await calling;
  peer.reply(invite, 486);
  t.equal((await peer.expect('ACK')).toString(), ack.toString(), 'a repeated failure gets the ACK again');
  await peer.silence(50);
});

t.test('a CANCEL from nobody’s peer does not end a call', async (t) => {
  const { srf } = await startApplication(t, target);
  const peer = await openPhone(t, target);
  const calling = srf.createUAC(peer.uri, { localSdp });
  const invite = await peer.expect('INVITE');
  const stray = cancel(peer.request('INVITE', undefined, { headers: { 'Call-ID': invite.get('Call-ID') } }));
  t.equal((await peer.final(peer.send(stray))).status, 481);
  const leg: Leg = (await Promise.all([calling, peer.accept(invite)]))[0];
  t.ok(leg.id);
});
