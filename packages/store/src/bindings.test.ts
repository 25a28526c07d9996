import t from 'tap';
import type { Admission, PhoneAccount, Registration } from './admission.js';
import type { ContactUpdate } from './binding.js';
import { Bindings, NONCES_KEPT } from './bindings.js';
import { Events } from './events.js';
import { keys } from './keys.js';
import { connectRedis } from './redis.js';
import { startRedis } from './testing.js';

const server = await startRedis();
const redis = connectRedis(server.url, () => {});
const otherRedis = connectRedis(server.url, () => {});
const bindings = new Bindings(redis);
t.teardown(async () => {
  redis.disconnect();
  otherRedis.disconnect();
  await server.close();
});

const NOW = 1_900_000_000_000;
let phones = 0;

t.test('a username leads to the phone, its fence and its customer', async (t) => {
  const phone = await addPhone({ 'ip.mode': 'ROAMING', 'ip.countries': 'DK,SE', extension: 'e1' });
  t.match(phone, {
    sealedPassword: 'sealed',
    customer: 'c1',
    customerActive: true,
    extension: 'e1',
    fence: { mode: 'ROAMING', address: undefined, countries: ['DK', 'SE'] },
  });
  t.equal(await bindings.findPhone('nobody'), undefined);
});

t.test('a phone of a customer that is inactive or gone says so', async (t) => {
  await redis.set(keys.customer('c2'), JSON.stringify({ _id: 'c2', name: 'Two', active: false }));
  t.equal((await addPhone({ customer: 'c2' })).customerActive, false);
  t.equal((await addPhone({ customer: 'c3' })).customerActive, false);
});

t.test('a registration writes binding, expiry, status and event in one step', async (t) => {
  const phone = await addPhone();
  const outcome = await bindings.register(admission(phone), registration([contact('sip:a@10.0.0.1')]));
  t.strictSame(outcome, {
    done: true,
    locked: false,
    bindings: [
      {
        contact: 'sip:a@10.0.0.1',
        expiresAt: NOW + 60_000,
        callId: 'call-1',
        cseq: 1,
        protocol: 'udp',
        address: '192.0.2.1',
        port: 5062,
        userAgent: 'Test/1',
        localAddress: '10.0.0.1',
        updatedAt: NOW,
        server: 'edge',
        registeredAt: NOW,
      },
    ],
  });
  t.strictSame(await bindings.live(phone.id, NOW), outcome.done && outcome.bindings);
  t.strictSame(await bindings.live(phone.id, NOW + 60_000), []);
  t.equal(await redis.zscore(keys.expiries, `${phone.id}|sip:a@10.0.0.1`), `${NOW + 60_000}`);
  t.match(await redis.hgetall(keys.phone(phone.id)), {
    userAgent: 'Test/1',
    localIpAddress: '10.0.0.1',
    publicIpAddress: '192.0.2.1',
  });
  t.match(await eventsOf(phone), [
    {
      type: 'phone.registered',
      at: NOW,
      customer: 'c1',
      address: '192.0.2.1',
      port: 5062,
      protocol: 'udp',
      country: 'DK',
      contact: 'sip:a@10.0.0.1',
      expires: 60,
    },
  ]);
});

t.test('what a later registration does not tell is cleared from the status', async (t) => {
  const phone = await addPhone();
  await bindings.register(admission(phone), registration([contact('sip:a@10.0.0.1')]));
  const silent = admission(phone, { now: NOW + 1 });
  silent.source.userAgent = undefined;
  await bindings.register(silent, { ...registration([contact('sip:a@10.0.0.1')], 2), localAddress: undefined });
  const stored = await redis.hgetall(keys.phone(phone.id));
  t.notOk('userAgent' in stored);
  t.notOk('localIpAddress' in stored);
  t.equal(stored.publicIpAddress, '192.0.2.1');
});

t.test('a refresh keeps the time of the first registration', async (t) => {
  const phone = await addPhone();
  await bindings.register(admission(phone), registration([contact('sip:a@h')]));
  await bindings.register(admission(phone, { now: NOW + 5_000 }), registration([contact('sip:a@h')], 2));
  t.match(await bindings.live(phone.id, NOW), [{ registeredAt: NOW, updatedAt: NOW + 5_000, expiresAt: NOW + 65_000 }]);
});

