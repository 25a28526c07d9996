import { CATALOGUE } from '@ringfence/phone';
import { Events } from '@ringfence/store';
import { Redis } from 'ioredis';
import t, { type Test } from 'tap';
import type { ApiPhone } from '../system/api.js';
import { Baresip } from '../system/baresip.js';
import { eventsOf } from '../system/events.js';
import { PhoneLine } from '../system/phone-line.js';
import { Ringfence } from '../system/ringfence.js';

const ringfence = await Ringfence.start();
const api = await ringfence.api();
const redis = new Redis(ringfence.redisUrl);
const events = new Events(redis);
t.teardown(async () => {
  redis.disconnect();
  await ringfence.remove();
});

async function open(t: Test, account: ApiPhone, transport: 'udp' | 'tcp' = 'udp'): Promise<PhoneLine> {
  const line = await PhoneLine.open(account, { server: ringfence.at(transport), transport });
  t.teardown(() => line.phone.close());
  return line;
}

const desk = {
  sipPhoneModel: CATALOGUE.find(({ model }) => model === 'D785')?._id,
  macAddress: '000413AABBCC',
};

t.test(
  'a phone that the API tells to reload or to start again hears its vendor say so, over UDP and TCP',
  async (t) => {
    const account = await api.createPhone(100, desk);
    t.match(await api.post(`/pbx/sipphone/${account._id}/reboot`, undefined), {
      status: 409,
      body: { message: 'offline' },
    });
    for (const transport of ['udp', 'tcp'] as const) {
      const line = await open(t, account, transport);
      const { phone } = line;
      t.equal((await line.register(60)).status, 200);
      for (const [action, event] of [
        ['configreload', 'check-sync;reboot=false'],
        ['reboot', 'check-sync;reboot=true'],
      ] as const) {
        t.match(await api.post(`/pbx/sipphone/${account._id}/${action}`, undefined), {
          status: 200,
          body: { success: true },
        });
        const notify = await phone.expect('NOTIFY');
        t.equal(notify.get('Event'), event);
        phone.reply(notify, 200);
        const told = await eventsOf(events, 1, (one) => one.type === 'phone.notified' && one.contact === phone.uri);
        t.match(told.at(-1), { status: 200, customer: account.customer, address: '127.0.0.1' });
      }
      t.equal((await line.register(0)).status, 200);
    }
  },
);

t.test('what a real phone answers is told, here that it knows no such event (RFC 6665 4.1.3)', async (t) => {
  const account = await api.createPhone(102, { ...desk, macAddress: '000413AABBCD' });
  const phone = await Baresip.start({ ...account, server: ringfence.sip });
  t.teardown(() => phone.kill());
  await phone.event('REGISTER_OK');
  t.equal((await api.post(`/pbx/sipphone/${account._id}/configreload`, undefined)).status, 200);
  const [told] = await eventsOf(events, 1, ({ type, phone }) => type === 'phone.notified' && phone === account._id);
  t.equal(told?.status, 481);
});

t.test('a phone gets new credentials while the old ones still work', async (t) => {
  const before = await api.createPhone(101);
  t.equal((await (await open(t, before)).register(60)).status, 200);
  const { body: after } = await api.post(`/pbx/sipphone/${before._id}/resetcredentials`, undefined);
  t.equal((await (await open(t, before)).register(60)).status, 200);
  t.equal((await (await open(t, after)).register(60)).status, 200);
  t.equal((await (await open(t, before)).register(60)).status, 403);
  const { entries } = (await api.get(`/audit?object=${before._id}`)).body;
  t.match(entries, [{ path: /resetcredentials$/, by: { level: 'ADMIN' } }, { path: '/pbx/sipphone' }]);
});
