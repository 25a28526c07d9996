import t from 'tap';
import { ackFailure, cancel, Dialog, sdp } from '../sip/index.js';
import { answer, type CallOptions, type Leg, type Message, type Request, startApplication } from './application.js';
import { later } from './later.js';
import { openPhone, startTarget, type Teardown } from './target.js';

/** CANCELs that cross other messages (RFC 3261 section 9). */
const target = await startTarget(t, { t1: 100 });
const localSdp = sdp(target.sip, 41_000);

/** An application calls a phone; gives the request, for it to be cancelled, and what becomes of the call. */
async function ring(t: Teardown, options: CallOptions = { localSdp }) {
  const { srf } = await startApplication(t, target);
  const peer = await openPhone(t, target, { user: 'peer' });
  const requested = later<Request>();
  const calling = srf.createUAC(peer.uri, options, { cbRequest: (_, request) => requested.resolve(request) });
  return { srf, peer, calling, invite: await peer.expect('INVITE'), request: await requested.promise };
}

t.test('the CANCEL of a call out carries the headers that the application gives it', async (t) => {
  const { peer, calling, invite, request } = await ring(t);
  peer.reply(invite, 180);
  const refused = t.rejects(calling, { message: /487/ });
  const told = later<string>();
  request.cancel({ headers: { Reason: 'SIP;cause=200;text="Call completed elsewhere"' } }, (_, sent) =>
    told.resolve(sent.get('reason')),
  );
  const cancelling = await peer.expect('CANCEL');
  t.equal(cancelling.get('Reason'), 'SIP;cause=200;text="Call completed elsewhere"');
  t.equal(await told.promise, cancelling.get('Reason'));
  peer.reply(cancelling, 200);
  peer.reply(invite, 487);
  await peer.expect('ACK');
  await refused;
});

t.test('a 200 that crosses the CANCEL is a call, acknowledged, that the application can end', async (t) => {
  const { peer, calling, invite, request } = await ring(t);
  peer.reply(invite, 180);
  request.cancel();
  const cancelling = await peer.expect('CANCEL');
  const [leg, dialog] = await Promise.all([calling, peer.accept(invite)]);
  peer.reply(cancelling, 200);
  const ending = leg.destroy();
  const bye = await dialog.expect('BYE');
  peer.reply(bye, 200);
  await ending;
});

t.test('a call cancelled before any answer and then taken at once is never told of the CANCEL', async (t) => {
  const { peer, calling, invite, request } = await ring(t);
  request.cancel();
  const [leg] = await Promise.all([calling, peer.accept(invite)]);
  await peer.silence(50, ({ method }) => method === 'CANCEL');
  t.ok(leg.id);
});

t.test('a CANCEL that came too late, or comes again, is refused by the server', async (t) => {
  const { peer, calling, invite, request } = await ring(t);
  peer.reply(invite, 180);
  const cancelled = (): Promise<string> =>
    new Promise((resolve) => request.cancel((error) => resolve(error?.message ?? 'sent')));
  t.equal(await cancelled(), 'sent');
  peer.reply(await peer.expect('CANCEL'), 200);
  t.match(await cancelled(), /^unable to cancel unknown transaction id/);
  const [leg] = await Promise.all([calling, peer.accept(invite)]);
  t.match(await cancelled(), /^unable to cancel unknown transaction id/);
  t.ok(leg.id);
  await peer.silence(30, ({ method }) => method === 'CANCEL');
});

t.test('a call that is cancelled while it is being challenged is cancelled in its second INVITE', async (t) => {
  const auth = { username: 'u', password: 'p' };
  const { peer, calling, invite, request } = await ring(t, { localSdp, auth });
  const refused = t.rejects(calling, { message: /487/ });
  peer.reply(invite, 401, { headers: { 'WWW-Authenticate': 'Digest realm="peer", nonce="n1", qop="auth"' } });
  await peer.expect('ACK');
  const second = await peer.expect('INVITE');
  request.cancel();
  peer.reply(second, 180);
  const cancelling = await peer.expect('CANCEL');
  t.equal(cancelling.branch, second.branch);
  peer.reply(cancelling, 200);
  peer.reply(second, 487);
  t.equal((await peer.expect('ACK')).branch, second.branch);
  await refused;
});

