import { EventStream } from '@ringfence/api/testing/event-stream';
import { Events } from '@ringfence/store';
import { Redis } from 'ioredis';
import t from 'tap';
import { sdp } from '../sip/index.js';
import type { ApiPhone } from '../system/api.js';
import { eventsOf } from '../system/events.js';
import { PhoneLine } from '../system/phone-line.js';
import { Ringfence } from '../system/ringfence.js';
import { until } from '../system/until.js';

const ringfence = await Ringfence.start({ GEOIP_NETWORKS: '127.0.0.3/32=DK,127.0.0.4/32=SE,127.0.0.5/32=DE' });
const api = await ringfence.api();
const redis = new Redis(ringfence.redisUrl);
const events = new Events(redis);
t.teardown(async () => {
  redis.disconnect();
  await ringfence.remove();
});

async function lineAt(address: string, account: ApiPhone) {
  const line = await PhoneLine.open(account, { server: ringfence.sip, address });
  t.teardown(() => line.phone.close());
  return line;
}

/** The first two refusals of a phone. */
function refusalsOf(account: ApiPhone) {
  return eventsOf(events, 2, ({ type, phone }) => type === 'phone.refused' && phone === account._id);
}

t.test(
  'an OPEN phone locks to its first address and is refused from any other while the first keeps working',
  async (t) => {
    const account = await api.createPhone(100);
    const home = await lineAt('127.0.0.1', account);
    const away = await lineAt('127.0.0.2', account);
    t.equal((await home.register(600)).status, 200);
    t.match((await api.phone(account._id)).ip, { mode: 'LOCKED', address: '127.0.0.1' });

    const refused = await away.register(600);
    t.equal(refused.startLine, 'SIP/2.0 403 Forbidden');
    t.notOk(refused.get('Warning') ?? refused.get('Reason'));
    const call = await away.phone.ask('INVITE', `sip:101@127.0.0.1`, {
      credentials: away.credentials,
      body: sdp(away.phone),
    });
    t.equal(call.status, 403, 'a call is fenced as a registration is');

    const again = await home.register(600);
    t.equal(again.status, 200);
    t.equal(again.list('Contact').length, 1);
    t.match(await refusalsOf(account), [
      { reason: 'address_not_allowed', address: '127.0.0.2', method: 'REGISTER' },
      { reason: 'address_not_allowed', address: '127.0.0.2', method: 'INVITE' },
    ]);
  },
);

t.test('wrong credentials from anywhere lock nothing', async (t) => {
  const account = await api.createPhone(100);
  const thief = await lineAt('127.0.0.2', { ...account, password: 'a'.repeat(32) });
  t.equal((await thief.register(600)).status, 403);
  t.match((await api.phone(account._id)).ip, { mode: 'OPEN' });
});

t.test('of two simultaneous first contacts from two addresses exactly one wins, every time', async (t) => {
  for (let round = 0; round < 10; round++) {
    const account = await api.createPhone(101);
    const lines = await Promise.all(['127.0.0.1', '127.0.0.2'].map((address) => lineAt(address, account)));
    const statuses = await Promise.all(lines.map(async (line) => (await line.register(600)).status));
    t.same([...statuses].sort(), [200, 403], `round ${round}`);
    const { ip, status } = await api.phone(account._id);
    t.match(ip, { mode: 'LOCKED', address: lines[statuses.indexOf(200)]?.phone.address });
    t.equal(status.publicIpAddress, ip.address);
  }
});

t.test('a first contact that is a call locks the phone too', async (t) => {
  const account = await api.createPhone(102);
  const line = await lineAt('127.0.0.2', account);
  const answer = await line.phone.ask('INVITE', 'sip:109@127.0.0.1', {
    credentials: line.credentials,
    body: sdp(line.phone),
  });
  t.equal(answer.status, 480);
  t.match((await api.phone(account._id)).ip, { mode: 'LOCKED', address: '127.0.0.2' });
});

t.test('a ROAMING phone may register from its countries and from nowhere else', async (t) => {
  const account = await api.createPhone(103, { ip: { mode: 'ROAMING', countries: 'dk, SE' } });
  for (const address of ['127.0.0.3', '127.0.0.4']) {
    t.equal((await (await lineAt(address, account)).register(600)).status, 200, address);
  }
  t.equal((await (await lineAt('127.0.0.5', account)).register(600)).status, 403, 'another country');
  t.equal((await (await lineAt('127.0.0.6', account)).register(600)).status, 403, 'no country');
  t.match((await api.phone(account._id)).ip, { mode: 'ROAMING', countries: 'DK,SE' });
  t.match(await refusalsOf(account), [
    { reason: 'country_not_allowed', country: 'DE', address: '127.0.0.5' },
    { reason: 'country_unknown', address: '127.0.0.6' },
  ]);
});

t.test('a phone that is LOCKED from its creation may register from that address only', async (t) => {
  const account = await api.createPhone(104, { ip: { mode: 'LOCKED', address: '127.0.0.7' } });
  t.equal((await (await lineAt('127.0.0.1', account)).register(600)).status, 403);
  t.equal((await (await lineAt('127.0.0.7', account)).register(600)).status, 200);
});

t.test('an operator sees it as it happens, and finds it in the history and in the numbers', async (t) => {
  const account = await api.createPhone(100);
  const url = `http://127.0.0.1:${ringfence.env.API_PORT}/events?phone=${account._id}`;
  const screen = await (await EventStream.open(url, await ringfence.adminToken())).live();
  t.teardown(() => screen.close());
  const home = await lineAt('127.0.0.3', account);
  const away = await lineAt('127.0.0.4', account);
  await home.register(600);
  await away.register(600);
  await home.register(600);
  await home.register(0);
  // That it was made may be told too, though that was a moment before the screen was there.
  const registrations = () => screen.events.filter(({ event }) => event !== 'phone.created');
  await screen.until(() => registrations().length === 5);
  const seen = registrations().map(({ data }) => JSON.parse(data as string));
  t.match(seen, [
    { type: 'phone.locked', address: '127.0.0.3', country: 'DK' },
    { type: 'phone.registered', address: '127.0.0.3' },
    { type: 'phone.refused', address: '127.0.0.4', country: 'SE', reason: 'address_not_allowed' },
    { type: 'phone.registered' },
    { type: 'phone.deregistered' },
  ]);
  const [locked, registered, refused, , deregistered] = seen;
  const told = [deregistered, refused, registered, locked];
  const { body } = await until('the history', async () => {
    const history = await api.get(`/pbx/sipphone/${account._id}/history`);
    return history.body.events[0]?.type === 'phone.deregistered' ? history : undefined;
  });
  t.same(body.events.slice(0, 4), told, 'what is only refreshed is not told again');
  t.equal(body.flapping, null);
  const { counts } = (await api.get('/counts?step=3600')).body;
  t.ok(counts.some(({ refused }: { refused: number }) => refused > 0));
  t.ok(counts.some(({ registered }: { registered: number }) => registered > 0));
  t.ok((await api.get('/overview')).body.refusedLastHour > 0);
});
