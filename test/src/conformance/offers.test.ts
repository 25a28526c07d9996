import t from 'tap';
import { Dialog, sdp } from '../sip/index.js';
import { answer, type Leg, type Request, startApplication } from './application.js';
import { later } from './later.js';
import { openPhone, startTarget } from './target.js';

/** Offers and answers in every place they may stand (RFC 3261 section 13.2.1, RFC 3262, RFC 3311), and session timers. */
const target = await startTarget(t);
const localSdp = sdp(target.sip, 41_000);

t.test(
  'an INVITE without an offer: the application’s goes out in the 200, the answer comes with the ACK',
  async (t) => {
    const acked = later<[Request, Leg]>();
    const app = await startApplication(t, target, {
      invite: async (req, res) => {
        t.equal(req.body, '');
        const leg = await app.srf.createUAS(req, res, { localSdp });
        leg.on('ack', (ack) => acked.resolve([ack, leg]));
      },
    });
    const phone = await openPhone(t, target);
    const invite = phone.send(phone.request('INVITE'));
    const ok = await phone.final(invite);
    t.equal(ok.text, localSdp);
    const dialog = Dialog.caller(phone, invite, ok);
    phone.send(dialog.ack({ body: sdp(phone) }));
    const [ack, leg] = await acked.promise;
    t.equal(ack.body, sdp(phone));
    t.equal(leg.remote.sdp, sdp(phone));
    t.equal((await dialog.bye()).status, 200);
  },
);

t.test(
  'a call out without an offer: the callee’s comes with the 200, the application’s answer goes with the ACK',
  async (t) => {
    const { srf } = await startApplication(t, target);
    const peer = await openPhone(t, target, { user: 'peer' });
    const calling = srf.createUAC(peer.uri, { noAck: true });
    const invite = await peer.expect('INVITE');
    t.equal(invite.text, '');
    t.equal(invite.get('Content-Type'), undefined);
    t.equal(invite.get('Content-Length'), '0');
    const dialog = Dialog.callee(peer, invite, peer.reply(invite, 200, { body: sdp(peer) }));
    const { sdp: offer, ack } = await calling;
    t.equal(offer, sdp(peer));
    const leg = await ack(localSdp);
    const acked = await dialog.expect('ACK');
    t.equal(acked.text, localSdp);
    t.equal(acked.get('Content-Type'), 'application/sdp');
    const ending = leg.destroy();
    peer.reply(await dialog.expect('BYE'), 200);
    await ending;
  },
);

t.test('a 200 that comes again gets the same ACK again, its answer included', async (t) => {
  const { srf } = await startApplication(t, target);
  const peer = await openPhone(t, target, { user: 'peer' });
  const calling = srf.createUAC(peer.uri, { noAck: true });
  const ok = peer.reply(await peer.expect('INVITE'), 200, { body: sdp(peer) });
  await (await calling).ack(localSdp);
  const first = await peer.expect('ACK');
  peer.send(ok);
  t.equal((await peer.expect('ACK')).toString(), first.toString());
});

t.test('a 200 that comes again before the application has acknowledged it waits for the application', async (t) => {
  const { srf } = await startApplication(t, target);
  const peer = await openPhone(t, target, { user: 'peer' });
  const calling = srf.createUAC(peer.uri, { noAck: true });
  const ok = peer.reply(await peer.expect('INVITE'), 200, { body: sdp(peer) });
  const { ack } = await calling;
  peer.send(ok);
  await peer.silence(50);
  await ack(localSdp);
  t.equal((await peer.expect('ACK')).text, localSdp);
});

t.test('an UPDATE before the 200 reaches the application, and its answer the phone (RFC 3311)', async (t) => {
  const updated = later<Request>();
  const app = await startApplication(t, target, {
    invite: async (req, res) => {
      req.on('update', (update, response) => {
        response.send(200, { body: sdp(target.sip, 41_002) });
        updated.resolve(update);
      });
      await answer(res, 183, { body: localSdp, headers: { Contact: '<sip:svc@localhost>' } });
      await updated.promise;
      await app.srf.createUAS(req, res, { localSdp });
    },
  });
  const phone = await openPhone(t, target);
  const invite = phone.send(phone.request('INVITE', undefined, { body: sdp(phone) }));
  const progress = await phone.response(invite, 183);
  const early = Dialog.caller(phone, invite, progress);
  const response = await early.ask('UPDATE', { body: sdp(phone, 40_002) });
  t.equal(response.status, 200);
  t.equal(response.text, sdp(target.sip, 41_002));
  t.equal((await updated.promise).body, sdp(phone, 40_002));
  const ok = await phone.final(invite);
  phone.send(Dialog.caller(phone, invite, ok).ack());
});

t.test('several provisional responses, each with headers of its own, then the 200 with neither', async (t) => {
  const app = await startApplication(t, target, {
    invite: async (req, res) => {
      await answer(res, 180, { headers: { 'X-Step': '1' } });
      await answer(res, 183, { headers: { 'X-Step': '2' }, body: localSdp });
      await answer(res, 199, { headers: { 'X-Step': '3' } });
      await app.srf.createUAS(req, res, { localSdp });
    },
  });
  const phone = await openPhone(t, target);
  const invite = phone.send(phone.request('INVITE', undefined, { body: sdp(phone) }));
  for (const [status, step] of [
    [180, '1'],
    [183, '2'],
    [199, '3'],
    [200, undefined],
  ] as const) {
    const response = await phone.response(invite, status);
    t.equal(response.get('X-Step'), step, String(status));
  }
});

t.test('session timers are between phone and application: the server adds, takes and refuses nothing', async (t) => {
  const timers = { Supported: 'timer', 'Session-Expires': '90;refresher=uac', 'Min-SE': '90' };
  const app = await startApplication(t, target, {
    invite: async (req, res) => {
      for (const [name, value] of Object.entries(timers)) t.equal(req.get(name), value);
      if (req.get('x-short')) res.send(422, { headers: { 'Min-SE': '1800' } });
      else
        await app.srf.createUAS(req, res, {
          localSdp,
          headers: { Require: 'timer', 'Session-Expires': '90;refresher=uas' },
        });
    },
  });
  const phone = await openPhone(t, target);
  const refused = await phone.ask('INVITE', undefined, { headers: { ...timers, 'X-Short': 'yes' }, body: sdp(phone) });
  t.same([refused.status, refused.get('Min-SE')], [422, '1800']);
  const dialog = await phone.call(undefined, { headers: timers, body: sdp(phone) });
  t.same([dialog.response.get('Require'), dialog.response.get('Session-Expires')], ['timer', '90;refresher=uas']);

  const calling = app.srf.createUAC(phone.uri, { localSdp, headers: timers });
  const invite = await phone.expect('INVITE');
  for (const [name, value] of Object.entries(timers)) t.equal(invite.get(name), value, name);
  await Promise.all([calling, phone.accept(invite)]);
});
