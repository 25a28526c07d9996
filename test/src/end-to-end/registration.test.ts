import { type Event, Events } from '@ringfence/store';
import { Redis } from 'ioredis';
import t from 'tap';
import { challengesOf, Phone } from '../sip/index.js';
import type { ApiPhone } from '../system/api.js';
import { Baresip } from '../system/baresip.js';
import { eventsOf } from '../system/events.js';
import { PhoneLine } from '../system/phone-line.js';
import { Ringfence } from '../system/ringfence.js';
import { until } from '../system/until.js';

const ringfence = await Ringfence.start({ REGISTER_MIN_EXPIRES: '1', NONCE_AGE: '3' });
const api = await ringfence.api();
const redis = new Redis(ringfence.redisUrl);
const events = new Events(redis);
t.teardown(async () => {
  redis.disconnect();
  await ringfence.remove();
});

async function line(account: ApiPhone, options: { address?: string; transport?: 'udp' | 'tcp' | 'wss' } = {}) {
  const at = ringfence.at(options.transport ?? 'udp');
  const server = options.address === '::1' ? { ...at, address: '::1' } : at;
  const opened = await PhoneLine.open(account, { server, ...options });
  t.teardown(() => opened.phone.close());
  return opened;
}

t.test('a created phone is complete and offline, then registers and is seen online with falling expiry', async (t) => {
  const account = await api.createPhone(100);
  t.match(account.username, /^[a-z0-9]{32}$/);
  t.match(account.password, /^[a-z0-9]{32}$/);
  t.match(account.status, { online: false, expires: -1 });

  const { phone, credentials } = await line(account);
  const challenged = await phone.ask('REGISTER');
  t.equal(challenged.status, 401);
  const [challenge] = challengesOf(challenged);
  t.match(challenge, { realm: 'ringfence', qop: 'auth', algorithm: 'MD5' });

  const answer = await phone.ask('REGISTER', undefined, {
    credentials,
    headers: { Expires: 60, 'User-Agent': 'Tester/1.0' },
  });
  t.equal(answer.status, 200);
  t.match(answer.get('Contact'), /;expires=60$/);
  const { status } = await api.phone(account._id);
  t.match(status, { online: true, userAgent: 'Tester/1.0', publicIpAddress: '127.0.0.1', localIpAddress: '127.0.0.1' });
  t.ok(status.expires > 55 && status.expires <= 60);
  const later = await until('expiry falling', async () => {
    const now = (await api.phone(account._id)).status.expires;
    return now < status.expires ? now : undefined;
  });
  t.ok(later > 0);
  t.match(await eventsOf(events, 3, ({ phone }) => phone === account._id), [
    { type: 'phone.created' },
    { type: 'phone.locked', address: '127.0.0.1' },
    { type: 'phone.registered', address: '127.0.0.1', expires: 60, userAgent: 'Tester/1.0' },
  ]);
});

t.test(
  'a registration that runs out puts the phone offline by itself, with its event within two seconds',
  async (t) => {
    const account = await api.createPhone(101);
    t.equal((await (await line(account)).register(2)).status, 200);
    t.equal((await api.phone(account._id)).status.online, true);
    const expiresAt = Date.now() + 2_000;
    const isExpiry = ({ type, phone }: Event) => type === 'phone.expired' && phone === account._id;
    const [expired] = await eventsOf(events, 1, isExpiry);
    t.ok(Date.now() - expiresAt < 5_000);
    t.equal(expired?.customer, account.customer);
    t.match((await api.phone(account._id)).status, { online: false, expires: -1 });
  },
);