t.test('the answer to a CANCEL changes nothing, whatever it is', async (t) => {
  const { peer, calling, invite, request } = await ring(t);
  peer.reply(invite, 180);
  request.cancel();
  peer.reply(await peer.expect('CANCEL'), 481);
  const [leg] = await Promise.all([calling, peer.accept(invite)]);
  t.ok(leg.id);
});

t.test('a phone’s CANCEL and the application’s 200 cross: whichever is first wins, never both', async (t) => {
  let [calls, cancels] = [0, 0];
  const outcomes = new Set<number>();
  const app = await startApplication(t, target, {
    invite: async (req, res) => {
      req.on('cancel', () => cancels++);
      if (calls++ % 2 === 0) await answer(res, 180);
      else res.send(180);
      await app.srf.createUAS(req, res, { localSdp }).catch(() => {});
    },
  });
  const phone = await openPhone(t, target);
  for (let n = 0; n < 10; n++) {
    const invite = phone.send(phone.request('INVITE', undefined, { body: sdp(phone) }));
    const told = cancels;
    await phone.response(invite, 180);
    const cancelling = phone.send(cancel(invite));
    t.equal((await phone.final(cancelling)).status, 200);
    const outcome = await phone.final(invite);
    outcomes.add(outcome.status);
    if (outcome.status === 200) {
      const dialog = Dialog.caller(phone, invite, outcome);
      phone.send(dialog.ack());
      t.equal((await dialog.bye()).status, 200);
      t.equal(cancels, told, 'the application has a call and hears of no CANCEL');
    } else {
      phone.send(ackFailure(invite, outcome));
      const [From, To, CallId] = [invite.get('From'), outcome.get('To'), invite.get('Call-ID')];
      const headers = { From, To, 'Call-ID': CallId, CSeq: '2 INFO' };
      t.equal((await phone.ask('INFO', undefined, { headers })).status, 481, 'no call is left');
    }
  }
  t.same([...outcomes].sort(), [200, 487], 'both have happened');
});

t.test('a CANCEL on the heels of its INVITE is told to the application with its Reason', async (t) => {
  const cancelled = later<Message>();
  await startApplication(t, target, { invite: (req) => void req.on('cancel', cancelled.resolve) });
  const phone = await openPhone(t, target);
  const invite = phone.request('INVITE', undefined, { body: sdp(phone) });
  phone.send(invite);
  phone.send(cancel(invite).set('Reason', 'SIP;cause=26'));
  const terminated = await phone.final(invite);
  t.equal(terminated.status, 487);
  phone.send(ackFailure(invite, terminated));
  t.equal((await cancelled.promise).get('reason'), 'SIP;cause=26');
});

t.test('a CANCEL repeated is answered again, and told to the application once', async (t) => {
  let told = 0;
  await startApplication(t, target, { invite: (req) => void req.on('cancel', () => told++) });
  const phone = await openPhone(t, target);
  const invite = phone.send(phone.request('INVITE', undefined, { body: sdp(phone) }));
  await phone.response(invite, 100);
  const cancelling = phone.send(cancel(invite));
  const first = await phone.final(cancelling);
  phone.send(cancelling);
  t.equal((await phone.final(cancelling)).toString(), first.toString());
  phone.send(ackFailure(invite, await phone.final(invite)));
  t.equal(told, 1);
});

t.test('a re-INVITE is cancelled and the call stands', async (t) => {
  const call = later<Leg>();
  const app = await startApplication(t, target, {
    invite: async (req, res) => call.resolve(await app.srf.createUAS(req, res, { localSdp })),
  });
  const phone = await openPhone(t, target);
  const dialog = await phone.call();
  const leg = await call.promise;
  const modified = later<Message>();
  leg.on('modify', (reinvite, res) => {
    modified.resolve(reinvite);
    reinvite.on('cancel', () => res.send(487));
  });
  const reinvite = dialog.send(dialog.request('INVITE', { body: sdp(phone, 40_002) }));
  await modified.promise;
  t.equal((await phone.final(phone.send(cancel(reinvite)))).status, 200);
  const terminated = await phone.final(reinvite);
  t.equal(terminated.status, 487);
  phone.send(ackFailure(reinvite, terminated));
  t.equal((await dialog.ask('INFO')).status, 200);
  const ending = leg.destroy();
  phone.reply(await dialog.expect('BYE'), 200);
  await ending;
});
