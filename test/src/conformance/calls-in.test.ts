import t from 'tap';
import { ackFailure, cancel, Dialog, hostPort, sdp } from '../sip/index.js';
import { answer, type Leg, type Message, type Request, type Response, startApplication } from './application.js';
import { later } from './later.js';
import { openPhone, startTarget } from './target.js';

const target = await startTarget(t, { t1: 100 });
const here = hostPort(target.sip);
const localSdp = sdp(target.sip, 41_000);

t.test('an INVITE gets 100 from the server and 486 from the application, which sees no ACK', async (t) => {
  await startApplication(t, target, {
    invite: (_, res) => res.send(486, { headers: { 'X-Why': 'test' } }),
    ack: () => t.fail('the ACK of a failure is the server’s business'),
  });
  const phone = await openPhone(t, target);
  const invite = phone.send(phone.request('INVITE', undefined, { body: sdp(phone) }));
  const trying = await phone.response(invite, 100);
  t.equal(trying.startLine, 'SIP/2.0 100 Trying');
  t.equal(trying.get('To'), invite.get('To'), 'no To tag yet');
  const busy = await phone.final(invite);
  t.equal(busy.startLine, 'SIP/2.0 486 Busy Here');
  t.equal(busy.get('X-Why'), 'test');
  for (const name of ['From', 'Call-ID', 'CSeq']) t.equal(busy.get(name), invite.get(name), name);
  phone.send(ackFailure(invite, busy));
  await phone.noMore(2.5 * target.t1, (message) => message.status === 486);
});

t.test('createUAS answers 200; the ACK and the caller’s BYE reach the application', async (t) => {
  const acked = later<Request>();
  const ended = later<Leg>();
  const app = await startApplication(t, target, {
    invite: async (req, res) => {
      const leg = await app.srf.createUAS(req, res, { localSdp, headers: { 'X-App': 'uas' } });
      leg.on('ack', acked.resolve);
      leg.on('destroy', () => ended.resolve(leg));
    },
  });
  const phone = await openPhone(t, target);
  const dialog = await phone.call();
  const { response } = dialog;
  t.equal(response.get('Contact'), `<sip:${here}>`);
  t.equal(response.get('Content-Type'), 'application/sdp');
  t.equal(response.get('X-App'), 'uas');
  t.equal(response.text, localSdp);
  t.equal((await acked.promise).uri, `sip:${here}`);
  const bye = await dialog.bye();
  t.equal(bye.startLine, 'SIP/2.0 200 OK');
  t.equal(bye.get('To'), response.get('To'));
  const leg = await ended.promise;
  t.equal(leg.id, `${dialog.callId};from-tag=${response.tag('From')}`);
  t.same(leg.sip, { callId: dialog.callId, localTag: response.tag('To'), remoteTag: response.tag('From') });
  t.same(leg.remote, { uri: phone.uri, sdp: sdp(phone) });
  t.equal((await dialog.ask('INFO')).status, 481, 'the dialog is gone after the BYE');
});

t.test(
  '180 and 200 carry one To tag; re-INVITE, INFO both ways and the application’s BYE run inside the dialog',
  async (t) => {
    const call = later<Leg>();
    const app = await startApplication(t, target, {
      invite: async (req, res) => {
        await answer(res, 180);
        const leg = await app.srf.createUAS(req, res, { localSdp });
        leg.on('modify', (reinvite, res) => res.send(200, { body: reinvite.body.replace('40002', '41002') }));
        leg.on('info', (info, res) => res.send(200, { headers: { 'X-Echo': info.body } }));
        call.resolve(leg);
      },
    });
    const phone = await openPhone(t, target);
    const invite = phone.send(phone.request('INVITE', undefined, { body: sdp(phone) }));
    const ringing = await phone.response(invite, 180);
    const ok = await phone.final(invite);
    t.equal(ringing.get('To'), ok.get('To'));
    const dialog = Dialog.caller(phone, invite, ok);
    phone.send(dialog.ack());
    const leg = await call.promise;

    const held = await dialog.reinvite(sdp(phone, 40_002));
    t.equal(held.status, 200);
    t.equal(held.get('Contact'), `<sip:${here}>`);
    t.equal(held.text, sdp(phone, 41_002));
    t.equal((await dialog.ask('INFO', { body: 'dtmf 5' })).get('X-Echo'), 'dtmf 5');

    const informing = leg.request({
      method: 'INFO',
      headers: { 'content-type': 'application/dtmf-relay' },
      body: 'Signal=5\r\n',
    });
    const info = await dialog.expect('INFO');
    t.equal(info.uri, phone.uri, 'sip:placeholder stands for the remote target');
    t.equal(info.get('From'), ok.get('To'));
    t.equal(info.get('To'), invite.get('From'));
    t.equal(info.get('Content-Type'), 'application/dtmf-relay');
    t.equal(info.text, 'Signal=5\r\n');
    t.match(info.get('Via'), new RegExp(`^SIP/2.0/UDP ${here}`));
    phone.reply(info, 200);
    t.equal((await informing).status, 200);

    const ending = leg.destroy();
    const bye = await dialog.expect('BYE');
    t.equal(bye.uri, phone.uri);
    t.equal(bye.cseq.number, info.cseq.number + 1);
    phone.reply(bye, 200);
    t.match((await ending).raw, /^BYE sip:alice@/);
  },
);

