import t from 'tap';
import { Browser, type BrowserPhone, LIBRARIES } from '../browser/browser.js';
import { hostPort } from '../sip/index.js';
import { type Request, startApplication } from './application.js';
import { has, serverOf, startTarget } from './target.js';

/** JsSIP and SIP.js in a real Chromium, over WebSockets and secure ones. */
const target = await startTarget(t, { others: ['ws', 'wss'] });
const browser = await Browser.start();
t.teardown(() => browser.close());

/** A registrar that takes everyone, and puts calls through to whoever registered as the user that is called. */
const contacts = new Map<string, string>();
const requests: Request[] = [];
const { srf } = await startApplication(t, target, {
  register: (req, res) => {
    requests.push(req);
    const user = /sip:([^@>]+)@/.exec(req.get('to'))?.[1] ?? '';
    const contact = req.get('contact');
    contacts.set(user, /<([^>]+)>/.exec(contact)?.[1] ?? '');
    res.send(200, { headers: { Contact: contact.includes('expires=') ? contact : `${contact};expires=120` } });
  },
  invite: async (req, res) => {
    const callee = contacts.get(/sip:([^@]+)@/.exec(req.uri)?.[1] ?? '') ?? '';
    const { uas, uac } = await srf.createB2BUA(req, res, callee, { localSdpB: req.body });
    uas.on('destroy', () => uac.destroy());
    uac.on('destroy', () => uas.destroy());
  },
});

function account(transport: 'ws' | 'wss', username: string) {
  return {
    url: `${transport}://${hostPort(serverOf(target, transport))}`,
    domain: 'phones.invalid',
    username,
    password: '',
  };
}

for (const [caller, callee] of [LIBRARIES, [...LIBRARIES].reverse()] as const) {
  t.test(`${caller} over WS calls ${callee} over WSS, and both hear the other`, has(target, 'wss'), async (t) => {
    const [alice, bob] = await Promise.all([
      browser.open(caller as (typeof LIBRARIES)[number], account('ws', 'alice')),
      browser.open(callee as (typeof LIBRARIES)[number], account('wss', 'bob')),
    ]);
    const phones: BrowserPhone[] = [alice, bob];
    t.teardown(() => Promise.all(phones.map((phone) => phone.close())));
    await Promise.all(phones.map((phone) => phone.event('registered')));
    for (const request of requests.splice(0)) {
      t.match(request.protocol, /^wss?$/);
      t.match(request.get('contact'), /\.invalid;transport=wss?/);
    }
    await alice.run("phone.call('sip:bob@phones.invalid')");
    await bob.event('ringing alice');
    await bob.run('phone.answer()');
    await Promise.all(phones.map((phone) => phone.event('answered')));
    await Promise.all(phones.map((phone) => phone.hears()));
    await bob.run('phone.hangUp()');
    await Promise.all(phones.map((phone) => phone.event('ended')));
    await Promise.all(phones.map((phone) => phone.run('phone.leave()')));
    await Promise.all(phones.map((phone) => phone.event('unregistered')));
    t.pass('the call has ended on both sides, and both have left');
  });
}
