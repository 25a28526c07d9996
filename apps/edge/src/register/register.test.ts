import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { Bench } from '../testing/bench.js';
import { param } from '../testing/message.js';

const bench = await Bench.start();
t.teardown(() => bench.close());

t.test('a phone registers, and is online at once (RFC 3261 10.3)', async (t) => {
  const account = await bench.account();
  const phone = await bench.phone(account);
  const challenge = await phone.ask({ method: 'REGISTER' });
  t.equal(challenge.status, 401);
  t.match(
    challenge.header('WWW-Authenticate'),
    /^Digest realm="ringfence", nonce="[\w-]{40}", algorithm=MD5, qop="auth"$/,
  );
  t.equal(challenge.all('WWW-Authenticate').length, 1);
  const response = await phone.register({ expires: 120 });
  t.equal(response.status, 200);
  t.equal(response.header('Contact'), `${phone.contact};expires=120`);
  t.match((await bench.store.phones.get(account.id))?.status, {
    online: true,
    expires: 120,
    userAgent: 'TestPhone/1.0',
    publicIpAddress: '127.0.0.1',
    localIpAddress: '127.0.0.1',
  });
  t.match(await bench.events(account.id), [
    { type: 'phone.created' },
    { type: 'phone.locked', address: '127.0.0.1' },
    {
      type: 'phone.registered',
      contact: phone.contact.slice(1, -1),
      expires: 120,
      protocol: 'udp',
      userAgent: 'TestPhone/1.0',
    },
  ]);
});

t.test('both algorithms are verified (RFC 8760)', async (t) => {
  const phone = await bench.phone(await bench.account());
  for (const algorithm of ['MD5', 'SHA-256'] as const) t.equal((await phone.register({}, { algorithm })).status, 200);
});

t.test('every refusal is the same 403', async (t) => {
  const account = await bench.account();
  const locked = await bench.account({ mode: 'LOCKED', address: '127.0.0.9' });
  const roaming = await bench.account({ mode: 'ROAMING', countries: 'DK' });
  const inactive = await bench.store.directory.createCustomer({ name: 'Gone', active: false });
  const ofInactive = await bench.account({ customer: inactive._id });
  const refused = [
    ['wrong_password', { ...account, password: 'x' }, account.id],
    ['unknown_user', { username: 'a'.repeat(32), password: 'x' }, undefined],
    ['unknown_user', { username: 'no such', password: 'x' }, undefined],
    ['address_not_allowed', locked, locked.id],
    ['country_unknown', roaming, roaming.id],
    ['customer_inactive', ofInactive, ofInactive.id],
  ] as const;
  const answers = new Set<string>();
  for (const [reason, credentials, id] of refused) {
    const phone = await bench.phone(credentials);
    const response = await phone.register({ to: '<sip:x@h>', from: '<sip:x@h>', callId: 'same', cseq: 1 });
    answers.add(response.text.replace(/branch=\w+|rport=\d+|127.0.0.1:\d+|tag=\w+|CSeq: \d+/g, ''));
    if (id) {
      const event = await bench.event(id, { type: 'phone.refused', reason });
      t.match(event, {
        method: 'REGISTER',
        address: '127.0.0.1',
        userAgent: 'TestPhone/1.0',
        username: credentials.username,
      });
    }
  }
  t.equal(answers.size, 1, [...answers].join('\n'));
  t.match([...answers][0], /^SIP\/2\.0 403 Forbidden/);
  t.match(await bench.store.phones.get(account.id), { ip: { mode: 'OPEN' }, status: { online: false } });
});

t.test('a phone registers itself and nobody else (RFC 3261 10.3)', async (t) => {
  const account = await bench.account();
  const phone = await bench.phone(account);
  const other = `<sip:${'b'.repeat(32)}@h>`;
  t.equal((await phone.register({ to: other })).status, 403);
  t.equal((await phone.register({ from: other })).status, 403);
  await bench.event(account.id, { type: 'phone.refused', reason: 'identity_mismatch' });
  t.match(await bench.store.phones.get(account.id), { ip: { mode: 'OPEN' } });
});

t.test('the first successful contact locks; another address is refused from then on', async (t) => {
  const account = await bench.account();
  const [here, there] = [await bench.phone(account), await bench.phone(account, '127.0.0.2')];
  t.equal((await here.register()).status, 200);
  t.equal((await there.register()).status, 403);
  t.equal((await here.register()).status, 200);
  t.match(await bench.event(account.id, { reason: 'address_not_allowed' }), { address: '127.0.0.2' });
});

t.test('of simultaneous first contacts from many addresses exactly one wins', async (t) => {
  const account = await bench.account();
  const phones = await Promise.all([1, 2, 3, 4, 5].map((n) => bench.phone(account, `127.0.0.${n}`)));
  const statuses = (await Promise.all(phones.map((phone) => phone.register()))).map(({ status }) => status);
  t.strictSame(statuses.sort(), [200, 403, 403, 403, 403]);
});

