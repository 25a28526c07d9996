import t from 'tap';
import { type ContactSettings, contactsOf, needCertificate, portsOf } from './contacts.js';

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

t.test('each contact that cannot be read is a line of its own, and so is a port that there is not', async (t) => {
  const lines = (settings: Partial<ContactSettings>) => {
    const error = t.throws(() => contactsOf({ ...SIMPLE, ...settings })) as Error;
    return error.message.split('\n');
  };
  t.match(lines({ SIP_CONTACTS: 'sip:here sip:*:70000' }), [/^SIP_CONTACTS: .*"here"/, /^SIP_CONTACTS: .*"70000"/]);
  t.match(lines({ SIP_HOST: ['::1'], SIP_PORT: 65_535 }), [/^SIP_TLS_PORT: .*"65536"/]);
});
