import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import t from 'tap';
import { type ContactSettings, contactsOf, needCertificate, offerableContacts, portsOf } from './contacts.js';
import type { WantedPort } from './ports.js';

const SIMPLE: ContactSettings = {
  SIP_CONTACTS: undefined,
  SIP_HOST: ['0.0.0.0', '::1'],
  SIP_PORT: 5070,
  SIP_TLS_PORT: undefined,
  SIP_WS_PORT: 8080,
  SIP_WSS_PORT: 0,
};

t.test('addresses and ports are the simple form: what is not set follows SIP_PORT, 0 means none', async (t) => {
  const contacts = contactsOf(SIMPLE);
  t.same(
    contacts.map(({ setting, text }) => [setting, text]),
    [
      ['SIP_PORT', 'sip:0.0.0.0:5070;transport=udp,tcp'],
      ['SIP_TLS_PORT', 'sip:0.0.0.0:5071;transport=tls'],
      ['SIP_WS_PORT', 'sip:0.0.0.0:8080;transport=ws'],
      ['SIP_PORT', 'sip:[::1]:5070;transport=udp,tcp'],
      ['SIP_TLS_PORT', 'sip:[::1]:5071;transport=tls'],
      ['SIP_WS_PORT', 'sip:[::1]:8080;transport=ws'],
    ],
  );
  t.equal(needCertificate(contacts), true);
  t.equal(needCertificate(contactsOf({ ...SIMPLE, SIP_TLS_PORT: 0 })), false);
});

t.test('a list of contacts takes their place, and each port in it is known', async (t) => {
  const contacts = contactsOf({ ...SIMPLE, SIP_CONTACTS: 'sip:*;transport=udp,tcp, sips:127.0.0.1:0;transport=wss' });
  t.same(portsOf(contacts), [
    { setting: 'SIP_CONTACTS', protocol: 'tcp', host: '0.0.0.0', port: 5060 },
    { setting: 'SIP_CONTACTS', protocol: 'udp', host: '0.0.0.0', port: 5060 },
    { setting: 'SIP_CONTACTS', protocol: 'tcp', host: '127.0.0.1', port: 0 },
  ]);
});

t.test('each contact that cannot be read is a line of its own', async (t) => {
  const error = t.throws(() => contactsOf({ ...SIMPLE, SIP_CONTACTS: 'sip:here sip:*:70000' })) as Error;
  t.match(error.message.split('\n'), [/^SIP_CONTACTS: .*"here"/, /^SIP_CONTACTS: .*"70000"/]);
});

t.test('what nobody asked for is offered where its port is free and no other setting has it', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.teardown(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  const offered = async (settings: Partial<ContactSettings>, others: WantedPort[] = []) => {
    const reasons: string[] = [];
    const wanted = contactsOf({ ...SIMPLE, SIP_HOST: ['127.0.0.1'], SIP_WS_PORT: 0, ...settings });
    const contacts = await offerableContacts(wanted, others, (reason) => reasons.push(reason));
    return [...contacts.map(({ setting }) => setting), ...reasons];
  };
  t.same(await offered({ SIP_PORT: port - 1 }), [
    'SIP_PORT',
    `SIP_TLS_PORT: TCP port ${port} on 127.0.0.1 is already taken by another program`,
  ]);
  t.same(await offered({ SIP_TLS_PORT: port }), ['SIP_PORT', 'SIP_TLS_PORT'], 'what was asked for is not left out');
  const other: WantedPort = { setting: 'API_PORT', protocol: 'tcp', host: '127.0.0.1', port: 5071 };
  t.same(await offered({}, [other]), ['SIP_PORT', 'SIP_TLS_PORT: another setting has port 5071']);
  t.same(await offered({ SIP_PORT: 65_535 }), ['SIP_PORT'], 'there is no port 65536');
});