t.test('a roaming phone registers from its countries only', async (t) => {
  const account = await bench.account({ mode: 'ROAMING', countries: 'DK,NO' });
  t.equal((await (await bench.phone(account, '127.0.0.3')).register()).status, 200);
  t.equal((await (await bench.phone(account, '127.0.0.4')).register()).status, 403);
  t.equal((await (await bench.phone(account, '127.0.0.5')).register()).status, 403);
  await bench.event(account.id, { type: 'phone.registered', country: 'DK' });
  await bench.event(account.id, { reason: 'country_not_allowed', country: 'SE' });
  await bench.event(account.id, { reason: 'country_unknown' });
  t.match(await bench.store.phones.get(account.id), { ip: { mode: 'ROAMING' } });
});

t.test('expiry is granted within the limits (RFC 3261 10.3)', async (t) => {
  const phone = await bench.phone(await bench.account());
  const short = await phone.register({ expires: 59 });
  t.equal(short.status, 423);
  t.equal(short.header('Min-Expires'), '60');
  t.match((await phone.register({ expires: 100_000 })).header('Contact'), /expires=3600$/);
  t.match((await phone.register({ headers: { Expires: undefined } })).header('Contact'), /expires=3600$/);
});

t.test('a refused expiry or malformed request does not lock the phone', async (t) => {
  const account = await bench.account();
  const phone = await bench.phone(account);
  t.equal((await phone.register({ expires: 1 })).status, 423);
  for (const headers of [
    { Contact: 'nonsense' },
    { Contact: '<sip:a@h:99999>' },
    { Contact: '*' },
    { Contact: ['*', '<sip:a@h>'] },
    { Contact: Array(101).fill('<sip:a@h>') },
  ]) {
    t.equal((await phone.register({ headers })).status, 400, JSON.stringify(headers).slice(0, 60));
  }
  t.match(await bench.store.phones.get(account.id), { ip: { mode: 'OPEN' } });
});

t.test('several contacts, a query, and removing one or all (RFC 3261 10.2)', async (t) => {
  const phone = await bench.phone(await bench.account());
  const contacts = ['<sip:a@127.0.0.1:1>', '<sip:b@127.0.0.1:2>;q=0.5;expires=90'];
  const both = await phone.register({ headers: { Contact: contacts }, callId: 'one' });
  t.strictSame(listed(both.header('Contact')), [
    '<sip:a@127.0.0.1:1>;expires=300',
    '<sip:b@127.0.0.1:2>;q=0.5;expires=90',
  ]);
  const query = await phone.register({ headers: { Contact: undefined, Expires: undefined } });
  t.equal(listed(query.header('Contact')).length, 2);
  const less = await phone.register({ headers: { Contact: '<sip:a@127.0.0.1:1>;expires=0' }, callId: 'one' });
  t.match(less.header('Contact'), /^<sip:b@127\.0\.0\.1:2>/);
  const none = await phone.register({ headers: { Contact: '*' }, expires: 0 });
  t.equal(none.status, 200);
  t.strictSame(none.all('Contact'), []);
});

t.test('an older CSeq of the same Call-ID changes nothing (RFC 3261 10.3)', async (t) => {
  const phone = await bench.phone(await bench.account());
  const challenge = await phone.ask({ method: 'REGISTER' });
  const register = (cseq: number, nc: string) =>
    phone.ask({
      ...phone.answering(challenge, { method: 'REGISTER', callId: 'ordered', headers: { Expires: '300' } }, { nc }),
      cseq,
    });
  t.equal((await register(20, '00000001')).status, 200);
  t.equal((await register(19, '00000002')).status, 500);
  t.equal((await register(21, '00000003')).status, 200);
});

t.test('the contact limit replaces the stalest', async (t) => {
  const phone = await bench.phone(await bench.account());
  for (let i = 1; i <= 12; i++) {
    t.equal((await phone.register({ headers: { Contact: `<sip:a@127.0.0.1:${i}>` } })).status, 200);
  }
  const left = listed((await phone.register({ headers: { Contact: undefined } })).header('Contact'));
  t.strictSame(
    left.map((contact) => Number(/:(\d+)>/.exec(contact)?.[1])).sort((a, b) => a - b),
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  );
});

t.test('a nonce count cannot be used twice, not even after a restart of the edge', async (t) => {
  const account = await bench.account();
  const phone = await bench.phone(account);
  const challenge = await phone.ask({ method: 'REGISTER' });
  const request = phone.answering(challenge, { method: 'REGISTER', headers: { Expires: '300' } });
  t.equal((await phone.ask(request)).status, 200);
  const hijack = { ...request, headers: { ...request.headers, Contact: '<sip:evil@127.0.0.1:9>' } };
  for (let i = 0; i < 2; i++) {
    const replayed = await phone.ask(hijack);
    t.equal(replayed.status, 401);
    t.match(replayed.header('WWW-Authenticate'), /stale=true/);
    t.not(param(replayed.header('WWW-Authenticate'), 'nonce'), param(challenge.header('WWW-Authenticate'), 'nonce'));
    await bench.restartEdge();
  }
  await bench.event(account.id, { type: 'phone.refused', reason: 'nonce_replayed' });
  t.equal((await phone.ask(phone.answering(challenge, request, { nc: '00000002' }))).status, 200);
});

