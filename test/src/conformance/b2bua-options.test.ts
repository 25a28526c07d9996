import t from 'tap';
import { ackFailure, Dialog, hostPort, type Phone, parameter, parseParameters, sdp } from '../sip/index.js';
import { type Application, type JoinOptions, type Leg, startApplication } from './application.js';
import { later } from './later.js';
import { openPhone, startTarget, type Teardown } from './target.js';

/** What an application can ask for when it joins two calls. */
const target = await startTarget(t);
const here = hostPort(target.sip);

interface Joined {
  readonly srf: Application;
  readonly alice: Phone;
  readonly bob: Phone;
  readonly legs: Promise<{ uas: Leg; uac: Leg }>;
  readonly failed: Promise<{ status?: number; message: string }>;
}

/** An application that joins whoever calls with Bob, and the two phones. */
async function join(t: Teardown, options: JoinOptions, to?: string): Promise<Joined> {
  const bob = await openPhone(t, target, { user: 'bob' });
  const alice = await openPhone(t, target);
  const legs = later<{ uas: Leg; uac: Leg }>();
  const failed = later<{ status?: number; message: string }>();
  const { srf } = await startApplication(t, target, {
    invite: (req, res) => {
      srf.createB2BUA(req, res, to ?? bob.uri, options).then(legs.resolve, failed.resolve);
    },
  });
  return { srf, alice, bob, legs: legs.promise, failed: failed.promise };
}

/** Alice calls, Bob answers as told. Gives the INVITE that Bob got, Alice's, and the final answer she got. */
async function call(
  { alice, bob }: Joined,
  headers: Record<string, string> = {},
  answered: Record<string, string> = {},
) {
  const sent = alice.send(alice.request('INVITE', undefined, { headers, body: sdp(alice) }));
  const invite = await bob.expect('INVITE');
  const taking = bob.accept(invite, { headers: answered, body: sdp(bob) });
  const response = await alice.final(sent);
  alice.send(Dialog.caller(alice, sent, response).ack());
  return { invite, response, callee: await taking };
}

t.test('session descriptions are the application’s own', async (t) => {
  const [localSdpA, localSdpB] = [sdp({ address: '192.0.2.1' }), sdp({ address: '192.0.2.2' })];
  const { invite, response } = await call(await join(t, { localSdpA, localSdpB }));
  t.equal(invite.text, localSdpB);
  t.equal(response.text, localSdpA);
});

t.test('the session description for the caller is made of the callee’s', async (t) => {
  const joined = await join(t, { localSdpA: async (theirs) => theirs.replace('40000', '41000') });
  const { invite, response } = await call(joined);
  t.equal(invite.text, sdp(joined.alice));
  t.equal(response.text, sdp(joined.bob, 41_000));
});

t.test('headers pass: all but the ones taken out, in requests and responses', async (t) => {
  const joined = await join(t, {
    headers: { 'X-Own': 'application' },
    proxyRequestHeaders: ['all', '-X-Secret', '-Authorization'],
    proxyResponseHeaders: ['all', '-X-Hidden'],
    responseHeaders: { 'X-Added': 'by the application' },
  });
  const { invite, response } = await call(
    joined,
    { 'X-Open': 'a', 'X-Secret': 'b', Authorization: 'Digest x="y"', 'Session-Expires': '1800;refresher=uac' },
    { 'X-Shown': 'c', 'X-Hidden': 'd', 'Session-Expires': '1800;refresher=uac' },
  );
  t.equal(invite.get('X-Open'), 'a');
  t.equal(invite.get('X-Own'), 'application');
  t.equal(invite.get('X-Secret'), undefined);
  t.equal(invite.get('Authorization'), undefined);
  t.equal(invite.all('Max-Forwards').length, 1);
  t.equal(invite.get('Session-Expires'), '1800;refresher=uac', 'session timers are left alone');
  t.equal(response.get('X-Shown'), 'c');
  t.equal(response.get('X-Hidden'), undefined);
  t.equal(response.get('X-Added'), 'by the application');
  t.equal(response.get('Session-Expires'), '1800;refresher=uac');
});

t.test('response headers may be a function of the callee’s response', async (t) => {
  const joined = await join(t, {
    responseHeaders: (response) => ({ 'X-From-Peer': response.get('x-shown') ?? 'none' }),
  });
  const { response } = await call(joined, {}, { 'X-Shown': 'c' });
  t.equal(response.get('X-From-Peer'), 'c');
});