t.test(
  'a closed connection puts the phone offline at once, with its event, and leaves its other contacts',
  async (t) => {
    const account = await api.createPhone(101);
    for (const transport of ['tcp', 'wss'] as const) {
      const { phone, register } = await line(account, { transport }).then((opened) => ({
        phone: opened.phone,
        register: opened.register.bind(opened),
      }));
      t.equal((await register(600)).status, 200);
      t.equal((await api.phone(account._id)).status.online, true);
      const closedAt = Date.now();
      await phone.close();
      await until('offline', async () => !(await api.phone(account._id)).status.online || undefined);
      t.ok(Date.now() - closedAt < 5_000, `${Date.now() - closedAt} ms over ${transport}`);
    }
    const udp = await line(account);
    t.equal((await udp.register(600)).status, 200);
    const tcp = await line(account, { transport: 'tcp' });
    t.equal((await tcp.register(600)).list('Contact').length, 2);
    await tcp.phone.close();
    await eventsOf(events, 3, ({ type, phone }) => type === 'phone.disconnected' && phone === account._id);
    t.equal((await udp.register(600)).list('Contact').length, 1);
    const [gone] = await eventsOf(events, 1, ({ type }) => type === 'phone.disconnected');
    t.match(gone, { reason: 'connection_closed', customer: account.customer });
  },
);

t.test('de-registration, query and * do what RFC 3261 section 10 says', async (t) => {
  const account = await api.createPhone(102);
  const { phone, register, credentials } = await line(account).then((opened) => ({
    phone: opened.phone,
    credentials: opened.credentials,
    register: opened.register.bind(opened),
  }));
  t.equal((await register(600)).status, 200);
  t.equal((await register(600, { headers: { Contact: `<sip:second@127.0.0.1:9>` } })).list('Contact').length, 2);
  const query = await phone.ask('REGISTER', undefined, { credentials, headers: { Contact: undefined } });
  t.equal(query.list('Contact').length, 2);
  t.equal((await register(0)).list('Contact').length, 1);
  t.equal((await register(600, { headers: { Contact: '*' } })).status, 400, '* goes with Expires: 0 only');
  t.equal((await register(0, { headers: { Contact: '*' } })).list('Contact').length, 0);
  t.match((await api.phone(account._id)).status, { online: false, expires: -1 });
  const tooShort = await (await line(account)).phone.ask('REGISTER', undefined, {
    credentials,
    headers: { Contact: `<${phone.uri}>;expires=9999999999999` },
  });
  t.match(tooShort.get('Contact'), /;expires=3[2-6]\d\d$/, 'a longer time than the maximum is shortened to it');
  const isDeregistration = ({ type, phone }: Event) => type === 'phone.deregistered' && phone === account._id;
  t.equal((await eventsOf(events, 2, isDeregistration)).length, 2);
});

t.test('wrong password, wrong realm and unknown user are refused, alike for the last and the first', async (t) => {
  const account = await api.createPhone(103);
  const { phone, credentials } = await line(account);
  const wrong = await phone.ask('REGISTER', undefined, { credentials: { ...credentials, password: 'x'.repeat(32) } });
  t.equal(wrong.status, 403);
  const nobody = { username: 'n'.repeat(32), password: credentials.password };
  const stranger = await Phone.open({ server: ringfence.sip, user: nobody.username });
  t.teardown(() => stranger.close());
  const unknown = await stranger.ask('REGISTER', undefined, { credentials: nobody });
  t.equal(unknown.startLine, wrong.startLine);
  const realm = await phone.ask('REGISTER', undefined, { credentials, digest: { override: { realm: 'elsewhere' } } });
  t.equal(realm.status, 401);
  t.match((await api.phone(account._id)).ip, { mode: 'OPEN' }, 'none of them locked the phone');
  t.equal((await api.phone(account._id)).status.online, false);
  const names = [account.username, nobody.username];
  const isTheirs = ({ type, username = '' }: Event) => type === 'phone.refused' && names.includes(username);
  t.match(await eventsOf(events, 2, isTheirs), [
    { phone: account._id, reason: 'wrong_password' },
    { username: nobody.username, reason: 'unknown_user' },
  ]);
});

