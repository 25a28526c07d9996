import t, { type Test } from 'tap';
import { SipFailure } from '../sip/failure.js';
import { portOf, TestRtp } from '../testing/rtp.js';
import { TestRtpengine } from '../testing/rtpengine.js';
import { until } from '../testing/until.js';
import { MediaEnd } from './media-end.js';
import { Rtpengine } from './rtpengine.js';

const server = await TestRtpengine.start();
const changes: string[] = [];
const errors: unknown[] = [];
const told = {
  onChange: ({ name, isUp }: { name: string; isUp: boolean }) => void changes.push(`${name} ${isUp}`),
  onError: (error: unknown) => void errors.push(error),
};
const media = new Rtpengine([server.name], told);
await media.start();
t.teardown(async () => {
  media.stop();
  await server.close();
});

/** Two phones and a session between them. */
async function phones(t: Test) {
  const [alice, bob] = await Promise.all([TestRtp.open(), TestRtp.open()]);
  const ends = [0, 1].map(() => new MediaEnd({ transport: 'udp', address: '127.0.0.1' })) as [MediaEnd, MediaEnd];
  const session = media.open(...ends);
  t.teardown(() => {
    session.end();
    alice.close();
    bob.close();
  });
  return { alice, bob, ends, session };
}

const isFree = async () => (await server.sessions()).length === 0;

/** What is thrown when the media cannot be carried. */
async function isUnavailable(t: Test, work: Promise<unknown>) {
  const begun = Date.now();
  const failure = (await work.catch((error) => error)) as SipFailure;
  t.match(failure, { status: 503, headers: { 'Retry-After': /^\d+$/ } });
  t.ok(failure instanceof SipFailure);
  t.ok(Date.now() - begun < 4_000, 'within two seconds');
}

t.test('phones that tell private addresses and wrong ports hear each other, until the session ends', async (t) => {
  const { alice, bob, ends, session } = await phones(t);
  const forBob = await session.offer(ends[0], alice.sdp({ address: '10.1.2.3', port: 40_000 }));
  t.match(forBob, /^c=IN IP4 127\.0\.0\.1\r$/m);
  t.match(forBob, /^o=\S+ \d+ \d+ IN IP4 127\.0\.0\.1\r$/m);
  const answer = bob.sdp({ address: '192.168.1.9', port: 40_002 });
  const forAlice = await session.answer(ends[1], answer);
  t.equal(await session.answer(ends[1], answer), forAlice, 'said again it is the same');
  await Promise.all([alice.says('hello', forAlice, bob), bob.says('hi', forBob, alice)]);
  t.equal((await server.sessions()).length, 1);
  session.end();
  await until(isFree);
  t.ok(await isFree());
  await isUnavailable(t, session.offer(ends[0], alice.sdp()));
});

t.test('an empty session description stays empty, and begins nothing', async (t) => {
  const { ends, session } = await phones(t);
  t.equal(await session.offer(ends[0], ''), '');
  t.equal(await session.answer(ends[1], ''), '');
  t.ok(await isFree());
});

t.test('hold and a change that is refused, either way, leave the media as it was agreed on', async (t) => {
  const { alice, bob, ends, session } = await phones(t);
  const forBob = await session.offer(ends[0], alice.sdp());
  const forAlice = await session.answer(ends[1], bob.sdp());
  t.match(await session.offer(ends[1], bob.sdp({ direction: 'sendonly' })), /^a=sendonly\r$/m);
  t.match(await session.answer(ends[0], alice.sdp({ direction: 'recvonly' })), /^a=recvonly\r$/m);
  await session.offer(ends[0], alice.sdp());
  await session.answer(ends[1], bob.sdp());
  const elsewhere = await TestRtp.open();
  t.teardown(() => elsewhere.close());
  await session.offer(ends[0], elsewhere.sdp({ direction: 'inactive' }));
  session.refused();
  session.refused();
  await bob.says('still here', forBob, alice);
  await alice.says('me too', forAlice, bob);
});

t.test('each phone that one call rings has a session of its own', async (t) => {
  const { alice, bob, ends, session } = await phones(t);
  const carl = await TestRtp.open();
  t.teardown(() => carl.close());
  const end = new MediaEnd({ transport: 'udp', address: '127.0.0.1' });
  const other = media.open(ends[0], end);
  const [forBob, forCarl] = await Promise.all([session.offer(ends[0], alice.sdp()), other.offer(ends[0], alice.sdp())]);
  t.not(portOf(forBob), portOf(forCarl));
  const fromCarl = await other.answer(end, carl.sdp());
  session.end();
  await Promise.all([alice.says('hello Carl', fromCarl, carl), carl.says('hello Alice', forCarl, alice)]);
  bob.says('nobody', forBob, alice).catch(() => {});
  t.equal((await server.sessions()).length, 1);
  other.end();
  await until(isFree);
});

