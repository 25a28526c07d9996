import t from 'tap';
import { readSettings } from './settings.js';

t.test('defaults, and what is given', async (t) => {
  t.same(readSettings({ DRACHTIO_SECRET: 'x' }), {
    sip: { contacts: ['sip:0.0.0.0:5060;transport=udp,tcp'] },
    tls: {},
    admin: { host: '127.0.0.1', port: 9022, secret: 'x' },
    dns: undefined,
    logLevel: 'info',
  });
  t.same(
    readSettings({
      SIP_HOST: '192.0.2.1, ::1',
      SIP_PORT: '0',
      DRACHTIO_HOST: '::1',
      DRACHTIO_PORT: '9999',
      DRACHTIO_SECRET: 's e c',
      DNS_SERVERS: '192.0.2.53, [2001:db8::53]:5353',
      LOG_LEVEL: 'debug',
    }),
    {
      sip: { contacts: ['sip:192.0.2.1:0;transport=udp,tcp', 'sip:[::1]:0;transport=udp,tcp'] },
      tls: {},
      admin: { host: '::1', port: 9999, secret: 's e c' },
      dns: { servers: ['192.0.2.53', '[2001:db8::53]:5353'] },
      logLevel: 'debug',
    },
  );
});

t.test('each mistake is named on a line of its own', async (t) => {
  t.same(readSettings({ SIP_HOST: 'localhost', SIP_PORT: '65536', DRACHTIO_PORT: 'x', LOG_LEVEL: 'loud' }), [
    'SIP_HOST must hold IP addresses, not "localhost"',
    'SIP_PORT must be a port number from 0 to 65535, not "65536"',
    'DRACHTIO_SECRET must be set to the secret that applications authenticate with',
    'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, not "loud"',
    'DRACHTIO_PORT must be a port number from 0 to 65535, not "x"',
  ]);
  t.same(readSettings({ DRACHTIO_SECRET: 'x', DNS_SERVERS: '192.0.2.53,ns.example' }), [
    'DNS_SERVERS must hold IP addresses, not "ns.example"',
  ]);
  t.same(readSettings({ DRACHTIO_SECRET: 'a|b' }), ['DRACHTIO_SECRET must not contain "|"']);
});

t.test('a list of contacts in drachtio’s notation takes the place of address and port', async (t) => {
  const settings = readSettings({
    SIP_CONTACTS:
      'sip:*:5060;transport=udp,tcp, sips:*:5061;external-ip=203.0.113.5\n sip:127.0.0.1:8443;transport=wss',
    SIP_HOST: '192.0.2.1',
    TLS_CERT: '/cert.pem',
    TLS_KEY: '/key.pem',
    TLS_CA: '/ca.pem',
    DRACHTIO_SECRET: 'x',
  });
  t.match(settings, {
    sip: {
      contacts: [
        'sip:*:5060;transport=udp,tcp',
        'sips:*:5061;external-ip=203.0.113.5',
        'sip:127.0.0.1:8443;transport=wss',
      ],
    },
    tls: { cert: '/cert.pem', key: '/key.pem', ca: '/ca.pem' },
  });
  t.same(readSettings({ SIP_CONTACTS: 'tel:1 sip:nowhere sip:*:1;transport=x', TLS_KEY: 'k', DRACHTIO_SECRET: 'x' }), [
    'SIP_CONTACTS: contact "tel:1": must be like sip:HOST:PORT;transport=udp,tcp',
    'SIP_CONTACTS: contact "sip:nowhere": "nowhere" is not an IP address to listen on',
    'SIP_CONTACTS: contact "sip:*:1;transport=x": "x" is not a transport; there are udp, tcp, tls, ws, wss',
    'TLS_CERT and TLS_KEY must be set together',
  ]);
});
