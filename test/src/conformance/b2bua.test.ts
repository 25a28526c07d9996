import t from 'tap';
import { ackFailure, cancel, type Dialog, hostPort, type Phone, sdp } from '../sip/index.js';
import { type Leg, startApplication } from './application.js';
import { later } from './later.js';
import { openPhone, startTarget, type Target, type Teardown } from './target.js';

const target = await startTarget(t);
const here = hostPort(target.sip);

/** An application that joins whoever calls with Bob, and the two phones. */
async function joinCalls(t: Teardown, target: Target) {
  const bob = await openPhone(t, target, { user: 'bob', address: '127.0.0.3' });
  const alice = await openPhone(t, target, { address: '127.0.0.2' });
  const legs = later<{ uas: Leg; uac: Leg }>();
  const failed = later<{ status: number }>();
  const { srf } = await startApplication(t, target, {
    invite: (req, res) => {
      const options = { localSdpB: req.body, proxyRequestHeaders: ['X-Custom'], proxyResponseHeaders: ['X-Peer'] };
      srf.createB2BUA(req, res, bob.uri, options).then(({ uas, uac }) => {
        for (const [leg, other] of [
          [uas, uac],
          [uac, uas],
        ] as const) {
          leg.on('destroy', () => other.destroy());
          leg.on('modify', async (reinvite, res) => res.send(200, { body: await other.modify(reinvite.body) }));
          leg.on('info', async (info, res) => {
            const headers = { 'content-type': 'text/plain' };
            res.send((await other.request({ method: 'INFO', headers, body: info.body })).status);
          });
        }
        legs.resolve({ uas, uac });
      }, failed.resolve);
    },
  });
  return { alice, bob, legs: legs.promise, failed: failed.promise };
}

/** Alice calls, Bob takes the call. */
async function talk({ alice, bob }: { alice: Phone; bob: Phone }): Promise<[Dialog, Dialog]> {
  const calling = alice.call();
  const accepting = bob.accept(await bob.expect('INVITE'));
  return Promise.all([calling, accepting]);
}

t.test('a joined call: INVITE, 180 and 200 pass from side to side under other names, BYE too', async (t) => {
  const { alice, bob, legs } = await joinCalls(t, target);
  const call = alice.call(undefined, { headers: { 'X-Custom': 'hello' }, body: sdp(alice) });
  const invite = await bob.expect('INVITE');
  t.equal(invite.uri, bob.uri);
  t.equal(invite.get('X-Custom'), 'hello');
  t.match(invite.get('From'), new RegExp(`^<sip:alice@${here}>;tag=`), 'localhost has become the server');
  t.equal(invite.get('Contact'), `<sip:alice@${here}>`);
  t.equal(invite.text, sdp(alice));
  t.same(invite.all('Via').length, 1, 'Alice’s Via is not shown');
  bob.reply(invite, 180);
  const ringing = await alice.receive(({ status }) => status === 180, '180');
  t.not(ringing.get('Call-ID'), invite.get('Call-ID'));
  const [a, b] = await Promise.all([call, bob.accept(invite, { headers: { 'X-Peer': 'yes' }, body: sdp(bob) })]);
  t.equal(a.response.get('To'), ringing.get('To'));
  t.equal(a.response.get('X-Peer'), 'yes');
  t.equal(a.response.get('Contact'), `<sip:${here}>`);
  t.equal(a.response.text, sdp(bob));
  const { uas, uac } = await legs;
  t.equal(uas.sip.callId, a.callId);
  t.equal(uac.sip.callId, b.callId);

  t.equal((await a.bye()).status, 200);
  const bye = await b.expect('BYE');
  t.equal(bye.uri, bob.uri);
  bob.reply(bye, 200);
});

t.test('the callee ends a joined call', async (t) => {
  const phones = await joinCalls(t, target);
  const [a, b] = await talk(phones);
  t.equal((await b.bye()).status, 200);
  phones.alice.reply(await a.expect('BYE'), 200);
});

t.test('a re-INVITE passes through a joined call, from either side', async (t) => {
  const phones = await joinCalls(t, target);
  const [a, b] = await talk(phones);
  await phones.legs;
  for (const [from, to, sender, receiver] of [
    [a, b, phones.alice, phones.bob],
    [b, a, phones.bob, phones.alice],
  ] as const) {
    const asking = from.reinvite(sdp(sender, 40_010));
    const reinvite = await to.expect('INVITE');
    t.equal(reinvite.text, sdp(sender, 40_010));
    receiver.reply(reinvite, 200, { body: sdp(receiver, 40_020) });
    t.equal((await to.expect('ACK')).cseq.number, reinvite.cseq.number);
    t.equal((await asking).text, sdp(receiver, 40_020));
  }
});

t.test('INFO passes through a joined call', async (t) => {
  const phones = await joinCalls(t, target);
  const [a, b] = await talk(phones);
  await phones.legs;
  const asking = a.ask('INFO', { body: 'dtmf' });
  const info = await b.expect('INFO');
  t.equal(info.text, 'dtmf');
  phones.bob.reply(info, 200);
  t.equal((await asking).status, 200);
});

t.test('the callee is busy, and so the caller hears', async (t) => {
  const { alice, bob, failed } = await joinCalls(t, target);
  const calling = alice.ask('INVITE', undefined, { body: sdp(alice) });
  const invite = await bob.expect('INVITE');
  bob.reply(invite, 486);
  t.equal((await bob.expect('ACK')).branch, invite.branch);
  t.equal((await calling).startLine, 'SIP/2.0 486 Busy Here');
  t.equal((await failed).status, 486);
  await bob.silence(50, ({ method }) => method === 'ACK');
});

t.test('the caller gives up while it rings, and the callee is told', async (t) => {
  const { alice, bob, failed } = await joinCalls(t, target);
  const calling = alice.send(alice.request('INVITE', undefined, { body: sdp(alice) }));
  const invite = await bob.expect('INVITE');
  bob.reply(invite, 180);
  await alice.response(calling, 180);
  const cancelling = alice.send(cancel(calling));
  t.equal((await alice.final(cancelling)).status, 200);
  const terminated = await alice.final(calling);
  t.equal(terminated.status, 487);
  alice.send(ackFailure(calling, terminated));
  const cancelled = await bob.expect('CANCEL');
  t.equal(cancelled.branch, invite.branch);
  bob.reply(cancelled, 200);
  bob.reply(invite, 487);
  t.equal((await bob.expect('ACK')).branch, invite.branch);
  t.equal((await failed).status, 487);
});
