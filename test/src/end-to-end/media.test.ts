import { setTimeout as delay } from 'node:timers/promises';
import { TestRtpengine } from '@ringfence/edge/testing/rtpengine';
import t, { type Test } from 'tap';
import { Browser, type BrowserPhone } from '../browser/browser.js';
import { hostPort } from '../sip/index.js';
import { Baresip, PITCH } from '../system/baresip.js';
import { Ringfence } from '../system/ringfence.js';
import { until } from '../system/until.js';

const rtpengine = await TestRtpengine.start();
const ringfence = await Ringfence.start({ RTPENGINE: rtpengine.name });
const [api, browser] = await Promise.all([ringfence.api(), Browser.start()]);
t.teardown(async () => {
  await browser.close();
  await ringfence.remove();
  await rtpengine.close();
});

/** A phone of SIP.js in a page of the browser, registered. */
async function page(t: Test, number: number, transport: 'ws' | 'wss'): Promise<BrowserPhone> {
  const url = `${transport}://${hostPort(ringfence.at(transport))}`;
  const phone = await browser.open('SIP.js', { ...(await api.createPhone(number)), url, domain: 'ringfence' });
  t.teardown(() => phone.close());
  await phone.event('registered');
  return phone;
}

/** A baresip phone, registered; on TLS it encrypts its media too. */
async function desk(t: Test, number: number, transport: 'udp' | 'tls' = 'udp'): Promise<Baresip> {
  const server = ringfence.at(transport);
  const phone = await Baresip.start({
    ...(await api.createPhone(number)),
    server,
    transport,
    encrypts: transport === 'tls',
  });
  t.teardown(() => phone.kill());
  await phone.event('REGISTER_OK');
  return phone;
}

const to = (number: number) => `sip:${number}@ringfence`;

/** Waits until sound has come from both ends of the one call; baresip keeps nothing of what it hears after a hold. */
async function bothAreHeard(): Promise<void> {
  const counts = async () =>
    (await rtpengine.ends((await rtpengine.sessions())[0] ?? '')).map(({ packets }) => packets);
  const before = await counts();
  const isMore = async () => (await counts()).every((count, i) => count > (before[i] ?? 0) + 10) || undefined;
  await until('sound from both ends', isMore);
}

async function nothingLeft(t: Test): Promise<void> {
  await until('all sessions gone', async () => (await rtpengine.sessions()).length === 0 || undefined);
  t.strictSame(await rtpengine.sessions(), []);
}

t.test('a browser calls a desk phone over WSS, and both hear each other', async (t) => {
  const [alice, bob] = await Promise.all([page(t, 100, 'wss'), desk(t, 101)]);
  await alice.run(`phone.call('${to(101)}')`);
  await bob.event('CALL_INCOMING');
  bob.answer();
  await Promise.all([alice.event('answered'), bob.event('CALL_ESTABLISHED')]);
  await Promise.all([alice.hearsTone(PITCH), bob.hears()]);
  const ends = await rtpengine.ends((await rtpengine.sessions())[0] ?? '');
  const protocols = ends.map(({ protocol }) => protocol).sort();
  t.match(protocols, [/^RTP\/AVP /, /^UDP\/TLS\/RTP\/SAVPF .*DTLS-SRTP/]);
  await alice.run('phone.hangUp()');
  await Promise.all([alice.event('ended'), bob.event('CALL_CLOSED')]);
  await nothingLeft(t);
});

t.test('a desk phone calls a browser, holds it and comes back', async (t) => {
  const [alice, bob] = await Promise.all([page(t, 102, 'ws'), desk(t, 103)]);
  bob.dial(102);
  t.equal(await alice.event('ringing'), 'ringing 103');
  await alice.run('phone.answer()');
  await Promise.all([alice.event('answered'), bob.event('CALL_ESTABLISHED')]);
  await Promise.all([alice.hearsTone(PITCH), bob.hears()]);
  bob.hold();
  await until('hold', async () => /a=(recvonly|inactive)/.test(await alice.sdp('local')) || undefined);
  bob.resume();
  await until('resumed', async () => /a=sendrecv/.test(await alice.sdp('local')) || undefined);
  await Promise.all([alice.hearsTone(PITCH), bothAreHeard()]);
  bob.hangUp();
  await Promise.all([alice.event('ended'), bob.event('CALL_CLOSED')]);
  await nothingLeft(t);
});

t.test('a browser that is sent on to another desk phone hears that, and is heard', async (t) => {
  const [alice, bob, carol] = await Promise.all([page(t, 104, 'wss'), desk(t, 105), desk(t, 106, 'tls')]);
  await alice.run(`phone.call('${to(105)}')`);
  await bob.event('CALL_INCOMING');
  bob.answer();
  await Promise.all([alice.event('answered'), bob.event('CALL_ESTABLISHED')]);
  await Promise.all([alice.hearsTone(PITCH), bob.hears()]);
  bob.transfer(106);
  await carol.event('CALL_INCOMING');
  carol.answer();
  await Promise.all([carol.event('CALL_ESTABLISHED'), bob.event('CALL_CLOSED')]);
  await Promise.all([alice.hearsTone(PITCH), carol.hears()]);
  const sessions = await rtpengine.sessions();
  t.equal(sessions.length, 1);
  const protocols = (await rtpengine.ends(sessions[0] ?? '')).map(({ protocol }) => protocol).sort();
  t.match(protocols, [/^RTP\/AVP .*SDES/, /^UDP\/TLS\/RTP\/SAVPF .*DTLS-SRTP/], 'carol encrypts as well');
  await alice.run('phone.hangUp()');
  await carol.event('CALL_CLOSED');
  await nothingLeft(t);
});

t.test('an rtpengine that is killed refuses new calls; when it is back they are heard', async (t) => {
  const [alice, bob] = await Promise.all([page(t, 107, 'wss'), desk(t, 108)]);
  await rtpengine.signal('SIGKILL');
  bob.dial(107);
  t.match((await bob.event('CALL_CLOSED')).param, /^503/);
  await alice.run(`phone.call('${to(108)}')`);
  await alice.event('ended');
  await rtpengine.run();
  // The edge looks every second.
  await delay(1_500);
  bob.dial(107);
  await alice.event('ringing');
  await alice.run('phone.answer()');
  await Promise.all([alice.event('answered'), bob.event('CALL_ESTABLISHED')]);
  await Promise.all([alice.hearsTone(PITCH), bob.hears()]);
  bob.hangUp();
  await alice.event('ended');
  await nothingLeft(t);
});
