import { join } from 'node:path';
import t from 'tap';
import { describeSettings, readSettings, SETTING_NAMES, SettingsError } from './settings.js';

t.test('a setting that is not given has its default, an empty one counts as not given', async (t) => {
  t.same(readSettings(['SIP_HOST', 'SIP_PORT', 'REDIS_URL'], { SIP_PORT: '' }), {
    SIP_HOST: ['0.0.0.0'],
    SIP_PORT: 5060,
    REDIS_URL: undefined,
  });
});

t.test('values are read into their types', async (t) => {
  const settings = readSettings(['SIP_HOST', 'SIP_PORT', 'RINGFENCE_KEY', 'DEMO', 'LOG_LEVEL'], {
    SIP_HOST: '127.0.0.1, ::1',
    SIP_PORT: '5070',
    RINGFENCE_KEY: 'ab'.repeat(32),
    DEMO: 'false',
    LOG_LEVEL: 'warn',
  });
  t.same(settings.SIP_HOST, ['127.0.0.1', '::1']);
  t.equal(settings.SIP_PORT, 5070);
  t.equal(settings.RINGFENCE_KEY?.length, 32);
  t.equal(settings.DEMO, false);
});

t.test('lists of SIP targets and numbers are read, and none is the default', async (t) => {
  const env = { PBX_CLUSTER_1: 'sip:a.example, sip:[2001:db8::1]:5062;transport=tls', EMERGENCY_NUMBERS: '112,911' };
  t.same(readSettings(['PBX_CLUSTER_1', 'PBX_CLUSTER_2', 'EMERGENCY_NUMBERS'], env), {
    PBX_CLUSTER_1: ['sip:a.example', 'sip:[2001:db8::1]:5062;transport=tls'],
    PBX_CLUSTER_2: [],
    EMERGENCY_NUMBERS: ['112', '911'],
  });
  for (const wrong of ['a.example', 'sip:a@b', 'sip:a;transport=ws', 'sip:a,', 'sip:a:x']) {
    t.throws(() => readSettings(['PBX_CLUSTER_1'], { PBX_CLUSTER_1: wrong }), { message: /no SIP target/ }, wrong);
  }
});

t.test('lists of networks and of name servers are read', async (t) => {
  const env = {
    TRUSTED_PROXIES: '10.0.0.0/8, ::1,fd00::/128',
    DNS_SERVERS: '192.0.2.53,[2001:db8::53]:5353,192.0.2.1:53',
  };
  t.same(readSettings(['TRUSTED_PROXIES', 'TRUSTED_NETWORKS', 'DNS_SERVERS'], env), {
    TRUSTED_PROXIES: ['10.0.0.0/8', '::1', 'fd00::/128'],
    TRUSTED_NETWORKS: [],
    DNS_SERVERS: ['192.0.2.53', '[2001:db8::53]:5353', '192.0.2.1:53'],
  });
  for (const wrong of ['10.0.0.0/33', 'fd00::/129', '10.0.0.0/', '10.0.0.0/8/8', 'x', '']) {
    const given = { TRUSTED_PROXIES: `${wrong},` };
    t.throws(() => readSettings(['TRUSTED_PROXIES'], given), { message: /^TRUSTED_PROXIES: / }, wrong);
  }
  t.throws(() => readSettings(['DNS_SERVERS'], { DNS_SERVERS: 'ns.example' }), {
    message: /^DNS_SERVERS: 'ns.example'/,
  });
});

t.test('control ports of rtpengines are read', async (t) => {
  const given = '127.0.0.1:2223, rtp-2.example.com:22222,[::1]:2223';
  t.same(readSettings(['RTPENGINE'], { RTPENGINE: given }).RTPENGINE, given.split(/, */));
  t.same(readSettings(['RTPENGINE'], {}).RTPENGINE, []);
  for (const wrong of ['127.0.0.1', '::1:2223', ':2223', 'a:0', 'a:65536', 'a:b', '-a:1', 'udp:a:1', '[a]:1', 'a:1,']) {
    t.throws(() => readSettings(['RTPENGINE'], { RTPENGINE: wrong }), { message: /^RTPENGINE: .*host:port/ }, wrong);
  }
});

t.test('every mistake is named in a line of its own', async (t) => {
  const env = {
    SIP_HOST: '127.0.0.1,nowhere',
    SIP_PORT: '70000',
    API_PORT: '3000x',
    API_HOST: 'localhost:1',
    REDIS_URL: 'http://x',
    RINGFENCE_KEY: 'short',
    RINGFENCE_ADMIN_TOKEN: 'too short',
    SIP_REALM: 'a"b',
    LOG_LEVEL: 'loud',
    DEMO: 'perhaps',
  };
  const names = Object.keys(env) as (keyof typeof env)[];
  const error = t.throws(() => readSettings(names, env)) as SettingsError;
  t.type(error, SettingsError);
  t.same(error.problems.map((line) => line.split(':')[0]).sort(), [...names].sort());
  t.match(
    error.problems.find((line) => line.startsWith('SIP_PORT')),
    /from 1 to 65535/,
  );
});

t.test('settings that contradict each other are a mistake', async (t) => {
  const names = ['REGISTER_MIN_EXPIRES', 'REGISTER_DEFAULT_EXPIRES', 'REGISTER_MAX_EXPIRES'] as const;
  const error = t.throws(() =>
    readSettings(names, { REGISTER_DEFAULT_EXPIRES: '601', REGISTER_MAX_EXPIRES: '600' }),
  ) as SettingsError;
  t.same(error.problems, ['REGISTER_DEFAULT_EXPIRES: must not be above REGISTER_MAX_EXPIRES']);
});

t.test('a file must be there, and a certificate have its key', async (t) => {
  const names = ['TLS_CERT', 'TLS_KEY', 'TLS_CA'] as const;
  const problems = (env: Record<string, string>) =>
    (t.throws(() => readSettings(names, env)) as SettingsError).problems;
  const path = join(t.testdir({ 'some.pem': '' }), 'some.pem');
  t.same(problems({ TLS_CERT: path }), ['TLS_CERT: needs TLS_KEY too']);
  t.match(problems({ TLS_CA: '/nowhere.pem' }), [/^TLS_CA: cannot be read: .*\/nowhere\.pem/]);
  t.match(readSettings(names, { TLS_CERT: path, TLS_KEY: path }), { TLS_CERT: path, TLS_CA: undefined });
});

t.test('every setting is described with its default', async (t) => {
  const described = describeSettings();
  t.same(
    described.map(({ name }) => name),
    SETTING_NAMES,
  );
  t.match(
    described.find(({ name }) => name === 'SIP_PORT'),
    { purpose: /port to listen on/, fallback: '5060' },
  );
  t.notOk(described.find(({ purpose }) => purpose === ''));
});