t.test('a captured registration cannot be sent again, with the same or another contact', async (t) => {
  const account = await api.createPhone(104);
  const { phone, credentials } = await line(account);
  const first = phone.send(phone.request('REGISTER', undefined, { headers: { Expires: 600 } }));
  const captured = phone.authenticate(first, await phone.final(first), credentials);
  t.equal((await phone.final(phone.send(captured))).status, 200);

  const replay = captured.clone().set('Via', phone.via()).set('Contact', '<sip:thief@127.0.0.9:6666>');
  const refused = await phone.final(phone.send(replay));
  t.equal(refused.status, 401);
  t.match(challengesOf(refused)[0], { stale: 'true' });
  const query = await phone.ask('REGISTER', undefined, { credentials, headers: { Contact: undefined } });
  t.notMatch(query.all('Contact').join(), /thief/);

  await ringfence.kill('edge');
  const again = await until(
    'the edge',
    async () => {
      const copy = phone.send(captured.clone().set('Via', phone.via()));
      const response = await phone.final(copy, 500).catch(() => undefined);
      return response && response.status !== 503 ? response : undefined;
    },
    20_000,
  );
  t.equal(again.status, 401, 'nor after the edge has been started again');
});

t.test('a nonce is good for its time only, and a phone that knows the next count need not be challenged', async (t) => {
  const account = await api.createPhone(105);
  const { phone, credentials } = await line(account);
  const first = phone.send(phone.request('REGISTER', undefined, { headers: { Expires: 600 } }));
  const challenge = await phone.final(first);
  t.equal((await phone.final(phone.send(phone.authenticate(first, challenge, credentials)))).status, 200);
  const second = phone.authenticate(first, challenge, credentials, { nc: 2 }).set('CSeq', '3 REGISTER');
  t.equal((await phone.final(phone.send(second))).status, 200);
  await new Promise((done) => setTimeout(done, 4_100));
  const late = phone.authenticate(first, challenge, credentials, { nc: 3 }).set('CSeq', '4 REGISTER');
  const refused = await phone.final(phone.send(late));
  t.equal(refused.status, 401);
  t.match(challengesOf(refused)[0], { stale: 'true' });
});

t.test('phones register over TCP and over IPv6', async (t) => {
  const tcp = await api.createPhone(106);
  t.equal((await (await line(tcp, { transport: 'tcp' })).register(60)).status, 200);
  t.equal((await api.phone(tcp._id)).status.online, true);
  const six = await api.createPhone(107);
  t.equal((await (await line(six, { address: '::1' })).register(60)).status, 200);
  t.match(await api.phone(six._id), { ip: { mode: 'LOCKED', address: '::1' }, status: { publicIpAddress: '::1' } });
});

t.test('baresip registers, is seen with its user agent, and de-registers', async (t) => {
  const account = await api.createPhone(108);
  const phone = await Baresip.start({ ...account, server: ringfence.sip });
  t.teardown(() => phone.kill());
  await phone.event('REGISTER_OK');
  t.match((await api.phone(account._id)).status, { online: true, userAgent: /baresip/ });
});

t.test('what the edge does not serve is refused correctly', async (t) => {
  const phone = await Phone.open({ server: ringfence.sip });
  t.teardown(() => phone.close());
  const options = await phone.ask('OPTIONS', 'sip:127.0.0.1');
  t.equal(options.status, 200);
  t.match(options.get('Allow'), /INVITE/);
  for (const method of ['MESSAGE', 'PUBLISH', 'NOTIFY', 'REFER', 'INFO']) {
    const refused = await phone.ask(method);
    t.equal(refused.status, 405, method);
    t.match(refused.get('Allow'), /REGISTER/);
  }
  for (const method of ['BYE', 'INFO', 'UPDATE', 'INVITE', 'SUBSCRIBE']) {
    const headers = { To: `<sip:svc@127.0.0.1>;tag=nobody` };
    t.equal((await phone.ask(method, undefined, { headers })).status, 481, `${method} in a dialog that is not there`);
  }
});
