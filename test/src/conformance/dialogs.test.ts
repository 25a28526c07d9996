import t from 'tap';
import { ackFailure, Dialog, hostPort, parseParameters, sdp } from '../sip/index.js';
import { answer, type Leg, type Request, startApplication } from './application.js';
import { callIn, callOut } from './calls.js';
import { later } from './later.js';
import { openPhone, startTarget } from './target.js';

/** What runs inside a call that stands. */
const target = await startTarget(t);
const credentials = { username: 'u', password: 'p' };
const challenge = (name: string) => ({ [name]: 'Digest realm="peer", nonce="n1", qop="auth", algorithm=MD5' });

for (const [side, call] of [
  ['called', callIn],
  ['calling', callOut],
] as const) {
  t.test(
    `requests of the ${side} application inside the call reach the phone, and its answers come back`,
    async (t) => {
      const { leg, phone, dialog } = await call(t, target);
      const headers = { 'Content-Type': 'text/plain', Event: 'refer', 'Subscription-State': 'active', 'X-Test': 'yes' };
      let last = 0;
      for (const [method, status] of [
        ['INFO', 200],
        ['UPDATE', 488],
        ['REFER', 202],
        ['NOTIFY', 200],
        ['MESSAGE', 404],
        ['OPTIONS', 486],
        ['SUBSCRIBE', 489],
        ['PUBLISH', 501],
      ] as const) {
        const referTo = method === 'REFER' ? { 'Refer-To': '<sip:bob@127.0.0.1>' } : {};
        const asking = leg.request({ method, headers: { ...headers, ...referTo }, body: `body of ${method}` });
        const request = await dialog.expect(method);
        t.equal(request.uri, phone.uri, method);
        t.equal(request.text, `body of ${method}`);
        t.equal(request.get('X-Test'), 'yes');
        t.equal(request.tag('From'), leg.sip.localTag);
        t.equal(request.tag('To'), leg.sip.remoteTag);
        t.ok(request.cseq.number > last, 'CSeq goes up');
        last = request.cseq.number;
        phone.reply(request, status, { headers: { 'X-Answer': method } });
        const response = await asking;
        t.equal(response.status, status, method);
        t.equal(response.get('x-answer'), method);
      }
      t.equal((await dialog.ask('INFO')).status, 200, 'no failure has ended the call');
    },
  );

  t.test(`a challenge inside the call is answered by the ${side} application: INFO, re-INVITE and BYE`, async (t) => {
    const { leg, phone, dialog } = await call(t, target);
    const refuse = async (method: string, status: 401 | 407) => {
      const first = await dialog.expect(method);
      phone.reply(first, status, {
        headers: challenge(status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate'),
      });
      if (method === 'INVITE') t.equal((await dialog.expect('ACK')).branch, first.branch);
      const second = await dialog.expect(method);
      t.equal(second.cseq.number, first.cseq.number + 1);
      t.equal(second.get('To'), first.get('To'));
      t.not(second.branch, first.branch);
      const answer = second.get(status === 401 ? 'Authorization' : 'Proxy-Authorization') ?? '';
      t.match(parseParameters(answer), { username: 'u', realm: 'peer', nonce: 'n1' });
      return second;
    };
    const informing = leg.request({ method: 'INFO', auth: credentials });
    phone.reply(await refuse('INFO', 401), 200);
    t.equal((await informing).status, 200);
    const modifying = leg.modify(sdp(target.sip, 41_002), { auth: credentials });
    const reinvite = await refuse('INVITE', 407);
    phone.reply(reinvite, 200, { body: sdp(phone, 40_002) });
    t.equal((await dialog.expect('ACK')).cseq.number, reinvite.cseq.number);
    t.equal(await modifying, sdp(phone, 40_002));
    const ending = leg.destroy({ auth: credentials, headers: { Reason: 'SIP;cause=200;text="done"' } });
    const bye = await refuse('BYE', 401);
    t.equal(bye.get('Reason'), 'SIP;cause=200;text="done"');
    phone.reply(bye, 200);
    await ending;
  });

  t.test(`a re-INVITE that the phone refuses leaves the call of the ${side} application as it was`, async (t) => {
    const { leg, phone, dialog } = await call(t, target);
    const refused = t.rejects(leg.modify(sdp(target.sip, 41_002)), { message: /488/ });
    const reinvite = await dialog.expect('INVITE');
    phone.reply(reinvite, 488);
    t.equal((await dialog.expect('ACK')).branch, reinvite.branch);
    await refused;
    t.equal((await dialog.ask('INFO')).status, 200);
    const ending = leg.destroy();
    phone.reply(await dialog.expect('BYE'), 200);
    await ending;
  });

  t.test(`the ${side} application asks for an offer in a re-INVITE, and answers it in the ACK`, async (t) => {
    const { leg, phone, dialog } = await call(t, target);
    const modifying = leg.modify({ noAck: true });
    const reinvite = await dialog.expect('INVITE');
    t.equal(reinvite.text, '');
    t.equal(reinvite.get('Content-Type'), undefined);
    phone.reply(reinvite, 200, { body: sdp(phone, 40_002) });
    const { sdp: offer, ack } = await modifying;
    t.equal(offer, sdp(phone, 40_002));
    ack(sdp(target.sip, 41_002));
    const acked = await dialog.expect('ACK');
    t.equal(acked.text, sdp(target.sip, 41_002));
    t.equal(acked.get('Content-Type'), 'application/sdp');
    t.equal(acked.cseq.number, reinvite.cseq.number);
  });

  t.test(`the phone asks the ${side} application for an offer, whose answer comes in the ACK`, async (t) => {
    const { leg, phone, dialog } = await call(t, target);
    const acked = later<Request>();
    leg.on('modify', (reinvite, res) => {
      t.equal(reinvite.body, '');
      leg.on('ack', acked.resolve);
      res.send(200, { body: sdp(target.sip, 41_002) });
    });
    const offered = await dialog.ask('INVITE');
    t.equal(offered.status, 200);
    t.equal(offered.text, sdp(target.sip, 41_002));
    t.match(offered.get('Contact'), /^<sip:/);
    dialog.send(dialog.ack({ body: sdp(phone, 40_002) }));
    t.equal((await acked.promise).body, sdp(phone, 40_002));
    t.equal(leg.remote.sdp, sdp(phone, 40_002));
  });
}

t.test('hold, unhold and refresh by the phone are told apart and answered', async (t) => {
  const { leg, phone, dialog } = await callIn(t, target);
  const seen: string[] = [];
  for (const event of ['hold', 'unhold', 'refresh', 'modify'] as const) {
    leg.on(event, (_, res) => {
      seen.push(event);
      if (event === 'modify') res.send(200, { body: leg.local.sdp });
    });
  }
  const offer = (version: number, direction: string) =>
    sdp(phone).replace('o=- 1 1', `o=- 1 ${version}`).concat(`a=${direction}\r\n`);
  for (const body of [offer(2, 'sendrecv'), offer(3, 'sendonly'), offer(4, 'sendrecv'), offer(4, 'sendrecv')]) {
    t.equal((await dialog.reinvite(body)).status, 200);
  }
  t.same(seen, ['modify', 'hold', 'unhold', 'refresh']);
});

t.test('the application puts the phone on hold and takes it back', async (t) => {
  const { leg, phone, dialog } = await callIn(t, target);
  const offer = sdp(target.sip, 41_002).concat('a=sendrecv\r\n');
  for (const [change, direction] of [
    [offer, 'sendrecv'],
    ['hold', 'inactive'],
    ['unhold', 'sendrecv'],
  ] as const) {
    const modifying = leg.modify(change);
    const reinvite = await dialog.expect('INVITE');
    t.match(reinvite.text, `a=${direction}\r\n`);
    phone.reply(reinvite, 200, { body: sdp(phone) });
    await dialog.expect('ACK');
    await modifying;
    t.equal(leg.onHold, change === 'hold' || change === 'unhold');
  }
});

t.test('an application learns of the ACK to its 200 to a re-INVITE', async (t) => {
  const { leg, phone, dialog } = await callIn(t, target);
  const acked = later<Request>();
  leg.on('modify', (_, res) => res.send(200, { body: leg.local.sdp }, undefined, acked.resolve));
  await dialog.reinvite(sdp(phone, 40_002));
  const ack = await acked.promise;
  t.equal(ack.method, 'ACK');
  t.equal(ack.stackDialogId, leg.id);
});

t.test('a re-INVITE while the application has yet to answer another is answered 500 with Retry-After', async (t) => {
  const { leg, phone, dialog } = await callIn(t, target);
  const first = later<() => void>();
  leg.on('modify', (_, res) => first.resolve(() => res.send(200, { body: leg.local.sdp })));
  const one = dialog.send(dialog.request('INVITE', { body: sdp(phone, 40_002) }));
  const answerFirst = await first.promise;
  const second = await dialog.ask('INVITE', { body: sdp(phone, 40_004) });
  t.equal(second.status, 500, 'RFC 3261 section 14.2');
  t.match(second.get('Retry-After'), /^\d$/);
  answerFirst();
  t.equal((await phone.final(one)).status, 200);
});

t.test('the application’s re-INVITE while the phone’s waits is the phone’s to refuse; both end (491)', async (t) => {
  const { leg, phone, dialog } = await callIn(t, target);
  const waiting = later<() => void>();
  leg.on('modify', (_, res) => waiting.resolve(() => res.send(200, { body: leg.local.sdp })));
  const ours = dialog.send(dialog.request('INVITE', { body: sdp(phone, 40_002) }));
  const answerOurs = await waiting.promise;
  const refused = t.rejects(leg.modify(sdp(target.sip, 41_002)), { message: /491/ });
  const theirs = await dialog.expect('INVITE');
  phone.reply(theirs, 491);
  t.equal((await dialog.expect('ACK')).branch, theirs.branch);
  await refused;
  answerOurs();
  t.equal((await phone.final(ours)).status, 200);
  dialog.send(dialog.ack());
  t.equal((await dialog.bye()).status, 200);
});

t.test('a BYE while a re-INVITE waits ends that with 487 (RFC 3261 section 15.1.2)', async (t) => {
  const { leg, phone, dialog } = await callIn(t, target);
  const waiting = later<void>();
  leg.on('modify', () => waiting.resolve());
  const reinvite = dialog.send(dialog.request('INVITE', { body: sdp(phone, 40_002) }));
  await waiting.promise;
  t.equal((await dialog.bye()).status, 200);
  const terminated = await phone.final(reinvite);
  t.equal(terminated.status, 487);
  phone.send(ackFailure(reinvite, terminated));
});

t.test('a caller’s BYE in an early dialog ends the INVITE with 487', async (t) => {
  const late = later<string | null>();
  const byes = later<() => void>();
  await startApplication(t, target, {
    invite: async (_, res) => {
      await answer(res, 180);
      (await byes.promise)();
      res.send(200, { body: sdp(target.sip) }, (error) => late.resolve(error));
    },
    bye: (_, res) => byes.resolve(() => res.send(200)),
  });
  const phone = await openPhone(t, target);
  const invite = phone.send(phone.request('INVITE', undefined, { body: sdp(phone) }));
  const ringing = await phone.response(invite, 180);
  const early = Dialog.caller(phone, invite, ringing.set('Contact', `<sip:${hostPort(target.sip)}>`));
  t.equal((await early.bye()).status, 200);
  const terminated = await phone.final(invite);
  t.equal(terminated.status, 487);
  t.equal(terminated.tag('To'), ringing.tag('To'));
  phone.send(ackFailure(invite, terminated));
  t.match(await late.promise, /unknown transaction/);
});

t.test('of two BYEs that cross, both are answered 200', async (t) => {
  const { leg, phone, dialog } = await callIn(t, target);
  const ending = leg.destroy();
  const theirs = await dialog.expect('BYE');
  t.equal((await dialog.bye()).status, 200);
  phone.reply(theirs, 200);
  await ending;
  t.equal((await dialog.ask('INFO')).status, 481);
});

t.test('a REFER inside a call is accepted, and the application tells how it goes in NOTIFYs', async (t) => {
  const { leg, phone, dialog } = await callIn(t, target);
  leg.on('refer', async (refer, res) => {
    t.equal(refer.get('refer-to'), '<sip:bob@127.0.0.1:5090>');
    res.send(202);
    for (const [state, body] of [
      ['active;expires=60', 'SIP/2.0 100 Trying'],
      ['terminated;reason=noresource', 'SIP/2.0 200 OK'],
    ] as const) {
      const headers = { Event: 'refer', 'Subscription-State': state, 'Content-Type': 'message/sipfrag' };
      await leg.request({ method: 'NOTIFY', headers, body });
    }
  });
  t.equal((await dialog.ask('REFER', { headers: { 'Refer-To': '<sip:bob@127.0.0.1:5090>' } })).status, 202);
  for (const text of ['SIP/2.0 100 Trying', 'SIP/2.0 200 OK']) {
    const notify = await dialog.expect('NOTIFY');
    t.equal(notify.text, text);
    phone.reply(notify, 200);
  }
  t.equal((await dialog.ask('INFO')).status, 200, 'the end of the subscription is not the end of the call');
  const ended = later<Leg>();
  leg.on('destroy', () => ended.resolve(leg));
  await dialog.bye();
  await ended.promise;
});