t.test('a request of the same Call-ID and a CSeq that is not higher changes nothing (RFC 3261 10.3)', async (t) => {
  const phone = await addPhone();
  await bindings.register(admission(phone), registration([contact('sip:a@h')], 5));
  for (const cseq of [4, 5]) {
    for (const contacts of [[contact('sip:a@h', 120)], [contact('sip:a@h', 0)], '*'] as const) {
      t.strictSame(await bindings.register(admission(phone), registration(contacts, cseq)), {
        done: false,
        rejection: 'out_of_order',
      });
    }
  }
  t.match(await bindings.live(phone.id, NOW), [{ cseq: 5, expiresAt: NOW + 60_000 }]);
  t.match(await bindings.register(admission(phone), registration([contact('sip:a@h', 120)], 6)), { done: true });
});

t.test('a lower CSeq of another Call-ID updates the binding (RFC 3261 10.3)', async (t) => {
  const phone = await addPhone();
  await bindings.register(admission(phone), registration([contact('sip:a@h')], 5));
  const other = { ...registration([contact('sip:a@h')], 1), callId: 'call-2' };
  t.match(await bindings.register(admission(phone), other), { done: true, bindings: [{ callId: 'call-2', cseq: 1 }] });
});

t.test('of several contacts all are updated or none (RFC 3261 10.3)', async (t) => {
  const phone = await addPhone();
  await bindings.register(admission(phone), registration([contact('sip:b@h')], 5));
  const both = [contact('sip:a@h'), contact('sip:b@h', 0)];
  t.match(await bindings.register(admission(phone), registration(both, 5)), { rejection: 'out_of_order' });
  t.strictSame(await contactsOf(phone), ['sip:b@h']);
  await bindings.register(admission(phone), registration(both, 6));
  t.strictSame(await contactsOf(phone), ['sip:a@h']);
});

t.test('where a phone is reached comes with whether it takes a second call, and its PBX cluster', async (t) => {
  const phone = await addPhone({ callWaiting: '0', pbxCluster: '2' });
  await bindings.register(admission(phone), registration([contact('sip:a@h')]));
  t.match(await bindings.reach(phone.id, NOW), {
    phone: phone.id,
    callWaiting: false,
    pbxCluster: 2,
    bindings: [{ contact: 'sip:a@h' }],
  });
  t.match(await bindings.reach('unknown', NOW), { phone: 'unknown', callWaiting: true, bindings: [] });
});

t.test('a number leads to its extension, and to where each of its phones is reached', async (t) => {
  const [phone, other] = [await addPhone({ pbxCluster: '2' }), await addPhone({ callWaiting: '0' })];
  await bindings.register(admission(phone), registration([contact('sip:a@h'), contact('sip:b@h', 10)]));
  const extension = { _id: 'e9', customer: 'c1', number: '109', name: 'Åse' };
  await redis.hset(keys.extensionNumbers('c1'), '109', 'e9', '110', 'gone');
  await redis.set(keys.extension('e9'), JSON.stringify(extension));
  await redis.sadd(keys.extensionPhones('e9'), phone.id, other.id);
  const callee = await bindings.callee('c1', '109', { now: NOW + 20_000, limit: 10 });
  t.strictSame(callee?.extension, extension);
  const reaches = callee?.phones.toSorted((a, b) => b.pbxCluster - a.pbxCluster);
  t.match(reaches, [
    { phone: phone.id, callWaiting: true, pbxCluster: 2, bindings: [{ contact: 'sip:a@h' }] },
    { phone: other.id, callWaiting: false, pbxCluster: 0, bindings: [] },
  ]);
  t.equal(reaches?.[0]?.bindings.length, 1, 'the other has run out');
  t.equal((await bindings.callee('c1', '109', { now: NOW, limit: 1 }))?.phones.length, 1);
  for (const number of ['110', '111']) t.equal(await bindings.callee('c1', number, { now: NOW, limit: 1 }), undefined);
});

t.test('a contact with expires 0 is removed, and removing one that is not there succeeds', async (t) => {
  const phone = await addPhone();
  await bindings.register(admission(phone), registration([contact('sip:a@h')]));
  t.match(await bindings.register(admission(phone), registration([contact('sip:a@h', 0)], 2)), { bindings: [] });
  t.match(await bindings.register(admission(phone), registration([contact('sip:a@h', 0)], 3)), { bindings: [] });
  t.equal(await redis.zscore(keys.expiries, `${phone.id}|sip:a@h`), null);
  t.strictSame(
    (await eventsOf(phone)).map(({ type }) => type),
    ['phone.registered', 'phone.deregistered'],
  );
});