t.test('an answer that cannot count is challenged anew (RFC 7616 3.4)', async (t) => {
  const phone = await bench.phone(await bench.account());
  for (const [name, parts] of [
    ['no qop', { qop: undefined, nc: undefined, cnonce: undefined }],
    ['foreign nonce', { nonce: 'x'.repeat(40) }],
    ['another realm', { realm: 'elsewhere' }],
    ['auth-int', { qop: 'auth-int' }],
    ['MD5-sess', { algorithm: 'MD5-sess' }],
  ] as const) {
    const response = await phone.register(
      {},
      { parts: (all) => JSON.parse(JSON.stringify({ ...all, ...parts })) as Record<string, string> },
    );
    t.equal(response.status, 401, name);
    t.notMatch(response.header('WWW-Authenticate'), /stale/, name);
  }
});

t.test('the digest must be for this Request-URI', async (t) => {
  const phone = await bench.phone(await bench.account());
  t.equal((await phone.register({}, { uri: 'sip:elsewhere' })).status, 400);
  t.equal((await phone.register({}, { uri: 'sip:127.0.0.1:5060;transport=udp' })).status, 200);
});

t.test('what is malformed or required in vain is turned away before any challenge', async (t) => {
  const phone = await bench.phone(await bench.account());
  for (const [request, status] of [
    [{ headers: { Authorization: 'Digest realm="ringfence' } }, 400],
    [{ headers: { Authorization: `Digest realm="ringfence", x="${'y'.repeat(5_000)}"` } }, 400],
    [{ headers: { From: 'nonsense' } }, 400],
    [{ headers: { To: '<sip:a@h' } }, 400],
    [{ headers: { Require: 'precondition' } }, 420],
    [{ headers: { Contact: `<sip:a@h>;x=${'y'.repeat(5_000)}` } }, 400],
  ] as const) {
    const response = await phone.ask({ method: 'REGISTER', ...request });
    t.equal(response.status, status, JSON.stringify(request).slice(0, 60));
    if (status === 420) t.equal(response.header('Unsupported'), 'precondition');
  }
});

t.test('a method that is REGISTER only when decoded is not registered (RFC 4475 3.1.1.2)', async (t) => {
  const phone = await bench.phone(await bench.account());
  const text = phone.compose({ method: 'RE%47ISTER', callId: 'escaped', cseq: 1 });
  phone.send(text);
  const response = await phone.response('escaped', 1);
  t.ok([405, 501, 503].includes(response.status), response.start);
});

t.test('hundreds of contacts in one datagram are turned away before they are read', async (t) => {
  const phone = await bench.phone(await bench.account());
  const Contact = Array.from({ length: 1_500 }, (_, i) => `<sip:a${i}@127.0.0.1:5060>`).join(', ');
  const began = performance.now();
  const response = await phone.ask({ method: 'REGISTER', headers: { Contact } });
  t.equal(response.status, 400);
  t.ok(performance.now() - began < 3_000);
});

t.test('a binding that runs out is told within two seconds, without any request', async (t) => {
  const account = await bench.account();
  const phone = await bench.phone(account);
  await phone.register();
  await bench.store.redis.eval(
    `local b = cjson.decode(redis.call('HVALS', KEYS[1])[1]); local k = redis.call('HKEYS', KEYS[1])[1]
     b.expiresAt = tonumber(ARGV[1]); redis.call('HSET', KEYS[1], k, cjson.encode(b))
     redis.call('ZADD', KEYS[2], ARGV[1], ARGV[2] .. '|' .. k)`,
    ...[2, `rf:bindings:{${account.id}}`, 'rf:expiries', `${Date.now() + 300}`, account.id],
  );
  const event = await bench.event(account.id, { type: 'phone.expired' }, 2_300);
  t.match(event, { contact: phone.contact.slice(1, -1), address: '127.0.0.1' });
  t.match((await bench.store.phones.get(account.id))?.status, { online: false, expires: -1 });
});

t.test('while Redis is down phones are told to come back, and served as soon as it is there again', async (t) => {
  const phone = await bench.phone(await bench.account());
  const challenge = await phone.ask({ method: 'REGISTER' });
  await bench.redis.stop();
  const began = Date.now();
  const response = await phone.ask(phone.answering(challenge, { method: 'REGISTER' }));
  t.equal(response.status, 503);
  t.match(response.header('Retry-After'), /^\d+$/);
  t.ok(Date.now() - began < 6_000, `${Date.now() - began} ms`);
  await bench.redis.start();
  await sleep(600);
  const customer = await bench.store.directory.createCustomer({ name: 'New' });
  const later = await bench.phone(await bench.account({ customer: customer._id }));
  t.equal((await later.register()).status, 200);
});

function listed(contacts: string): string[] {
  return contacts.split(/,\s*/).sort();
}
