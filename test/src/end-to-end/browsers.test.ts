import { Events } from '@ringfence/store';
import { Redis } from 'ioredis';
import t, { type Test } from 'tap';
import { Browser, LIBRARIES, type Library } from '../browser/browser.js';
import { hostPort, type Protocol, sdp } from '../sip/index.js';
import type { ApiPhone } from '../system/api.js';
import { eventsOf } from '../system/events.js';
import { PhoneLine } from '../system/phone-line.js';
import { Ringfence } from '../system/ringfence.js';

const ringfence = await Ringfence.start();
const [api, browser] = await Promise.all([ringfence.api(), Browser.start()]);
const redis = new Redis(ringfence.redisUrl);
const events = new Events(redis);
t.teardown(async () => {
  redis.disconnect();
  await browser.close();
  await ringfence.remove();
});

const to = (number: number) => `sip:${number}@ringfence`;
const [jsSip, sipJs] = LIBRARIES;

/** A phone of an account in a page of the browser, registered. */
async function page(t: Test, library: Library, account: ApiPhone, transport: 'ws' | 'wss' = 'wss') {
  const url = `${transport}://${hostPort(ringfence.at(transport))}`;
  const phone = await browser.open(library, { ...account, url, domain: 'ringfence' });
  t.teardown(() => phone.close());
  await phone.event('registered');
  return phone;
}

/** A raw phone that is registered for an extension. */
async function line(t: Test, number: number, transport: Protocol = 'udp') {
  const account = await api.createPhone(number);
  const opened = await PhoneLine.open(account, { server: ringfence.at(transport), transport });
  t.teardown(() => opened.phone.close());
  t.equal((await opened.register(600)).status, 200);
  return { account, phone: opened.phone, credentials: opened.credentials, leave: () => opened.register(0) };
}

t.test('a wrong password lets no browser in', async (t) => {
  const account = { ...(await api.createPhone(100)), password: 'wrong' };
  const url = `wss://${hostPort(ringfence.at('wss'))}`;
  const phone = await browser.open(jsSip, { ...account, url, domain: 'ringfence' });
  t.teardown(() => phone.close());
  await phone.event('registrationFailed');
  t.equal((await api.phone(account._id)).status.online, false);
});

/** That a phone is seen online, registered by this library over this transport. */
async function isOnline(t: Test, account: ApiPhone, library: Library, protocol: string) {
  const { status } = await api.phone(account._id);
  t.match(status, { online: true, publicIpAddress: '127.0.0.1', userAgent: new RegExp(library, 'i') });
  const isOurs = (event: { phone?: string; type: string }) => event.phone === account._id;
  const [registered] = await eventsOf(events, 1, (event) => isOurs(event) && event.type === 'phone.registered');
  t.match(registered, { protocol, address: '127.0.0.1' });
}

for (const [caller, callee] of [
  [jsSip, sipJs],
  [sipJs, jsSip],
] as const) {
  t.test(`${caller} over WS calls ${callee} over WSS: both are online, hear each other, and leave`, async (t) => {
    const accounts = [await api.createPhone(102), await api.createPhone(103)] as const;
    const alice = await page(t, caller, accounts[0], 'ws');
    const bob = await page(t, callee, accounts[1], 'wss');
    await isOnline(t, accounts[0], caller, 'ws');
    await isOnline(t, accounts[1], callee, 'wss');
    await alice.run(`phone.call('${to(103)}')`);
    t.equal(await bob.event('ringing'), 'ringing 102', 'the callee sees the extension that calls');
    await bob.run('phone.answer()');
    await Promise.all([alice.event('answered'), bob.event('answered')]);
    await Promise.all([alice.hears(), bob.hears()]);
    await bob.run('phone.hangUp()');
    await Promise.all([alice.event('ended'), bob.event('ended')]);
    for (const [n, phone] of [alice, bob].entries()) {
      await phone.run('phone.leave()');
      await phone.event('unregistered');
      t.equal((await api.phone(accounts[n]?._id ?? '')).status.online, false);
    }
  });
}

t.test('session descriptions pass untouched between a browser and a phone on UDP', async (t) => {
  const alice = await page(t, jsSip, await api.createPhone(104));
  const { phone: bob } = await line(t, 105);
  await alice.run(`phone.call('${to(105)}')`);
  const invite = await bob.expect('INVITE');
  t.equal(invite.text, await alice.sdp('local'));
  const answer = invite.text.replace('a=setup:actpass', 'a=setup:active');
  const dialog = await bob.accept(invite, { body: answer });
  await alice.event('answered');
  t.equal(await alice.sdp('remote'), answer);
  t.equal((await dialog.bye()).status, 200);
  await alice.event('ended');
});

t.test('a page that is closed can’t be reached, until it is there again; its call ends', async (t) => {
  const account = await api.createPhone(106);
  const first = await page(t, jsSip, account);
  const { phone: bob, credentials } = await line(t, 107);
  const calling = first.run(`phone.call('${to(107)}')`);
  const invite = await bob.expect('INVITE');
  await calling;
  const dialog = await bob.accept(invite, { body: invite.text.replace('a=setup:actpass', 'a=setup:active') });
  await first.event('answered');
  await first.close();
  t.equal((await dialog.bye()).status, 200, 'the other end can hang up');

  const call = () => bob.ask('INVITE', to(106), { body: sdp(bob), credentials });
  t.equal((await call()).status, 480);
  const second = await page(t, jsSip, account);
  const ringing = bob.call(to(106), { body: invite.text, credentials });
  await second.event('ringing 107');
  await second.run('phone.answer()');
  await second.event('answered');
  t.equal((await (await ringing).bye()).status, 200);
  await second.event('ended');
});

for (const transport of ['tls', 'ws', 'wss'] as const) {
  t.test(`a phone on ${transport.toUpperCase()} is called by one on UDP and calls it`, async (t) => {
    const udp = await line(t, 108);
    const other = await line(t, 109, transport);
    const isOurs = (event: { phone?: string; type: string }) => event.phone === other.account._id;
    const [registered] = await eventsOf(events, 1, (event) => isOurs(event) && event.type === 'phone.registered');
    t.match(registered, { protocol: transport });
    for (const [from, at, number] of [
      [udp, other, 109],
      [other, udp, 108],
    ] as const) {
      const calling = from.phone.call(to(number), { credentials: from.credentials });
      const [caller, callee] = await Promise.all([calling, at.phone.accept(await at.phone.expect('INVITE'))]);
      const ending = caller.bye();
      at.phone.reply(await callee.expect('BYE'), 200);
      t.equal((await ending).status, 200);
    }
    await Promise.all([udp.leave(), other.leave()]);
  });
}
