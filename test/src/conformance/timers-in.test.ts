import t from 'tap';
import { ackFailure, Dialog, sdp } from '../sip/index.js';
import { startApplication } from './application.js';
import { later } from './later.js';
import { checkRhythm } from './rhythm.js';
import { openPhone, startTarget } from './target.js';

/** Timers run six times as fast as in RFC 3261 where the server lets them be set; the tests count in T1. */
const target = await startTarget(t, { t1: 80 });
const { t1 } = target;
const t2 = 8 * t1;
const patience = 100 * t1;
const localSdp = sdp(target.sip, 41_000);

t.test(
  'a 200 to INVITE is resent at T1, 3 T1, 7 T1 and on every T2, until the ACK (RFC 3261 section 13.3.1.4)',
  async (t) => {
    const app = await startApplication(t, target, { invite: (req, res) => app.srf.createUAS(req, res, { localSdp }) });
    const phone = await openPhone(t, target);
    const invite = phone.send(phone.request('INVITE', undefined, { body: sdp(phone) }));
    const times: number[] = [];
    let ok = await phone.final(invite);
    for (times.push(performance.now()); times.length < 6; times.push(performance.now())) {
      const next = await phone.response(invite, 200, patience);
      t.equal(next.toString(), ok.toString());
      ok = next;
    }
    checkRhythm(t, t1, times, [0, 1, 3, 7, 15, 23]);
    const dialog = Dialog.caller(phone, invite, ok);
    phone.send(dialog.ack());
    await phone.noMore(2.5 * t2, ({ status }) => status >= 200);
    t.equal((await dialog.bye()).status, 200);
  },
);

t.test('without an ACK the server ends the call after 64 T1, and tells the application', async (t) => {
  const ended = later<[method: string, reason: string, source: string]>();
  const app = await startApplication(t, target, {
    invite: async (req, res) => {
      const leg = await app.srf.createUAS(req, res, { localSdp });
      leg.on('destroy', (bye, reason) => ended.resolve([bye.method, reason, bye.source]));
    },
  });
  const phone = await openPhone(t, target);
  const invite = phone.send(phone.request('INVITE', undefined, { body: sdp(phone) }));
  const ok = await phone.final(invite);
  const start = performance.now();
  const bye = await phone.expect('BYE', patience);
  const waited = (performance.now() - start) / t1;
  t.ok(waited > 60 && waited < 80, `${waited} T1`);
  t.equal(bye.uri, phone.uri);
  t.equal(bye.get('From'), ok.get('To'));
  t.equal(bye.get('To'), invite.get('From'));
  t.equal(bye.get('Reason'), 'SIP;cause=200;text="ACK timeout"');
  phone.reply(bye, 200);
  t.same(await ended.promise, ['BYE', 'ACK timeout', 'application']);
  t.equal((await phone.final(phone.send(Dialog.caller(phone, invite, ok).request('INFO')))).status, 481);
});

t.test('a failure is resent until the ACK (RFC 3261 section 17.2.1, timer G)', async (t) => {
  await startApplication(t, target, { invite: (_, res) => res.send(486) });
  const phone = await openPhone(t, target);
  const invite = phone.send(phone.request('INVITE', undefined, { body: sdp(phone) }));
  const busy = await phone.final(invite);
  for (let n = 0; n < 3; n++) t.equal((await phone.response(invite, 486, patience)).toString(), busy.toString());
  phone.send(ackFailure(invite, busy));
  await phone.noMore(2.5 * t2, ({ status }) => status >= 200);
});

t.test(
  'a retransmission is answered by the server until 64 T1 are over (timer J), and is a new request from there',
  async (t) => {
    let calls = 0;
    await startApplication(t, target, { options: (_, res) => res.send(calls++ === 0 ? 200 : 202) });
    const phone = await openPhone(t, target);
    const options = phone.send(phone.request('OPTIONS'));
    t.equal((await phone.final(options)).status, 200);
    await phone.silence(50 * t1);
    t.equal((await phone.final(phone.send(options))).status, 200);
    await phone.silence(20 * t1);
    t.equal((await phone.final(phone.send(options))).status, 202);
  },
);