t.test('who calls and who is called are the application’s to say', async (t) => {
  const bob = await openPhone(t, target, { user: 'bob' });
  const joined = await join(
    t,
    {
      callingNumber: '+4512345678',
      callingName: 'Ringfence',
      calledNumber: '200',
      headers: { To: '<sip:200@example.com>' },
    },
    hostPort(bob),
  );
  joined.alice.send(joined.alice.request('INVITE', undefined, { body: sdp(joined.alice) }));
  const invite = await bob.expect('INVITE');
  t.match(invite.get('From'), new RegExp(`^"Ringfence" <sip:\\+4512345678@${here}>;tag=`));
  t.equal(invite.uri, `sip:200@${hostPort(bob)}`);
  t.equal(invite.get('To'), '<sip:200@example.com>');
  t.match(invite.get('Contact'), `sip:+4512345678@${here}`);
  bob.reply(invite, 603);
  await bob.expect('ACK');
  t.equal((await joined.failed).status, 603);
});

t.test('the caller’s display name and number are the callee’s to see unless others are given', async (t) => {
  const { invite } = await call(await join(t, {}), { From: '"Alice A." <sip:100@example.com>;tag=abc' });
  t.match(invite.get('From'), new RegExp(`^"?Alice A."? <sip:100@${here}>;tag=`));
  t.not(parameter(invite.get('From') ?? '', 'tag'), 'abc');
});

t.test('a callee’s failure stays with the application that asks for that, which tries another', async (t) => {
  const second = await openPhone(t, target, { user: 'second' });
  const bob = await openPhone(t, target, { user: 'bob' });
  const alice = await openPhone(t, target);
  const { srf } = await startApplication(t, target, {
    invite: (req, res) =>
      srf
        .createB2BUA(req, res, bob.uri, { passFailure: false })
        .catch(() => srf.createB2BUA(req, res, second.uri))
        .catch(() => {}),
  });
  const calling = alice.call();
  const first = await bob.expect('INVITE');
  bob.reply(first, 486);
  await bob.expect('ACK');
  const [dialog] = await Promise.all([calling, second.accept(await second.expect('INVITE'))]);
  t.equal(dialog.response.text, sdp(second));
  t.notOk(alice.log.some(({ status }) => status === 486));
});

t.test('provisional responses stay with the application that asks for that', async (t) => {
  const joined = await join(t, { passProvisionalResponses: false });
  const { alice, bob } = joined;
  const calling = alice.call();
  const invite = await bob.expect('INVITE');
  bob.reply(invite, 180);
  await Promise.all([calling, bob.accept(invite)]);
  t.notOk(alice.log.some(({ status }) => status === 180));
});

t.test('a callee’s 183 passes with its session description, and the 200 after it with the same one', async (t) => {
  const { alice, bob } = await join(t, {});
  const sent = alice.send(alice.request('INVITE', undefined, { body: sdp(alice) }));
  const invite = await bob.expect('INVITE');
  bob.reply(invite, 183, { body: sdp(bob) });
  const progress = await alice.response(sent, 183);
  t.equal(progress.text, sdp(bob));
  const taking = bob.accept(invite);
  const ok = await alice.final(sent);
  t.equal(ok.text, sdp(bob));
  alice.send(Dialog.caller(alice, sent, ok).ack());
  await taking;
});

t.test('reliable responses pass a joined call, each side with RSeq and PRACK of its own (RFC 3262)', async (t) => {
  const { alice, bob, legs } = await join(t, {
    proxyRequestHeaders: ['Supported'],
    proxyResponseHeaders: ['Require', 'RSeq'],
  });
  const sent = alice.send(alice.request('INVITE', undefined, { headers: { Supported: '100rel' }, body: sdp(alice) }));
  const invite = await bob.expect('INVITE');
  t.equal(invite.get('Supported'), '100rel');
  bob.reply(invite, 183, { headers: { Require: '100rel', RSeq: 7 }, body: sdp(bob) });
  const prack = await bob.expect('PRACK');
  t.equal(prack.get('RAck'), `7 ${invite.get('CSeq')}`);
  bob.reply(prack, 200);
  const progress = await alice.response(sent, 183);
  t.equal(progress.all('RSeq').length, 1);
  const early = Dialog.caller(alice, sent, progress);
  const RAck = `${progress.get('RSeq')} ${sent.get('CSeq')}`;
  t.equal((await early.ask('PRACK', { headers: { RAck } })).status, 200);
  const taking = bob.accept(invite);
  const ok = await alice.final(sent);
  alice.send(Dialog.caller(alice, sent, ok).ack());
  await taking;
  t.ok((await legs).uas.id);
});

