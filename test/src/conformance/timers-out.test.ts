import t from 'tap';
import { sdp } from '../sip/index.js';
import { ask, type Leg, type Request, startApplication } from './application.js';
import { later } from './later.js';
import { checkRhythm } from './rhythm.js';
import { openPhone, startTarget } from './target.js';

/** Timers run six times as fast as in RFC 3261 where the server lets them be set; the tests count in T1. */
const target = await startTarget(t, { t1: 80 });
const { t1 } = target;
const patience = 100 * t1;
const localSdp = sdp(target.sip, 41_000);

t.test('a request nobody answers is resent (timer E) and fails with 408 after 64 T1 (timer F)', async (t) => {
  const { srf } = await startApplication(t, target);
  const peer = await openPhone(t, target);
  const start = performance.now();
  const asking = ask(srf, peer.uri, { method: 'OPTIONS' });
  const first = await peer.expect('OPTIONS');
  const times = [performance.now()];
  for (; times.length < 6; times.push(performance.now())) {
    t.equal((await peer.expect('OPTIONS', patience)).toString(), first.toString());
  }
  checkRhythm(t, t1, times, [0, 1, 3, 7, 15, 23]);
  const { response } = await asking;
  t.equal(response.status, 408);
  const waited = (performance.now() - start) / t1;
  t.ok(waited > 60 && waited < 80, `${waited} T1`);
});

t.test(
  'an INVITE nobody answers is resent at doubling times (timer A) and fails with 408 after 64 T1 (timer B)',
  async (t) => {
    const { srf } = await startApplication(t, target);
    const peer = await openPhone(t, target);
    const start = performance.now();
    const calling = t.rejects(srf.createUAC(peer.uri, { localSdp }), { message: /408/ });
    const times: number[] = [];
    for (; times.length < 6; times.push(performance.now())) await peer.expect('INVITE', patience);
    checkRhythm(t, t1, times, [0, 1, 3, 7, 15, 31]);
    await calling;
    const waited = (performance.now() - start) / t1;
    t.ok(waited > 60 && waited < 80, `${waited} T1`);
  },
);

t.test('a cancelled call that the peer leaves unanswered is over after 64 T1 (RFC 3261 section 9.1)', async (t) => {
  const { srf } = await startApplication(t, target);
  const peer = await openPhone(t, target);
  const requested = later<Request>();
  const calling = srf.createUAC(peer.uri, { localSdp }, { cbRequest: (_, request) => requested.resolve(request) });
  const failed = t.rejects(calling, { message: /408|487/ });
  peer.reply(await peer.expect('INVITE'), 180);
  const start = performance.now();
  (await requested.promise).cancel();
  peer.reply(await peer.expect('CANCEL'), 200);
  await failed;
  const waited = (performance.now() - start) / t1;
  t.ok(waited > 60 && waited < 80, `${waited} T1`);
});

t.test('an INVITE answered 180 is not resent', async (t) => {
  const { srf } = await startApplication(t, target);
  const peer = await openPhone(t, target);
  const calling = srf.createUAC(peer.uri, { localSdp });
  const invite = await peer.expect('INVITE');
  peer.reply(invite, 180);
  await peer.silence(10 * t1);
  const [leg]: [Leg, unknown] = await Promise.all([calling, peer.accept(invite)]);
  t.ok(leg.id);
});
