import t from 'tap';
import { ackFailure, cancel, contactUri, Dialog, hostPort, sdp } from '../sip/index.js';
import { answer, type Message, type Request, settled, startApplication } from './application.js';
import { except } from './differences.js';
import { later } from './later.js';
import { openPhone, startTarget } from './target.js';

const target = await startTarget(t, { t1: 100 });
const here = hostPort(target.sip);
const localSdp = sdp(target.sip, 41_000);

t.test('a reliable 183 gets its RSeq from the server, and the PRACK reaches the application (RFC 3262)', async (t) => {
  const pracked = later<Request>();
  const app = await startApplication(t, target, {
    invite: async (req, res) => {
      res.send(183, { body: localSdp, headers: { Require: '100rel', RSeq: '1' } });
      await pracked.promise;
      await app.srf.createUAS(req, res, { localSdp });
    },
    prack: (req, res) => {
      res.send(200);
      pracked.resolve(req);
    },
  });
  const phone = await openPhone(t, target);
  const invite = phone.send(phone.request('INVITE', undefined, { headers: { Supported: '100rel' }, body: sdp(phone) }));
  const progress = await phone.response(invite, 183);
  t.match(progress.get('RSeq'), /^\d+$/);
  t.equal(progress.get('Require'), '100rel');
  t.equal(progress.get('Contact'), `<sip:${here}>`);
  t.equal(progress.text, localSdp);

  const early = Dialog.caller(phone, invite, progress);
  const RAck = `${progress.get('RSeq')} ${invite.get('CSeq')}`;
  t.equal((await early.ask('PRACK', { headers: { RAck } })).status, 200);
  t.equal((await pracked.promise).get('rack'), RAck);
  const ok = await phone.final(invite);
  t.equal(ok.get('To'), progress.get('To'));
  phone.send(Dialog.caller(phone, invite, ok).ack());
  await phone.noMore(2 * target.t1, ({ status }) => status === 183);
});

t.test('the application acknowledges a callee’s reliable 183 with PRACK inside the early dialog', async (t) => {
  const { srf } = await startApplication(t, target);
  const peer = await openPhone(t, target, { user: 'peer' });
  const calling = srf.createUAC(peer.uri, { localSdp, headers: { Supported: '100rel' } });
  const invite = await peer.expect('INVITE');
  const progress = peer.reply(invite, 183, { headers: { Require: '100rel', RSeq: 101 }, body: sdp(peer) });
  const prack = await peer.expect('PRACK');
  t.equal(prack.uri, contactUri(progress));
  t.equal(prack.get('RAck'), `101 ${invite.get('CSeq')}`);
  t.equal(prack.get('To'), progress.get('To'));
  t.equal(prack.cseq.number, invite.cseq.number + 1);
  peer.reply(prack, 200);
  const ok = peer.reply(invite, 200, { body: sdp(peer) });
  t.equal((await peer.expect('ACK')).cseq.number, invite.cseq.number);
  const ending = (await calling).destroy();
  const bye = await peer.expect('BYE');
  t.equal(bye.get('To'), ok.get('To'));
  t.equal(bye.cseq.number, prack.cseq.number + 1);
  peer.reply(bye, 200);
  await ending;
});

t.test('call records are told to the application that asks for them', except(target, 'records'), async (t) => {
  const records: [event: string, source: string, role: string, first: string][] = [];
  const app = await startApplication(t, target, {
    invite: async (req, res) => {
      if (req.uri.startsWith('sip:busy')) res.send(486);
      else await app.srf.createUAS(req, res, { localSdp });
    },
  });
  const line = (message: Message) => message.raw.split('\r\n')[0] ?? '';
  app.srf.on('cdr:attempt', (source, _, message) => records.push(['attempt', source, '', line(message)]));
  app.srf.on('cdr:start', (source, _, role, message) => records.push(['start', source, role, line(message)]));
  app.srf.on('cdr:stop', (source, _, reason, message) => records.push(['stop', source, reason, line(message)]));
  await settled(app);
  const phone = await openPhone(t, target);
  const dialog = await phone.call();
  await dialog.bye();
  const invite = phone.send(phone.request('INVITE', `sip:busy@${here}`));
  phone.send(ackFailure(invite, await phone.final(invite)));
  await settled(app);
  t.same(records, [
    ['attempt', 'network', '', `INVITE sip:svc@${here} SIP/2.0`],
    ['start', 'application', 'uas', 'SIP/2.0 200 OK'],
    ['stop', 'network', 'normal-release', `BYE sip:${here} SIP/2.0`],
    ['attempt', 'network', '', `INVITE sip:busy@${here} SIP/2.0`],
    ['stop', 'application', 'call-rejected', 'SIP/2.0 486 Busy Here'],
  ]);
});

