import t from 'tap';
import { CUSTOMER_HEADER } from '../call/destination.js';
import { Bench } from '../testing/bench.js';
import { openPbx } from '../testing/pbx.js';
import type { Request, TestPhone } from '../testing/phone.js';
import { notified, refresh, subscribe } from '../testing/subscribing.js';

const bench = await Bench.start();
const [pbx, other] = [await openPbx(bench, '127.0.0.21'), await openPbx(bench, '127.0.0.22')];
t.teardown(async () => {
  for (const one of [pbx, other]) one.close();
  await bench.close();
});
await bench.restartEdge({ clusters: { 1: [pbx.target], 2: [other.target] } });

/** What a PBX says of the messages of somebody. */
const tell = (from: TestPhone, user: string, waiting: 'yes' | 'no', more: Partial<Request> = {}) =>
  from.ask({
    ...{ method: 'NOTIFY', uri: `sip:${user}@127.0.0.1`, contentType: 'application/simple-message-summary' },
    ...{
      body: `Messages-Waiting: ${waiting}\r\nMessage-Account: sip:box@pbx\r\nVoice-Message: 1/2 (0/0)\r\n`,
      ...more,
    },
    headers: {
      Event: 'message-summary',
      'Subscription-State': 'active',
      [CUSTOMER_HEADER]: bench.customer,
      ...more.headers,
    },
  });

t.test(
  'what a PBX says of a mailbox is told to those who subscribed, and to those who come later (RFC 3842)',
  async (t) => {
    const extension = await bench.extension(bench.number());
    const phone = await bench.online(extension);
    const event = 'message-summary';
    const accepted = await subscribe(phone, phone.account.username, { event, expires: 60 });
    const next = async () => (await notified(phone, accepted)).body;
    t.equal(await next(), 'Messages-Waiting: no\r\n');
    t.equal((await tell(pbx.phone, extension.number, 'yes')).status, 200);
    t.equal(await next(), 'Messages-Waiting: yes\r\nVoice-Message: 1/2 (0/0)\r\n', 'by its extension');
    t.equal((await tell(pbx.phone, phone.account.username, 'no')).status, 200);
    t.equal(await next(), 'Messages-Waiting: no\r\nVoice-Message: 1/2 (0/0)\r\n', 'by itself, which goes before');
    await refresh(phone, accepted, { event, expires: 0 });
    await notified(phone, accepted);

    const watcher = await bench.online(await bench.extension(bench.number()));
    const look = await subscribe(watcher, extension.number, { event, expires: 0 });
    const seen = await notified(watcher, look);
    t.equal(seen.header('Content-Type'), 'application/simple-message-summary');
    t.match(seen.body, 'Messages-Waiting: yes');
    t.equal((await subscribe(watcher, '99', { event })).status, 404);
  },
);

t.test('only a PBX cluster is heard, of its own phones, and only what it may say', async (t) => {
  const extension = await bench.extension(bench.number());
  const phone = await bench.online(extension);
  const { number } = extension;
  t.equal((await tell(phone, number, 'yes')).status, 405, 'a phone');
  t.equal((await tell(other.phone, number, 'yes')).status, 404, 'another cluster');
  t.equal((await tell(other.phone, phone.account.username, 'yes')).status, 404, 'another cluster, by username');
  t.equal(
    (await tell(pbx.phone, number, 'yes', { headers: { [CUSTOMER_HEADER]: undefined } })).status,
    404,
    'no customer',
  );
  t.equal((await tell(pbx.phone, '99', 'yes')).status, 404, 'nobody');
  t.equal((await tell(pbx.phone, number, 'yes', { headers: { Event: 'check-sync' } })).status, 489);
  t.equal((await tell(pbx.phone, number, 'yes', { contentType: 'text/plain' })).status, 415);
  t.equal((await tell(pbx.phone, number, 'yes', { body: 'Voice-Message: 1/2\r\n' })).status, 400);
  t.equal((await tell(pbx.phone, number, 'yes', { to: '<sip:a@h>;tag=x' })).status, 481);
  t.equal(await bench.store.messages.first([phone.id, extension._id]), undefined);
});
