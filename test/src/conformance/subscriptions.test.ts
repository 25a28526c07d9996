import t from 'tap';
import { Dialog, hostPort, type Phone, type SipMessage } from '../sip/index.js';
import { type Handler, type Leg, type Request, startApplication } from './application.js';
import { later } from './later.js';
import { openPhone, startTarget, type Teardown } from './target.js';

/** SUBSCRIBE dialogs (RFC 6665), the application on either side. */
const target = await startTarget(t);
const here = hostPort(target.sip);

/** A phone subscribes; the application accepts. */
async function subscribeIn(t: Teardown, transport: 'udp' | 'tcp' = 'udp') {
  const accepted = later<Leg>();
  const { srf } = await startApplication(t, target, {
    subscribe: async (req, res) => accepted.resolve(await srf.createUAS(req, res, { headers: { Expires: '60' } })),
  });
  const phone = await openPhone(t, target, { transport });
  const subscribe = phone.send(phone.request('SUBSCRIBE', undefined, { headers: { Event: 'presence', Expires: 60 } }));
  const response = await phone.final(subscribe);
  return { leg: await accepted.promise, phone, dialog: Dialog.caller(phone, subscribe, response), response };
}

/** The application subscribes, in the phone's own name as to its own voice mail; the phone accepts. */
async function subscribeOut(
  t: Teardown,
  accept: (peer: Phone, subscribe: SipMessage) => void,
  handlers: Record<string, Handler> = {},
) {
  const { srf } = await startApplication(t, target, handlers);
  const peer = await openPhone(t, target, { user: 'peer' });
  const headers = { Event: 'presence', Expires: '60', From: `<${peer.uri}>` };
  const subscribing = srf.createUAC(peer.uri, { method: 'SUBSCRIBE', headers });
  const subscribe = await peer.expect('SUBSCRIBE');
  accept(peer, subscribe);
  return { srf, peer, subscribe, subscribing };
}

function notifyHeaders(state: string): Record<string, string> {
  return { Event: 'presence', 'Subscription-State': state };
}

t.test('a subscriber is told of every change, refreshes, and unsubscribes', async (t) => {
  const { leg, phone, dialog, response } = await subscribeIn(t);
  t.equal(response.startLine, 'SIP/2.0 202 Accepted');
  t.equal(response.get('Expires'), '60');
  for (const body of ['one', 'two']) {
    const headers = { ...notifyHeaders('active;expires=60'), 'Content-Type': 'text/plain' };
    const notifying = leg.request({ method: 'NOTIFY', headers, body });
    const notify = await dialog.expect('NOTIFY');
    t.equal(notify.text, body);
    t.equal(notify.uri, phone.uri);
    phone.reply(notify, 200);
    t.equal((await notifying).status, 200);
  }
  leg.on('subscribe', (_, res) => res.send(202, { headers: { Expires: '30' } }));
  const refreshed = await dialog.ask('SUBSCRIBE', { headers: { Event: 'presence', Expires: 30 } });
  t.equal(refreshed.get('Expires'), '30');
  t.match(refreshed.get('Contact'), here);

  const unsubscribed = later<Request>();
  leg.on('unsubscribe', unsubscribed.resolve);
  t.equal((await dialog.ask('SUBSCRIBE', { headers: { Event: 'presence', Expires: 0 } })).status, 202);
  t.equal((await unsubscribed.promise).get('expires'), '0');
  const ending = leg.destroy({ headers: { 'X-Last': 'yes' } });
  const last = await dialog.expect('NOTIFY');
  t.equal(last.get('Subscription-State'), 'terminated');
  t.equal(last.get('Event'), 'presence');
  t.equal(last.get('X-Last'), 'yes');
  phone.reply(last, 200);
  await ending;
  await phone.silence(20);
  t.equal((await dialog.ask('SUBSCRIBE', { headers: { Event: 'presence', Expires: 60 } })).status, 481);
});

t.test('a subscriber on a connection is told over it', async (t) => {
  const { leg, phone, dialog } = await subscribeIn(t, 'tcp');
  const notifying = leg.request({ method: 'NOTIFY', headers: notifyHeaders('active;expires=60') });
  phone.reply(await dialog.expect('NOTIFY'), 200);
  t.equal((await notifying).status, 200);
});

t.test('a subscriber that is gone answers 481, and the application hears it', async (t) => {
  const { leg, phone, dialog } = await subscribeIn(t);
  const notifying = leg.request({ method: 'NOTIFY', headers: notifyHeaders('active') });
  phone.reply(await dialog.expect('NOTIFY'), 481);
  t.equal((await notifying).status, 481);
});

t.test('a subscription that the application refuses makes no dialog', async (t) => {
  await startApplication(t, target, { subscribe: (_, res) => res.send(489) });
  const phone = await openPhone(t, target);
  const response = await phone.ask('SUBSCRIBE', undefined, { headers: { Event: 'nothing', Expires: 60 } });
  t.equal(response.status, 489);
  const headers = { To: response.get('To'), From: response.get('From'), 'Call-ID': response.get('Call-ID') };
  t.equal((await phone.ask('SUBSCRIBE', undefined, { headers: { ...headers, CSeq: '2 SUBSCRIBE' } })).status, 481);
});