t.test('* removes every binding', async (t) => {
  const phone = await addPhone();
  await bindings.register(admission(phone), registration([contact('sip:a@h'), contact('sip:b@h')]));
  t.match(await bindings.register(admission(phone), registration('*', 2)), { done: true, bindings: [] });
  t.strictSame(await contactsOf(phone), []);
});

t.test('a REGISTER without contacts tells the bindings and changes none', async (t) => {
  const phone = await addPhone();
  await bindings.register(admission(phone), registration([contact('sip:a@h')]));
  t.match(await bindings.register(admission(phone), registration([], 2)), {
    bindings: [{ contact: 'sip:a@h', cseq: 1 }],
  });
});

t.test('a phone beyond its limit loses the contact that was not refreshed for longest', async (t) => {
  const phone = await addPhone();
  const limited = (uri: string, cseq: number) => ({ ...registration([contact(uri)], cseq), limit: 3 });
  for (const [i, uri] of ['sip:a@h', 'sip:b@h', 'sip:c@h'].entries()) {
    await bindings.register(admission(phone, { now: NOW + i }), limited(uri, i));
  }
  await bindings.register(admission(phone, { now: NOW + 4 }), limited('sip:a@h', 4));
  await bindings.register(admission(phone, { now: NOW + 5 }), limited('sip:d@h', 5));
  t.strictSame(await contactsOf(phone), ['sip:a@h', 'sip:c@h', 'sip:d@h']);
  t.match((await eventsOf(phone)).at(-1), { type: 'phone.deregistered', contact: 'sip:b@h' });
});

t.test('more contacts in one request than the limit are refused whole', async (t) => {
  const phone = await addPhone({ 'ip.mode': 'OPEN' });
  const contacts = ['sip:a@h', 'sip:b@h', 'sip:c@h'].map((uri) => contact(uri));
  t.match(await bindings.register(admission(phone, { lock: '192.0.2.1' }), { ...registration(contacts), limit: 2 }), {
    rejection: 'too_many',
  });
  t.strictSame(await contactsOf(phone), []);
  t.equal(await redis.hget(keys.phone(phone.id), 'ip.mode'), 'OPEN');
});

t.test('simultaneous registrations never exceed the limit', async (t) => {
  const phone = await addPhone();
  const other = new Bindings(otherRedis);
  await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      (i % 2 ? bindings : other).register(admission(phone, { nonce: `${NOW}-n`, count: i + 1 }), {
        ...registration([contact(`sip:${i}@h`)], i),
        limit: 5,
      }),
    ),
  );
  t.ok((await contactsOf(phone)).length <= 5);
});

t.test('the first contact locks an OPEN phone, together with the binding', async (t) => {
  const phone = await addPhone({ 'ip.mode': 'OPEN' });
  const outcome = await bindings.register(admission(phone, { lock: '192.0.2.1' }), registration([contact('sip:a@h')]));
  t.match(outcome, { done: true, locked: true });
  t.match(await bindings.findPhone(usernameOf(phone)), { fence: { mode: 'LOCKED', address: '192.0.2.1' } });
  t.match(await eventsOf(phone), [{ type: 'phone.locked', address: '192.0.2.1' }, { type: 'phone.registered' }]);
});

t.test('of many simultaneous first contacts from two addresses exactly one wins', async (t) => {
  const other = new Bindings(otherRedis);
  for (let round = 0; round < 25; round++) {
    const phone = await addPhone({ 'ip.mode': 'OPEN' });
    const outcomes = await Promise.all(
      ['192.0.2.1', '192.0.2.2'].map((address, i) => {
        const request = admission(phone, { lock: address, nonce: `${NOW}-${i}` });
        const from = i % 2 ? bindings : other;
        return i === round % 2 ? from.admit(request) : from.register(request, registration([contact('sip:a@h')]));
      }),
    );
    t.strictSame(outcomes.map((outcome) => (outcome.done ? 'done' : outcome.rejection)).sort(), ['done', 'stale']);
    t.equal((await eventsOf(phone)).filter(({ type }) => type === 'phone.locked').length, 1);
  }
});

