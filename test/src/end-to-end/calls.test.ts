import { type Event, Events } from '@ringfence/store';
import { Redis } from 'ioredis';
import t, { type Test } from 'tap';
import { type SipMessage, sdp } from '../sip/index.js';
import { Baresip } from '../system/baresip.js';
import { eventsOf } from '../system/events.js';
import { PhoneLine } from '../system/phone-line.js';
import { Ringfence } from '../system/ringfence.js';

const ringfence = await Ringfence.start();
const api = await ringfence.api();
const redis = new Redis(ringfence.redisUrl);
const events = new Events(redis);
t.teardown(async () => {
  redis.disconnect();
  await ringfence.remove();
});

/** A baresip phone that is registered for an extension. */
async function baresip(t: Test, number: number, transport: 'udp' | 'tls' = 'udp'): Promise<Baresip> {
  const server = ringfence.at(transport);
  const phone = await Baresip.start({ ...(await api.createPhone(number)), server, transport });
  t.teardown(() => phone.kill());
  await phone.event('REGISTER_OK');
  return phone;
}

/** A raw phone that is registered for an extension. */
async function line(t: Test, number: number, options: { transport?: 'udp' | 'tcp' } = {}) {
  const account = await api.createPhone(number);
  const opened = await PhoneLine.open(account, { server: ringfence.sip, ...options });
  t.teardown(() => opened.phone.close());
  t.equal((await opened.register(600)).status, 200);
  return { account, phone: opened.phone, credentials: opened.credentials };
}

const to = (number: number) => `sip:${number}@127.0.0.1:${ringfence.sip.port}`;

t.test(
  'two baresip phones: a call is answered and ended by the caller, another by the callee, one is cancelled',
  async (t) => {
    const [alice, bob] = await Promise.all([baresip(t, 100), baresip(t, 101)]);

    for (const ends of [alice, bob]) {
      alice.dial(101);
      const incoming = await bob.event('CALL_INCOMING');
      t.match(incoming.peeruri, /^sip:100@/, 'the callee sees the extension that calls');
      await alice.event('CALL_RINGING');
      bob.answer();
      await Promise.all([alice.event('CALL_ESTABLISHED'), bob.event('CALL_ESTABLISHED')]);
      ends.hangUp();
      await Promise.all([alice.event('CALL_CLOSED'), bob.event('CALL_CLOSED')]);
    }

    alice.dial(101);
    await bob.event('CALL_INCOMING');
    await alice.event('CALL_RINGING');
    alice.hangUp();
    await Promise.all([alice.event('CALL_CLOSED'), bob.event('CALL_CLOSED')]);

    alice.dial(101);
    await bob.event('CALL_INCOMING');
    bob.hangUp();
    const declined = await alice.event('CALL_CLOSED');
    t.match(declined.param, /^(486|603)/, 'a declined call tells the caller so');
  },
);

t.test('a baresip phone on TLS calls one on UDP, and is called by it', async (t) => {
  const [alice, bob] = await Promise.all([baresip(t, 100, 'tls'), baresip(t, 101)]);
  for (const [caller, callee, number] of [
    [alice, bob, 101],
    [bob, alice, 100],
  ] as const) {
    caller.dial(number);
    await callee.event('CALL_INCOMING');
    callee.answer();
    await Promise.all([caller.event('CALL_ESTABLISHED'), callee.event('CALL_ESTABLISHED')]);
    callee.hangUp();
    await Promise.all([caller.event('CALL_CLOSED'), callee.event('CALL_CLOSED')]);
  }
});

t.test('a baresip phone transfers a call, and the other two talk on', async (t) => {
  const [alice, bob, carol] = await Promise.all([baresip(t, 100), baresip(t, 101), baresip(t, 104)]);
  alice.dial(101);
  await bob.event('CALL_INCOMING');
  bob.answer();
  await Promise.all([alice.event('CALL_ESTABLISHED'), bob.event('CALL_ESTABLISHED')]);
  alice.transfer(104);
  t.match((await carol.event('CALL_INCOMING')).peeruri, /^sip:101@/, 'the third sees who is sent to it');
  carol.answer();
  await Promise.all([carol.event('CALL_ESTABLISHED'), alice.event('CALL_CLOSED')]);
  t.notOk(bob.events.some(({ type }) => type === 'CALL_CLOSED'));
  carol.hangUp();
  await Promise.all([carol.event('CALL_CLOSED'), bob.event('CALL_CLOSED')]);
});