t.test('an application’s re-INVITE changes the call, and the server passes its ACK on', async (t) => {
  const call = later<Leg>();
  const app = await startApplication(t, target, {
    invite: async (req, res) => call.resolve(await app.srf.createUAS(req, res, { localSdp })),
  });
  const phone = await openPhone(t, target);
  const dialog = await phone.call();
  const modifying = (await call.promise).modify(sdp(target.sip, 41_004));
  const reinvite = await dialog.expect('INVITE');
  t.equal(reinvite.uri, phone.uri);
  t.equal(reinvite.text, sdp(target.sip, 41_004));
  phone.reply(reinvite, 200, { body: sdp(phone, 40_004) });
  const ack = await dialog.expect('ACK');
  t.equal(ack.cseq.number, reinvite.cseq.number);
  t.not(ack.branch, reinvite.branch, 'a transaction of its own (RFC 3261 section 13.2.2.4)');
  t.equal(ack.uri, phone.uri);
  t.equal(await modifying, sdp(phone, 40_004));
});

t.test('every other request inside the dialog reaches the application', async (t) => {
  const methods = ['UPDATE', 'REFER', 'NOTIFY', 'MESSAGE', 'OPTIONS'];
  const seen: string[] = [];
  const app = await startApplication(t, target, {
    invite: async (req, res) => {
      const leg = await app.srf.createUAS(req, res, { localSdp });
      for (const method of methods) {
        leg.on(method.toLowerCase(), (request, res) => {
          seen.push(request.method);
          res.send(method === 'REFER' ? 202 : 200);
        });
      }
    },
  });
  const dialog = await (await openPhone(t, target)).call();
  for (const method of methods) {
    const response = await dialog.ask(method, { headers: { Event: 'refer', 'Refer-To': '<sip:bob@127.0.0.1>' } });
    t.equal(response.status, method === 'REFER' ? 202 : 200, method);
  }
  t.same(seen, methods);
});

for (const [when, ring] of [
  ['after 180', true],
  ['before any answer', false],
] as const) {
  t.test(
    `CANCEL ${when}: the server answers it 200 and the INVITE 487, the application is told, its late answer refused`,
    async (t) => {
      const cancelled = later<Message>();
      const late = later<string | null>();
      await startApplication(t, target, {
        invite: (req, res) => {
          if (ring) res.send(180);
          req.on('cancel', (message) => {
            cancelled.resolve(message);
            res.send(200, { body: localSdp }, (error) => late.resolve(error));
          });
        },
      });
      const phone = await openPhone(t, target);
      const invite = phone.send(phone.request('INVITE', undefined, { body: sdp(phone) }));
      const before = await phone.response(invite, ring ? 180 : 100);
      const cancelling = phone.send(cancel(invite));
      const accepted = await phone.final(cancelling);
      t.equal(accepted.startLine, 'SIP/2.0 200 OK');
      t.equal(accepted.get('CSeq'), '1 CANCEL');
      const terminated = await phone.final(invite);
      t.equal(terminated.startLine, 'SIP/2.0 487 Request Terminated');
      t.equal(terminated.get('CSeq'), '1 INVITE');
      if (ring) t.same([accepted.get('To'), terminated.get('To')], [before.get('To'), before.get('To')]);
      phone.send(ackFailure(invite, terminated));
      t.match((await cancelled.promise).raw, /^CANCEL sip:svc@/);
      t.equal(await late.promise, 'Response not sent due to unknown transaction');
      await phone.noMore(2.5 * target.t1, ({ status, cseq }) => status >= 200 && cseq.method === 'INVITE');
    },
  );
}