t.test('a request decided on what changed since is to be decided again', async (t) => {
  for (const [field, value] of [
    ['ip.mode', 'LOCKED'],
    ['ip.address', '192.0.2.9'],
    ['ip.countries', 'SE'],
    ['password', 'other'],
    ['extension', 'e2'],
    ['customer', 'c9'],
  ] as const) {
    const phone = await addPhone({ 'ip.mode': 'ROAMING', 'ip.countries': 'DK' });
    await redis.hset(keys.phone(phone.id), field, value);
    t.match(
      await bindings.register(admission(phone), registration([contact('sip:a@h')])),
      { rejection: 'stale' },
      field,
    );
    t.match(await bindings.admit(admission(phone)), { rejection: 'stale' }, field);
    t.strictSame(await contactsOf(phone), []);
  }
});

t.test('a request decided on a customer that was switched off since is to be decided again', async (t) => {
  const active = { _id: 'c7', name: 'Seven', active: true };
  await redis.set(keys.customer('c7'), JSON.stringify(active));
  const phone = await addPhone({ customer: 'c7' });
  t.match(await bindings.admit(admission(phone)), { done: true });
  await redis.set(keys.customer('c7'), JSON.stringify({ ...active, active: false }));
  t.match(await bindings.admit(admission(phone)), { rejection: 'stale' });
});

t.test('a phone that was deleted meanwhile is not admitted and nothing of it comes back', async (t) => {
  const phone = await addPhone();
  await redis.del(keys.phone(phone.id), keys.username(usernameOf(phone)));
  t.match(await bindings.register(admission(phone), registration([contact('sip:a@h')])), { rejection: 'stale' });
  t.equal(await redis.exists(keys.phone(phone.id), keys.bindings(phone.id), keys.nonces(phone.id)), 0);
});

t.test('a call takes the lock and counts the nonce, without a binding', async (t) => {
  const phone = await addPhone({ 'ip.mode': 'OPEN' });
  t.strictSame(await bindings.admit(admission(phone, { lock: '192.0.2.1', nonce: `${NOW}-n` })), {
    done: true,
    locked: true,
  });
  const locked = (await bindings.findPhone(usernameOf(phone))) as PhoneAccount;
  t.match(locked.fence, { mode: 'LOCKED', address: '192.0.2.1' });
  t.match(await bindings.admit(admission(locked, { nonce: `${NOW}-n` })), { rejection: 'replayed' });
  t.strictSame(await contactsOf(phone), []);
});

t.test('a nonce count may only rise (RFC 7616 3.4)', async (t) => {
  const phone = await addPhone();
  const once = (count: number) => bindings.admit(admission(phone, { nonce: `${NOW}-n`, count }));
  t.match(await once(3), { done: true });
  for (const count of [1, 2, 3]) t.match(await once(count), { rejection: 'replayed' }, `${count}`);
  t.match(await once(10), { done: true });
  t.match(await once(4), { rejection: 'replayed' });
});

t.test('of simultaneous requests with one nonce count exactly one is let in', async (t) => {
  const phone = await addPhone();
  const other = new Bindings(otherRedis);
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, i) => (i % 2 ? bindings : other).admit(admission(phone, { nonce: `${NOW}-n` }))),
  );
  t.equal(outcomes.filter(({ done }) => done).length, 1);
});

t.test('nonces beyond what is remembered cannot be replayed, newer ones still count', async (t) => {
  const phone = await addPhone();
  const use = (i: number, count: number) => bindings.admit(admission(phone, { nonce: `${NOW + i}-n`, count }));
  const used = NONCES_KEPT + 30;
  for (let i = 0; i < used; i++) t.match(await use(i, 1), { done: true });
  t.ok((await redis.hlen(keys.nonces(phone.id))) <= NONCES_KEPT + 1);
  for (let i = 0; i < used; i++) t.match(await use(i, 1), { rejection: 'replayed' }, `nonce ${i}`);
  t.match(await use(0, 2), { rejection: 'replayed' });
  t.match(await use(used - 1, 2), { done: true });
  t.match(await use(used, 1), { done: true });
});

t.test('the nonces are forgotten once they are too old to be accepted anyway', async (t) => {
  const phone = await addPhone();
  await bindings.admit(admission(phone));
  const left = await redis.pttl(keys.nonces(phone.id));
  t.ok(left > 300_000 && left <= 360_000, `${left}`);
});