for (const status of [200, 202]) {
  t.test(`the application subscribes and is accepted with ${status}; NOTIFYs reach it until the last`, async (t) => {
    const accepted = later<SipMessage>();
    const { peer, subscribe, subscribing } = await subscribeOut(t, (peer, subscribe) =>
      accepted.resolve(peer.reply(subscribe, status, { headers: { Expires: 60 } })),
    );
    t.equal(subscribe.get('Event'), 'presence');
    t.match(subscribe.get('Contact'), here);
    const leg = await subscribing;
    const dialog = Dialog.callee(peer, subscribe, await accepted.promise);
    const seen: string[] = [];
    leg.on('notify', (notify, res) => {
      seen.push(notify.body);
      res.send(200);
    });
    for (const body of ['one', 'two']) {
      t.equal((await dialog.ask('NOTIFY', { headers: notifyHeaders('active'), body })).status, 200);
    }
    t.same(seen, ['one', 'two']);

    const refreshing = leg.request({ method: 'SUBSCRIBE', headers: { Event: 'presence', Expires: '60' } });
    const refresh = await dialog.expect('SUBSCRIBE');
    t.equal(refresh.uri, peer.uri);
    t.ok(refresh.cseq.number > subscribe.cseq.number);
    peer.reply(refresh, 200, { headers: { Expires: 60 } });
    t.equal((await refreshing).status, 200);

    const leaving = leg.request({ method: 'SUBSCRIBE', headers: { Event: 'presence', Expires: '0' } });
    peer.reply(await dialog.expect('SUBSCRIBE'), 200, { headers: { Expires: 0 } });
    t.equal((await leaving).status, 200);
    const ended = later<Request>();
    leg.on('destroy', ended.resolve);
    t.equal((await dialog.ask('NOTIFY', { headers: notifyHeaders('terminated;reason=timeout') })).status, 200);
    t.equal((await ended.promise).method, 'NOTIFY');
    t.equal((await dialog.ask('NOTIFY', { headers: notifyHeaders('active') })).status, 481);
  });
}

t.test(
  'a NOTIFY that overtakes the 200 of its SUBSCRIBE reaches the application (RFC 6665 section 4.1.2.4)',
  async (t) => {
    const early = later<Request>();
    const { peer, subscribe, subscribing } = await subscribeOut(t, () => {}, {
      notify: (req, res) => {
        early.resolve(req);
        res.send(200);
      },
    });
    const to = `${subscribe.get('To')};tag=notifier`;
    const notify = peer.request('NOTIFY', `sip:${here}`, {
      headers: {
        ...notifyHeaders('pending'),
        From: to,
        To: subscribe.get('From'),
        'Call-ID': subscribe.get('Call-ID'),
      },
    });
    t.equal((await peer.final(peer.send(notify))).status, 200);
    t.equal((await early.promise).get('subscription-state'), 'pending');
    peer.reply(subscribe, 202, { headers: { To: to, Expires: 60 } });
    t.equal((await subscribing).sip.remoteTag, 'notifier');
  },
);

t.test('a subscription that is refused, or challenged first', async (t) => {
  const { srf, subscribing } = await subscribeOut(t, (peer, subscribe) => peer.reply(subscribe, 403));
  await t.rejects(subscribing, { message: /403/ });

  const peer = await openPhone(t, target, { user: 'peer' });
  const options = {
    method: 'SUBSCRIBE',
    headers: { Event: 'dialog' },
    auth: { username: 'u', password: 'p' },
  } as const;
  const challenged = srf.createUAC(peer.uri, options);
  peer.reply(await peer.expect('SUBSCRIBE'), 401, {
    headers: { 'WWW-Authenticate': 'Digest realm="peer", nonce="n1", qop="auth"' },
  });
  const again = await peer.expect('SUBSCRIBE');
  t.match(again.get('Authorization'), 'username="u"');
  peer.reply(again, 200, { headers: { Expires: 60 } });
  t.ok((await challenged).id);
});

t.test('a joined subscription: SUBSCRIBE goes one way, NOTIFY the other', async (t) => {
  const peer = await openPhone(t, target, { user: 'peer' });
  const { srf } = await startApplication(t, target, {
    subscribe: async (req, res) => {
      const uac = await srf.createUAC(peer.uri, { method: 'SUBSCRIBE', headers: { Event: req.get('event') } });
      const uas = await srf.createUAS(req, res, { headers: { Expires: '45' } });
      uac.on('notify', async (notify, res) => {
        const headers = { Event: notify.get('event'), 'Subscription-State': notify.get('subscription-state') };
        res.send((await uas.request({ method: 'NOTIFY', headers })).status);
      });
    },
  });
  const phone = await openPhone(t, target);
  const subscribe = phone.send(phone.request('SUBSCRIBE', undefined, { headers: { Event: 'dialog', Expires: 90 } }));
  const passed = await peer.expect('SUBSCRIBE');
  t.equal(passed.get('Event'), 'dialog');
  const accepted = peer.reply(passed, 200, { headers: { Expires: 90 } });
  const response = await phone.final(subscribe);
  t.equal(response.get('Expires'), '45');
  const notifying = Dialog.callee(peer, passed, accepted).ask('NOTIFY', { headers: notifyHeaders('active') });
  const notify = await Dialog.caller(phone, subscribe, response).expect('NOTIFY');
  t.equal(notify.get('Subscription-State'), 'active');
  phone.reply(notify, 200);
  t.equal((await notifying).status, 200);
});