t.test('the callee sees the caller and nothing that the caller made up', async (t) => {
  const alice = await line(t, 102);
  const bob = await line(t, 103);
  const lies = {
    From: `"The Boss" <sip:${alice.phone.user}@evil.example>;tag=${Date.now()}`,
    'P-Asserted-Identity': '<sip:boss@evil.example>',
    'p-preferred-identity': '<sip:boss@evil.example>',
    'REMOTE-PARTY-ID': '<sip:boss@evil.example>;party=calling',
    Diversion: '<sip:boss@evil.example>',
    'X-Ringfence-Customer': 'evil',
    'Alert-Info': '<http://evil.example/ring.wav>',
    Subject: 'evil',
  };
  const calling = alice.phone.call(to(103), { credentials: alice.credentials, headers: lies, body: sdp(alice.phone) });
  const invite = await bob.phone.expect('INVITE');
  t.match(invite.get('From'), /<sip:102@/);
  t.notMatch(invite.toString(), /evil|boss/i);
  t.match(invite.uri, bob.phone.uri, 'the Request-URI is the binding’s contact');
  bob.phone.reply(invite, 180);
  const callee = await bob.phone.accept(invite);
  const caller = await calling;

  // Hold: a re-INVITE from either side reaches the other with its SDP.
  for (const [from, reaches, name] of [
    [caller, callee, 'the caller'],
    [callee, caller, 'the callee'],
  ] as const) {
    const body = sdp(alice.phone, 41_000).replace('t=0 0', 't=0 0\r\na=sendonly');
    const asked = from.reinvite(body);
    const other = reaches === callee ? bob.phone : alice.phone;
    const reinvite = await reaches.expect('INVITE');
    t.match(reinvite.body.toString(), /a=sendonly/, `a re-INVITE of ${name}`);
    other.reply(reinvite, 200, { body: sdp(other, 42_000) });
    const answer = await asked;
    t.equal(answer.status, 200);
    t.match(answer.body.toString(), /m=audio 42000/);
    await reaches.expect('ACK');
  }

  const ended = callee.bye();
  const bye = await caller.expect('BYE');
  alice.phone.reply(bye, 200);
  t.equal((await ended).status, 200);
  const isOfCall = ({ type, phone }: Event) => type.startsWith('call.') && phone === alice.account._id;
  t.match(await eventsOf(events, 3, isOfCall), [
    { type: 'call.started', from: '102', to: '103' },
    { type: 'call.answered', answeredBy: bob.account._id },
    { type: 'call.ended', status: 200 },
  ]);
});

t.test(
  'every binding of every phone of the extension rings; the first answer wins, the others are cancelled',
  async (t) => {
    const alice = await line(t, 104);
    const ringing = await Promise.all([line(t, 105), line(t, 105, { transport: 'tcp' }), line(t, 105)]);
    const calling = alice.phone.call(to(105), { credentials: alice.credentials });
    const invites = await Promise.all(ringing.map(({ phone }) => phone.expect('INVITE')));
    for (const [i, { phone }] of ringing.entries()) phone.reply(invites[i] as SipMessage, 180);
    const [, winner] = ringing;
    const answered = winner?.phone.accept(invites[1] as SipMessage);
    for (const i of [0, 2]) {
      const { phone } = ringing[i] as (typeof ringing)[0];
      phone.reply(await phone.expect('CANCEL'), 200);
      phone.reply(invites[i] as SipMessage, 487);
      await phone.expect('ACK');
    }
    const caller = await calling;
    const ending = caller.bye();
    const callee = await answered;
    winner?.phone.reply((await callee?.expect('BYE')) as SipMessage, 200);
    t.equal((await ending).status, 200);
  },
);

t.test(
  'unknown extension 404, nobody registered 480, busy and declined passed on, without extension 403',
  async (t) => {
    const alice = await line(t, 106);
    const ask = (number: number) =>
      alice.phone.ask('INVITE', to(number), { credentials: alice.credentials, body: sdp(alice.phone) });
    t.equal((await alice.phone.ask('INVITE', to(107), { body: sdp(alice.phone) })).status, 407);
    t.equal((await ask(999)).status, 404);
    t.equal((await ask(109)).status, 480);

    const bob = await line(t, 107);
    for (const status of [486, 603]) {
      const calling = ask(107);
      bob.phone.reply(await bob.phone.expect('INVITE'), status);
      await bob.phone.expect('ACK');
      t.equal((await calling).status, status);
    }

    const loner = await api.createPhone(undefined);
    const unlinked = await PhoneLine.open(loner, { server: ringfence.sip });
    t.teardown(() => unlinked.phone.close());
    t.equal((await unlinked.register(600)).status, 200);
    const refused = await unlinked.phone.ask('INVITE', to(107), {
      credentials: unlinked.credentials,
      body: sdp(unlinked.phone),
    });
    t.equal(refused.status, 403);
  },
);