t.test('the count of a request that fails is used up as well', async (t) => {
  const phone = await addPhone();
  await bindings.register(admission(phone), registration([contact('sip:a@h')], 5));
  const request = admission(phone, { nonce: `${NOW}-n` });
  t.match(await bindings.register(request, registration([contact('sip:a@h')], 5)), { rejection: 'out_of_order' });
  t.match(await bindings.register(request, registration([contact('sip:a@h')], 6)), { rejection: 'replayed' });
});

t.test('sweeping removes what ran out and tells each once, however many sweep', async (t) => {
  await redis.del(keys.expiries);
  const phone = await addPhone({ extension: 'e1' });
  const uris = Array.from({ length: 8 }, (_, i) => `sip:${i}@h`);
  await bindings.register(
    admission(phone),
    registration([...uris.map((uri) => contact(uri)), contact('sip:stays@h', 3_600)]),
  );
  const other = new Bindings(otherRedis);
  await bindings.expire(NOW + 59_999, 100);
  t.equal((await contactsOf(phone)).length, 9);
  await Promise.all(Array.from({ length: 10 }, (_, i) => (i % 2 ? bindings : other).expire(NOW + 60_000, 3)));
  t.strictSame(await contactsOf(phone), ['sip:stays@h']);
  const expired = (await eventsOf(phone)).filter(({ type }) => type === 'phone.expired');
  t.strictSame(expired.map((event) => event.contact).sort(), uris);
  t.match(expired[0], { at: NOW + 60_000, customer: 'c1', extension: 'e1', address: '192.0.2.1', port: 5062 });
});

t.test('a refreshed binding is not swept at its former time', async (t) => {
  const phone = await addPhone();
  await bindings.register(admission(phone), registration([contact('sip:a@h')]));
  await bindings.register(admission(phone, { now: NOW + 30_000 }), registration([contact('sip:a@h')], 2));
  await bindings.expire(NOW + 60_000, 100);
  t.strictSame(await contactsOf(phone), ['sip:a@h']);
});

t.test('an entry whose phone is gone is swept without an event', async (t) => {
  const phone = await addPhone();
  await bindings.register(admission(phone), registration([contact('sip:a@h')]));
  await redis.del(keys.phone(phone.id), keys.bindings(phone.id));
  await bindings.expire(NOW + 60_000, 100);
  t.equal(await redis.zscore(keys.expiries, `${phone.id}|sip:a@h`), null);
  t.notOk((await eventsOf(phone)).some(({ type }) => type === 'phone.expired'));
});

async function addPhone(fields: Record<string, string> = {}): Promise<PhoneAccount> {
  const id = (phones++).toString(16).padStart(24, '0');
  await redis.set(keys.customer('c1'), JSON.stringify({ _id: 'c1', name: 'One', active: true }));
  await redis.set(keys.username(`user${id}`), id);
  await redis.hset(keys.phone(id), {
    ...{ username: `user${id}`, password: 'sealed', customer: 'c1' },
    ...{ 'ip.mode': 'LOCKED', 'ip.address': '', 'ip.countries': '', ...fields },
  });
  return (await bindings.findPhone(`user${id}`)) as PhoneAccount;
}

function usernameOf({ id }: PhoneAccount): string {
  return `user${id}`;
}

let nonces = 0;

function admission(
  phone: PhoneAccount,
  {
    now = NOW,
    lock,
    nonce = `${NOW + nonces++}-x`,
    count = 1,
  }: { now?: number; lock?: string; nonce?: string; count?: number } = {},
): Admission {
  return {
    ...{ phone, now, lock, nonce: { id: nonce, count, age: 300_000 } },
    source: { address: '192.0.2.1', port: 5062, protocol: 'udp', country: 'DK', userAgent: 'Test/1' },
  };
}

function registration(contacts: readonly ContactUpdate[] | '*', cseq = 1): Registration {
  return { callId: 'call-1', cseq, contacts, limit: 10, localAddress: '10.0.0.1', server: 'edge' };
}

function contact(uri: string, expires = 60): ContactUpdate {
  return { key: uri, uri, expires };
}

async function contactsOf({ id }: PhoneAccount): Promise<string[]> {
  return (await bindings.live(id, NOW)).map((binding) => binding.contact).sort();
}

async function eventsOf({ id }: PhoneAccount) {
  return (await new Events(redis).read('0', 10_000)).filter(({ phone }) => phone === id);
}
