import t from 'tap';
import { type Contact, parseContact, splitContacts } from './contact.js';

const usual = { externalIp: undefined, localNet: undefined, dnsNames: [] };

t.test('contacts as drachtio writes them', async (t) => {
  const table: [text: string, contact: Partial<Contact>][] = [
    ['sip:*', { scheme: 'sip', host: '*', port: undefined, transports: ['tcp', 'udp'], ...usual }],
    ['sip:0.0.0.0:5060;transport=udp,tcp', { host: '0.0.0.0', port: 5060, transports: ['tcp', 'udp'] }],
    ['SIP:192.0.2.1:0;Transport=UDP', { scheme: 'sip', host: '192.0.2.1', port: 0, transports: ['udp'] }],
    ['sip:[2001:DB8::1]:5070', { host: '2001:db8::1', port: 5070 }],
    ['sips:*:5061', { scheme: 'sips', host: '*', port: 5061, transports: ['tls'] }],
    ['sips:*;transport=tls,wss', { port: undefined, transports: ['tls', 'wss'] }],
    ['sip:127.0.0.1:8443;transport=wss', { scheme: 'sip', port: 8443, transports: ['wss'] }],
    [
      'sip:10.0.0.1;transport=ws;external-ip=203.0.113.5;local-net=10.0.0.0/8;dns-name=sip.example.com,Example.com',
      { externalIp: '203.0.113.5', localNet: '10.0.0.0/8', dnsNames: ['sip.example.com', 'example.com'] },
    ],
  ];
  for (const [text, contact] of table) t.match(parseContact(text), contact, text);
});

t.test('a contact that can not be read says what is wrong with it', async (t) => {
  const table: [text: string, why: RegExp][] = [
    ['', /must be like/],
    ['tel:+4512345678', /must be like/],
    ['sip:127.0.0.1:5060 and more', /must be like/],
    ['sip:::1', /must be like/],
    ['sip:example.com', /"example\.com" is not an IP address/],
    ['sip:[::1', /must be like/],
    ['sip:*:65536', /"65536" is not a port number/],
    ['sip:*;transport=sctp', /"sctp" is not a transport/],
    ['sip:*;transport=', /"" is not a transport/],
    ['sip:*;transport=udp,udp', /given twice/],
    ['sip:*;transport=udp;transport=tcp', /"transport" is given twice/],
    ['sip:*:5060;transport=tcp,ws', /tcp and ws can't share a port/],
    ['sips:*;transport=udp', /sips takes the transports tls and wss only/],
    ['sip:*;external-ip=example.com', /external-ip must be an IP address/],
    ['sip:*;local-net=10.0.0.0', /local-net must be like/],
    ['sip:*;dns-name=a b', /must be like/],
    ['sip:*;dns-name=192.0.2.1', /dns-name must hold host names/],
    ['sip:*;lr', /unknown parameter "lr"/],
    [`sip:*;dns-name=${'a'.repeat(100_000)}`, /must hold host names|must be like/],
  ];
  for (const [text, why] of table) t.throws(() => parseContact(text), { message: why }, text.slice(0, 60));
});

t.test('a list of contacts is divided by blanks or commas, not by the commas within', async (t) => {
  t.same(splitContacts('sip:*;transport=udp,tcp'), ['sip:*;transport=udp,tcp']);
  t.same(splitContacts(' sip:*;transport=udp,tcp,sips:* \n sip:[::1]:80;transport=ws , sip:*:1 '), [
    'sip:*;transport=udp,tcp',
    'sips:*',
    'sip:[::1]:80;transport=ws',
    'sip:*:1',
  ]);
});
