import { randomUUID } from 'node:crypto';
import t from 'tap';
import { Bench } from './testing/bench.js';
import { until } from './testing/until.js';

const bench = await Bench.start();
t.teardown(() => bench.close());
const { notices, bindings } = bench.store;

/** Asks for a phone to be told something, as soon as the edge has said that it is there. */
async function tell(phone: string, event: string, action: 'reboot' | 'configreload' = 'reboot'): Promise<void> {
  await until(async () => (await notices.add({ phone, customer: bench.customer, action, event })) === 'queued');
}

t.test('a phone is told by NOTIFY, over the way that it registered on, outside any subscription', async (t) => {
  const account = await bench.account();
  const phone = await bench.phone(account);
  await phone.register({ headers: { Contact: `<sip:${account.username}@10.0.0.5:5060>` } });
  await tell(account.id, 'check-sync;reboot=true');
  const notify = await phone.request('NOTIFY');
  t.match(notify.start, `NOTIFY sip:${account.username}@10.0.0.5:5060 SIP/2.0`);
  t.equal(notify.header('Event'), 'check-sync;reboot=true');
  t.match(notify.header('Subscription-State'), /^terminated/);
  t.match(notify.header('Contact'), /^<sip:/);
  phone.answer(notify, 200);
  const event = { type: 'phone.notified', action: 'reboot', status: 200, address: '127.0.0.1' } as const;
  t.equal((await bench.event(account.id, event)).customer, bench.customer);
});

t.test('one that wants a password for it gets none (RFC 3261 section 22.2)', async (t) => {
  const account = await bench.account();
  const phone = await bench.phone(account);
  await phone.register();
  for (const [status, name] of [
    [401, 'WWW-Authenticate'],
    [407, 'Proxy-Authenticate'],
  ] as const) {
    await tell(account.id, 'resync', 'configreload');
    const notify = await phone.request('NOTIFY');
    phone.answer(notify, status, {
      headers: { [name]: `Digest realm="ringfence", nonce="${randomUUID()}", algorithm=MD5` },
    });
    await bench.event(account.id, { type: 'phone.notified', action: 'configreload', status });
  }
  const again = await phone.request('NOTIFY', 500).catch(() => undefined);
  t.equal(again, undefined, 'it is not sent again with credentials');
});

t.test('each contact is told; one that has gone while it waited is told of as that', async (t) => {
  const account = await bench.account();
  const contacts = await Promise.all([1, 2].map(() => bench.phone(account)));
  for (const phone of contacts) await phone.register();
  await tell(account.id, 'check-sync', 'configreload');
  for (const phone of contacts) phone.answer(await phone.request('NOTIFY'), 489);
  await bench.event(account.id, { type: 'phone.notified', status: 489 });
  await tell(account.id, 'check-sync');
  await bindings.end({ _id: account.id, customer: bench.customer }, () => true);
  t.ok(await bench.event(account.id, { type: 'phone.notified', action: 'reboot', reason: 'offline' }));
});