t.test(
  'call records tell of calls out, of cancelled ones and of those refused',
  except(target, 'records'),
  async (t) => {
    const records: string[] = [];
    const app = await startApplication(t, target, { invite: () => {} });
    app.srf.on('cdr:attempt', (source, time) => records.push(`attempt ${source} ${/^[\d:.]{15}$/.test(time)}`));
    app.srf.on('cdr:start', (source, _, role) => records.push(`start ${source} ${role}`));
    app.srf.on('cdr:stop', (source, _, reason) => records.push(`stop ${source} ${reason}`));
    await settled(app);
    const phone = await openPhone(t, target, { user: 'peer' });
    const calling = app.srf.createUAC(phone.uri, { localSdp });
    const [leg, dialog] = await Promise.all([calling, phone.accept(await phone.expect('INVITE'))]);
    const ending = leg.destroy();
    phone.reply(await dialog.expect('BYE'), 200);
    await ending;
    const refused = t.rejects(app.srf.createUAC(phone.uri, { localSdp }), { message: /486/ });
    phone.reply(await phone.expect('INVITE'), 486);
    await refused;
    const invite = phone.send(phone.request('INVITE', undefined, { body: sdp(phone) }));
    await phone.response(invite, 100);
    await phone.final(phone.send(cancel(invite)));
    phone.send(ackFailure(invite, await phone.final(invite)));
    await settled(app);
    t.same(records, [
      'attempt application true',
      'start network uac',
      'stop application normal-release',
      'attempt application true',
      'stop network call-rejected',
      'attempt network true',
      'stop network call-canceled',
    ]);
  },
);

t.test('a reliable response is resent until its PRACK; without one the INVITE ends with 504', async (t) => {
  const target = await startTarget(t, { t1: 20 });
  const [late, ended] = [later<string | null>(), later<void>()];
  await startApplication(t, target, {
    invite: async (_, res) => {
      await answer(res, 183, { body: localSdp, headers: { Require: '100rel' } });
      await ended.promise;
      res.send(200, { body: localSdp }, (error) => late.resolve(error));
    },
  });
  const phone = await openPhone(t, target);
  const invite = phone.send(phone.request('INVITE', undefined, { headers: { Supported: '100rel' }, body: sdp(phone) }));
  const progress = await phone.response(invite, 183);
  const early = Dialog.caller(phone, invite, progress);
  const wrong = `${Number(progress.get('RSeq')) + 1} ${invite.get('CSeq')}`;
  t.equal((await early.ask('PRACK', { headers: { RAck: wrong } })).status, 481, 'a PRACK for another one is none');
  t.equal((await phone.response(invite, 183)).toString(), progress.toString());
  t.equal((await phone.response(invite, 183)).toString(), progress.toString());
  const failed = await phone.final(invite, 100 * target.t1 + 5_000);
  t.equal(failed.status, 504, 'RFC 3262 section 3');
  phone.send(ackFailure(invite, failed));
  ended.resolve();
  t.match(await late.promise, /unknown transaction/);
});

t.test('an answer that the server refuses leaves the INVITE open for another', async (t) => {
  await startApplication(t, target, {
    invite: async (_, res) => {
      await t.rejects(answer(res, 183, { body: 'no type' }), { message: 'missing content-type' });
      res.send(404);
    },
  });
  t.equal((await (await openPhone(t, target)).ask('INVITE')).status, 404);
});