t.test('a CANCEL that fits no INVITE is answered 481 and kept from the application', async (t) => {
  await startApplication(t, target, { cancel: () => t.fail('no transaction to cancel') });
  const phone = await openPhone(t, target);
  const response = await phone.final(phone.send(cancel(phone.request('INVITE'))));
  t.equal(response.startLine, 'SIP/2.0 481 Call/Transaction Does Not Exist');
});

t.test('a CANCEL after the 200 changes nothing (RFC 3261 section 9.2)', async (t) => {
  const app = await startApplication(t, target, { invite: (req, res) => app.srf.createUAS(req, res, { localSdp }) });
  const phone = await openPhone(t, target);
  const invite = phone.send(phone.request('INVITE', undefined, { body: sdp(phone) }));
  const ok = await phone.final(invite);
  const dialog = Dialog.caller(phone, invite, ok);
  phone.send(dialog.ack());
  phone.send(cancel(invite));
  t.equal((await dialog.ask('INFO')).status, 200, 'the call stands');
  t.equal(phone.log.filter(({ status }) => status === 487).length, 0);
});

t.test('a retransmitted INVITE is kept from a slow application, and answered with what was sent last', async (t) => {
  const requests: [Request, Response][] = [];
  await startApplication(t, target, { invite: (...pair) => requests.push(pair) });
  const phone = await openPhone(t, target);
  const invite = phone.send(phone.request('INVITE', undefined, { body: sdp(phone) }));
  await phone.response(invite, 100);
  phone.send(invite);
  await phone.response(invite, 100);
  const [, res] = requests[0] as [Request, Response];
  await answer(res, 180);
  await phone.response(invite, 180);
  phone.send(invite);
  await phone.response(invite, 180);
  await answer(res, 404);
  const first = await phone.response(invite, 404);
  phone.send(invite);
  t.equal((await phone.response(invite, 404)).toString(), first.toString());
  phone.send(ackFailure(invite, first));
  t.equal(requests.length, 1);
});

t.test('an application may choose the To tag', async (t) => {
  await startApplication(t, target, {
    invite: (req, res) => res.send(603, { headers: { To: `${req.get('to')};tag=apptag1` } }),
  });
  const response = await (await openPhone(t, target)).ask('INVITE');
  t.equal(response.startLine, 'SIP/2.0 603 Decline');
  t.equal(response.tag('To'), 'apptag1');
});

t.test('a BYE outside any dialog is answered 481 and kept from the application', async (t) => {
  await startApplication(t, target, { bye: () => t.fail('stray'), invite: () => t.fail('stray') });
  const phone = await openPhone(t, target);
  for (const method of ['BYE', 'INFO', 'INVITE', 'UPDATE']) {
    const headers = { To: `<sip:svc@${here}>;tag=gone` };
    const response = await phone.ask(method, undefined, { headers });
    t.equal(response.startLine, 'SIP/2.0 481 Call/Transaction Does Not Exist', method);
    t.equal(response.tag('To'), 'gone');
  }
});

t.test('an ACK that fits nothing is answered with nothing', async (t) => {
  const phone = await openPhone(t, target);
  phone.send(phone.request('ACK', undefined, { headers: { To: `<sip:svc@${here}>;tag=gone` } }));
  await phone.silence(100);
});

t.test('a request inside the dialog with an old CSeq is no new request (RFC 3261 section 12.2.2)', async (t) => {
  const app = await startApplication(t, target, { invite: (req, res) => app.srf.createUAS(req, res, { localSdp }) });
  const dialog = await (await openPhone(t, target)).call();
  t.equal((await dialog.ask('INFO', { headers: { CSeq: '7 INFO' } })).status, 200);
  const response = await dialog.ask('INFO', { headers: { CSeq: '3 INFO' } });
  t.equal(response.status, 500);
});

t.test(
  'of two re-INVITEs that cross, the phone’s is answered 491, by server or application (RFC 3261 section 14.2)',
  async (t) => {
    const call = later<Leg>();
    const app = await startApplication(t, target, {
      invite: async (req, res) => {
        const leg = await app.srf.createUAS(req, res, { localSdp });
        leg.on('modify', (_, res) => res.send(491));
        call.resolve(leg);
      },
    });
    const phone = await openPhone(t, target);
    const dialog = await phone.call();
    const modifying = (await call.promise).modify(sdp(target.sip, 41_006));
    const theirs = await dialog.expect('INVITE');
    t.equal((await dialog.reinvite(sdp(phone, 40_006))).startLine, 'SIP/2.0 491 Request Pending');
    phone.reply(theirs, 491);
    t.equal((await dialog.expect('ACK')).branch, theirs.branch);
    await t.rejects(modifying, { message: /491/ });
  },
);