t.test('an INVITE without an offer: the callee’s goes to the caller, whose answer goes to the callee', async (t) => {
  const { alice, bob, legs } = await join(t, {});
  const sent = alice.send(alice.request('INVITE'));
  const invite = await bob.expect('INVITE');
  t.equal(invite.text, '');
  t.equal(invite.get('Content-Type'), undefined);
  const ok = bob.reply(invite, 200, { body: sdp(bob) });
  const callee = Dialog.callee(bob, invite, ok);
  const offered = await alice.final(sent);
  t.equal(offered.text, sdp(bob));
  const caller = Dialog.caller(alice, sent, offered);
  alice.send(caller.ack({ body: sdp(alice) }));
  t.equal((await callee.expect('ACK')).text, sdp(alice));
  const { uas, uac } = await legs;
  t.equal(uas.remote.sdp, sdp(alice));
  const endings = [uas.destroy(), uac.destroy()];
  alice.reply(await caller.expect('BYE'), 200);
  bob.reply(await callee.expect('BYE'), 200);
  await Promise.all(endings);
});

t.test('the callee’s challenge is answered by the application, unseen by the caller', async (t) => {
  const { alice, bob } = await join(t, { auth: { username: 'u', password: 'p' } });
  const calling = alice.call();
  const first = await bob.expect('INVITE');
  bob.reply(first, 407, { headers: { 'Proxy-Authenticate': 'Digest realm="peer", nonce="n1", qop="auth"' } });
  await bob.expect('ACK');
  const second = await bob.expect('INVITE');
  t.match(parseParameters(second.get('Proxy-Authorization') ?? ''), { username: 'u', nonce: 'n1' });
  await Promise.all([calling, bob.accept(second)]);
  t.notOk(alice.log.some(({ status }) => status === 407));
});

t.test('a joined call goes through the proxy that the application names', async (t) => {
  const bob = await openPhone(t, target, { user: 'bob' });
  const { alice } = await join(t, { proxy: `sip:${hostPort(bob)}` }, 'sip:200@example.test');
  const calling = alice.call();
  const invite = await bob.expect('INVITE');
  t.equal(invite.uri, 'sip:200@example.test');
  await Promise.all([calling, bob.accept(invite)]);
});

t.test('the Reason of a caller’s CANCEL reaches the callee', async (t) => {
  const { alice, bob, failed } = await join(t, {});
  const sent = alice.send(alice.request('INVITE', undefined, { body: sdp(alice) }));
  const invite = await bob.expect('INVITE');
  bob.reply(invite, 180);
  await alice.response(sent, 180);
  const cancelling = sent
    .clone()
    .set('CSeq', '1 CANCEL')
    .set('Reason', 'Q.850;cause=16')
    .set('Content-Type', undefined);
  cancelling.startLine = sent.startLine.replace('INVITE', 'CANCEL');
  cancelling.body = Buffer.alloc(0);
  alice.send(cancelling);
  const cancelled = await bob.expect('CANCEL');
  t.equal(cancelled.get('Reason'), 'Q.850;cause=16');
  bob.reply(cancelled, 200);
  bob.reply(invite, 487);
  await bob.expect('ACK');
  const terminated = await alice.final(sent);
  t.equal(terminated.status, 487);
  alice.send(ackFailure(sent, terminated));
  t.equal((await failed).status, 487);
});

t.test('the caller cannot be answered: the callee that took the call is released', async (t) => {
  const { alice, bob, failed } = await join(t, { localSdpA: () => Promise.reject(new Error('no media')) });
  alice.send(alice.request('INVITE', undefined, { body: sdp(alice) }));
  const dialog = await bob.accept(await bob.expect('INVITE'));
  bob.reply(await dialog.expect('BYE'), 200);
  t.equal((await failed).message, 'no media');
});

t.test('what the callee asks before the caller’s ACK waits for it', async (t) => {
  const { alice, bob, legs } = await join(t, {});
  const sent = alice.send(alice.request('INVITE', undefined, { body: sdp(alice) }));
  const callee = await bob.accept(await bob.expect('INVITE'));
  const { uac } = await legs;
  const seen: string[] = [];
  uac.on('info', (_, res) => {
    seen.push('info');
    res.send(200);
  });
  const asking = callee.ask('INFO');
  const ok = await alice.final(sent);
  t.same(seen, []);
  alice.send(Dialog.caller(alice, sent, ok).ack());
  t.equal((await asking).status, 200);
  t.same(seen, ['info']);
});
