import type { Model } from '@ringfence/phone';
import t from 'tap';
import { Bench, type StoredAccount } from '../testing/bench.js';
import type { TestPhone } from '../testing/phone.js';
import { readGruu } from './gruu.js';

const bench = await Bench.start({ serviceRoute: '<sip:edge.example.com;lr>' });
t.teardown(() => bench.close());

const INSTANCE = '<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>';

async function fresh(): Promise<{ account: StoredAccount; phone: TestPhone }> {
  const account = await bench.account();
  return { account, phone: await bench.phone(account) };
}

t.test(
  'a client that keeps flows is told that we do too, and of two flows both stand (RFC 5626 section 6)',
  async (t) => {
    const { account, phone } = await fresh();
    const contact = (regId: number) => `${phone.contact};+sip.instance="${INSTANCE}";reg-id=${regId}`;
    const headers = (regId: number) => ({ Contact: contact(regId), Supported: 'path, outbound', Require: 'outbound' });
    const first = await phone.register({ headers: headers(1) });
    t.equal(first.status, 200);
    t.equal(first.header('Require'), 'outbound');
    t.match(first.header('Contact'), `+sip.instance="${INSTANCE}";reg-id=1`);
    await phone.register({ headers: headers(2) });
    t.equal((await bench.store.bindings.live(account.id, Date.now())).length, 2);
    await phone.register({ headers: headers(2) });
    t.equal((await bench.store.bindings.live(account.id, Date.now())).length, 2, 'a flow is replaced by itself');
  },
);

t.test('who does not say that it supports outbound gets an ordinary binding, without the header', async (t) => {
  const { phone } = await fresh();
  const Contact = `${phone.contact};+sip.instance="${INSTANCE}";reg-id=1`;
  t.equal((await phone.register({ headers: { Contact } })).header('Require'), '');
});

t.test('outbound through a first hop that does not support it is answered 439 (RFC 5626 section 6)', async (t) => {
  const { phone } = await fresh();
  const Contact = `${phone.contact};+sip.instance="${INSTANCE}";reg-id=1`;
  const request = { fromVia: 'SIP/2.0/UDP 10.0.0.5;branch=z9hG4bKp2', headers: { Contact, Supported: 'outbound' } };
  t.equal((await phone.register(request)).status, 439);
  const Path = '<sip:far.example.com;lr>, <sip:token@near.example.com;lr;ob>';
  const through = await phone.register({ ...request, headers: { ...request.headers, Path } });
  t.equal(through.status, 200);
  t.equal(through.header('Path'), Path, 'and the Path comes back (RFC 3327 section 5.3)');
});

t.test('the Path is kept with the binding, and an unreadable one is answered 400', async (t) => {
  const { account, phone } = await fresh();
  await phone.register({ headers: { Path: '<sip:a.example.com;lr>,<sip:b.example.com;lr>', Supported: 'path' } });
  const [binding] = await bench.store.bindings.live(account.id, Date.now());
  t.strictSame(binding?.path, ['sip:a.example.com;lr', 'sip:b.example.com;lr']);
  t.equal((await phone.register({ headers: { Path: 'nonsense' } })).status, 400);
  t.equal((await phone.register({ headers: { Path: Array(9).fill('<sip:a@h>').join(',') } })).status, 400);
});

t.test('the route that phones are to take is told while they have a contact (RFC 3608)', async (t) => {
  const { phone } = await fresh();
  t.equal((await phone.register()).header('Service-Route'), '<sip:edge.example.com;lr>');
  t.equal((await phone.register({ headers: { Contact: '*' }, expires: 0 })).header('Service-Route'), '');
});

t.test('a client that knows of GRUUs gets two for its instance, which lead back to it (RFC 5627)', async (t) => {
  const { account, phone } = await fresh();
  const headers = { Contact: `${phone.contact};+sip.instance="${INSTANCE}"`, Supported: 'gruu' };
  const contact = (await phone.register({ headers })).header('Contact');
  const [, open = '', temporary = ''] = /;pub-gruu="([^"]*)";temp-gruu="([^"]*)"/.exec(contact) ?? [];
  t.equal(open, `sip:${account.username}@ringfence;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6`);
  t.notMatch(temporary, account.username);
  const again = (await phone.register({ headers })).header('Contact');
  t.notMatch(again, temporary, 'the temporary one is another each time');
  const user = /^sip:([^@]*)@ringfence;gr$/.exec(temporary)?.[1] ?? '';
  const params = new Map([['gr', '']]);
  t.match(readGruu(bench.store.secrets, { user, params }), { phone: account.id });
  t.equal(readGruu(bench.store.secrets, { user: `${user.slice(0, -2)}xx`, params }), undefined, 'none can be made up');
  t.strictSame(readGruu(bench.store.secrets, { user: 'x', params: new Map([['gr', 'urn:uuid:1']]) }), {
    username: 'x',
    instance: '<urn:uuid:1>',
  });
  const plain = await phone.register({ headers: { Contact: headers.Contact } });
  t.notMatch(plain.header('Contact'), 'gruu', 'who knows nothing of them gets none');
});

t.test('of a request through a trusted proxy, the client counts, and calls go back through the proxy', async (t) => {
  const account = await bench.account({ mode: 'LOCKED', address: '203.0.113.7' });
  const proxy = await bench.phone(account, '127.0.0.9');
  const fromVia = 'SIP/2.0/UDP 10.0.0.5:5062;received=203.0.113.7;rport=40000;branch=z9hG4bKc';
  const contact = `<sip:${account.username}@10.0.0.5:5062>`;
  t.equal((await proxy.register({ fromVia, headers: { Contact: contact } })).status, 200);
  const [binding] = await bench.store.bindings.live(account.id, Date.now());
  const port = Number(proxy.hostPort.split(':')[1]);
  t.match(binding, { address: '203.0.113.7', port: 40_000, proxy: { address: '127.0.0.9', port } });
  const other = 'SIP/2.0/UDP 203.0.113.8:5062;branch=z9hG4bKc';
  t.equal((await proxy.register({ fromVia: other })).status, 403, 'the fence is for the client');
  t.equal((await proxy.register({ fromVia: 'SIP/2.0/UDP nowhere;branch=z9hG4bKc' })).status, 400);
  const stranger = await bench.phone(account, '127.0.0.8');
  t.equal((await stranger.register({ fromVia })).status, 403, 'nobody else is believed');
});

t.test(
  'a phone whose model can do SHA-256 is challenged with it first, and gets in with either (RFC 8760)',
  async (t) => {
    const { _id: _, ...known } = (await bench.store.models.list())[0] as Model;
    const written = await bench.store.models.add({ ...known, model: 'Modern', digest: ['SHA-256', 'MD5'] });
    if (!('model' in written)) throw new Error(JSON.stringify(written));
    const account = await bench.account({ model: written.model._id });
    const phone = await bench.phone(account);
    let challenges: string[] = [];
    for (let i = 0; i < 50 && challenges.length < 2; i++) {
      challenges = (await phone.ask({ method: 'REGISTER' })).all('WWW-Authenticate');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    t.match(challenges, [/algorithm=SHA-256/, /algorithm=MD5/]);
    t.equal((await phone.register({}, { algorithm: 'SHA-256' })).status, 200);
    t.equal((await phone.register({}, { algorithm: 'MD5' })).status, 200);
    const old = await bench.phone(await bench.account());
    t.match((await old.ask({ method: 'REGISTER' })).all('WWW-Authenticate'), [/algorithm=MD5/]);
  },
);
