import t from 'tap';
import { readSettings } from './settings.js';

t.test('defaults, and what is given', async (t) => {
  t.same(readSettings({ DRACHTIO_SECRET: 'x' }), {
    sip: { hosts: ['0.0.0.0'], port: 5060 },
    admin: { host: '127.0.0.1', port: 9022, secret: 'x' },
    logLevel: 'info',
  });
  t.same(
    readSettings({
      SIP_HOST: '192.0.2.1, ::1',
      SIP_PORT: '0',
      DRACHTIO_HOST: '::1',
      DRACHTIO_PORT: '9999',
      DRACHTIO_SECRET: 's e c',
      LOG_LEVEL: 'debug',
    }),
    {
      sip: { hosts: ['192.0.2.1', '::1'], port: 0 },
      admin: { host: '::1', port: 9999, secret: 's e c' },
      logLevel: 'debug',
    },
  );
});

t.test('each mistake is named on a line of its own', async (t) => {
  t.same(readSettings({ SIP_HOST: 'localhost', SIP_PORT: '65536', DRACHTIO_PORT: 'x', LOG_LEVEL: 'loud' }), [
    'SIP_HOST must hold IP addresses, not "localhost"',
    'DRACHTIO_SECRET must be set to the secret that applications authenticate with',
    'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, not "loud"',
    'SIP_PORT must be a port number from 0 to 65535, not "65536"',
    'DRACHTIO_PORT must be a port number from 0 to 65535, not "x"',
  ]);
  t.same(readSettings({ DRACHTIO_SECRET: 'a|b' }), ['DRACHTIO_SECRET must not contain "|"']);
});