t.test('a session that ends as it begins leaves nothing behind', async (t) => {
  const { alice, ends, session } = await phones(t);
  const offered = session.offer(ends[0], alice.sdp());
  session.end();
  session.end();
  await offered;
  await until(isFree);
  t.ok(await isFree());
});

t.test('what rtpengine refuses is refused at once, and is told', async (t) => {
  const { alice, ends, session } = await phones(t);
  errors.length = 0;
  await isUnavailable(t, session.offer(ends[0], 'nonsense'));
  t.match(errors, [/rtpengine at 127\.0\.0\.1:\d+: .*SDP/]);
  await isUnavailable(t, session.answer(ends[1], alice.sdp()));
  t.match(await session.offer(ends[0], alice.sdp()), /RTP\/AVP/);
});

t.test('an end that encrypts is answered so, whatever the other does (RFC 4568, RFC 8643)', async (t) => {
  const { alice, bob, ends, session } = await phones(t);
  const crypto = 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n';
  const offer = `${alice.sdp().replace('RTP/AVP', 'RTP/SAVP')}${crypto}`;
  const forBob = await session.offer(ends[0], offer);
  t.match(forBob, /^m=audio \d+ RTP\/AVP 0\r$/m);
  t.notMatch(forBob, /a=(crypto|fingerprint)/);
  const answer = await session.answer(ends[1], bob.sdp());
  t.match(answer, /^m=audio \d+ RTP\/SAVP 0\r$/m);
  t.match(answer, /^a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:/m);

  const secure = new MediaEnd({ transport: 'tls', address: '127.0.0.1' });
  const toSecure = media.open(ends[0], secure);
  t.teardown(() => toSecure.end());
  const mayEncrypt = await toSecure.offer(ends[0], alice.sdp());
  t.match(mayEncrypt, /^m=audio \d+ RTP\/AVP 0\r$/m);
  t.match(mayEncrypt, /^a=crypto:\d+ AES_CM_128_HMAC_SHA1_80 inline:/m);
  t.notMatch(mayEncrypt, /NULL|F8_/);
  const plain = await toSecure.answer(secure, bob.sdp());
  t.notMatch(plain, /a=crypto/);
  await Promise.all([alice.says('in the clear', plain, bob), bob.says('as I like', mayEncrypt, alice)]);
});

t.test(
  'an rtpengine that is slow or gone refuses sessions within two seconds, and again serves when it is back',
  async (t) => {
    const { alice, bob, ends, session } = await phones(t);
    await session.offer(ends[0], alice.sdp());
    await session.answer(ends[1], bob.sdp());
    changes.length = 0;
    await server.signal('SIGSTOP');
    await isUnavailable(t, media.open(...ends).offer(ends[0], alice.sdp()));
    t.strictSame(changes, [`${server.name} false`]);
    const begun = Date.now();
    await isUnavailable(t, media.open(...ends).offer(ends[0], alice.sdp()));
    t.ok(Date.now() - begun < 1_000, 'at once, while it is known');
    await server.signal('SIGCONT');
    await until(async () => changes.length === 2);
    await server.signal('SIGKILL');
    await until(async () => changes.length === 3);
    await isUnavailable(t, session.offer(ends[0], alice.sdp({ direction: 'sendonly' })));
    await server.run();
    await until(async () => changes.length === 4);
    t.strictSame(changes.slice(2), [`${server.name} false`, `${server.name} true`]);
    const forBob = await session.offer(ends[0], alice.sdp({ port: alice.port }));
    const forAlice = await session.answer(ends[1], bob.sdp());
    await Promise.all([alice.says('back again', forAlice, bob), bob.says('so am I', forBob, alice)]);
  },
);

t.test('of several rtpengines, calls are shared out, and go to those that answer', async (t) => {
  const second = await TestRtpengine.start();
  const both = new Rtpengine([server.name, second.name], told);
  await both.start();
  const ends = [0, 1].map(() => new MediaEnd({ transport: 'udp', address: '127.0.0.1' })) as [MediaEnd, MediaEnd];
  const alice = await TestRtp.open();
  const sessions = [both.open(...ends), both.open(...ends)];
  t.teardown(async () => {
    for (const session of sessions) session.end();
    both.stop();
    await second.close();
    alice.close();
  });
  for (const session of sessions) await session.offer(ends[0], alice.sdp());
  t.equal((await second.sessions()).length, 1);
  await second.signal('SIGKILL');
  for (const session of sessions) t.match(await session.offer(ends[0], alice.sdp()), /^m=audio \d+/m);
  for (let i = 0; i < 2; i++) await both.open(...ends).offer(ends[0], alice.sdp());
});
