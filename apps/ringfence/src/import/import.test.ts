import { randomBytes } from 'node:crypto';
import { CATALOGUE, type Model } from '@ringfence/phone';
import { keys, openStore } from '@ringfence/store';
import { startRedis } from '@ringfence/store/testing';
import t from 'tap';
import type { EntryError, SourceEntry } from './entry.js';
import { importEntries } from './import.js';

const server = await startRedis();
const store = openStore({ url: server.url, masterKey: randomBytes(32), onError: () => {} });
t.teardown(async () => {
  await store.close();
  await server.close();
});
t.beforeEach(() => store.redis.flushdb());

const find = (name: string) => (CATALOGUE.find(({ model }) => model === name) as Model)._id;
const id = (letter: string, at = 0) => letter + at.toString(16).padStart(23, '0');

async function* source(entries: object[]): AsyncGenerator<SourceEntry> {
  for (const [at, json] of entries.entries()) yield 'error' in json ? (json as SourceEntry) : { line: at + 1, json };
}

/** Imports entries; gives the counts, and the errors as `line code path`. */
async function take(entries: object[]) {
  const bad: string[] = [];
  const progress: number[] = [];
  const counts = await importEntries(store, source(entries), {
    bad: (line, errors) => bad.push(...errors.map(({ code, message }) => `${line} ${code} ${message}`)),
    progress: ({ read }) => progress.push(read),
  });
  return { counts, bad, progress };
}

const customer = { kind: 'customer', _id: id('c'), name: 'Acme' };
const extension = (at: number) => ({
  ...{ kind: 'extension', _id: id('e', at), customer: id('c'), number: String(100 + at), name: `Extension ${at}` },
});
const DIRECTORY = [
  customer,
  ...Array.from({ length: 200 }, (_, at) => extension(at)),
  { kind: 'group', _id: id('a'), customer: id('c'), name: 'Sales', controllers: [id('e', 3)] },
  { kind: 'queue', _id: id('b'), customer: id('c'), name: 'Support' },
  { kind: 'product', _id: id('f'), name: 'Desk phone' },
  {
    ...{ kind: 'sipphone', customer: id('c').toUpperCase(), sipPhoneModel: find('D785'), macAddress: '000413000001' },
    ...{ extension: id('e', 3), product: id('f') },
    softkeys: [
      { index: 0, function: 'PICKUPGROUP', value: id('a') },
      { index: 1, function: 'QUEUE', value: id('b') },
    ],
  },
];

t.test('a directory and its phones are taken in the order of their file', async (t) => {
  const { counts, bad, progress } = await take(DIRECTORY);
  t.same(bad, []);
  t.same(counts, { read: 205, created: 205, known: 0, bad: 0 });
  t.same(progress.at(-1), 205);
  t.equal((await store.directory.extensions.list(id('c'), { offset: 0, limit: 1 })).total, 200);
  const [phone = ''] = await store.directory.phonesOfExtension(id('e', 3));
  t.match(await store.phones.get(phone), { macAddress: '000413000001', product: id('f'), username: /^[a-z0-9]{32}$/ });
});

t.test('the same entries again change nothing; what is added to them is taken', async (t) => {
  await take(DIRECTORY);
  const before = await store.redis.dbsize();
  t.same((await take(DIRECTORY)).counts, { read: 205, created: 0, known: 205, bad: 0 });
  t.equal(await store.redis.dbsize(), before);
  t.same((await take([...DIRECTORY, extension(300)])).counts, { read: 206, created: 1, known: 205, bad: 0 });
});

t.test('two imports of one file at a time make everything once', async (t) => {
  const both = await Promise.all([take(DIRECTORY), take(DIRECTORY)]);
  t.same([...both[0].bad, ...both[1].bad], []);
  t.equal(both[0].counts.created + both[1].counts.created, 205);
  t.equal((await store.redis.smembers(keys.customerPhones(id('c')))).length, 1);
});

t.test('entries of one batch may refer to each other, and handsets take their places in order', async (t) => {
  const base = { kind: 'sipphone', customer: id('c'), sipPhoneModel: find('N510 IP PRO'), macAddress: '7C2F80000001' };
  const soft = { kind: 'sipphone', customer: id('c'), sipPhoneModel: find('Softphone') };
  const { counts, bad } = await take([
    customer,
    ...Array.from({ length: 6 }, (_, at) => ({ ...base, _id: id('d', at), handsetAddress: `0${at}` })),
    { ...soft, _id: id('5', 1) },
    {
      ...{ kind: 'sipphone', customer: id('c'), sipPhoneModel: find('D785'), macAddress: '000413000002' },
      softkeys: [{ index: 0, function: 'DNDOTHER', value: id('5', 1) }],
    },
  ]);
  t.same(bad, []);
  t.equal(counts.created, 9);
  for (let at = 0; at < 6; at++) t.equal((await store.phones.get(id('d', at)))?.handsetIndex, at);
});

t.test('whatever is wrong is told by line in the words of the API, and the rest is taken', async (t) => {
  const error: EntryError = { code: 400, message: 'bad_request', description: 'Body is not valid JSON' };
  const { counts, bad } = await take([
    customer,
    { line: 2, error },
    { kind: 'nonsense' },
    { kind: '__proto__' },
    { name: 'no kind' },
    { ...customer, _id: 'x', name: 'Other' },
    { ...customer, _id: 5, name: 'Other' },
    { ...extension(1), customer: id('d') },
    extension(2),
    { ...extension(3), number: '102' },
    { ...extension(4), number: 'x', nonsense: 1 },
    { kind: 'sipphone', customer: id('c'), sipPhoneModel: find('D785'), macAddress: 'x', ip: { mode: 'ROAMING' } },
    { kind: 'sipphone', sipPhoneModel: find('Softphone') },
  ]);
  t.same(bad, [
    '2 400 bad_request',
    '3 422 kind',
    '4 422 kind',
    '5 422 kind',
    '6 422 _id',
    '7 422 _id',
    '8 404 customer',
    '10 409 number',
    '11 422 number',
    '11 422 nonsense',
    '12 422 macAddress',
    '12 409 ip.mode',
    '13 404 customer',
  ]);
  t.same(counts, { read: 13, created: 2, known: 0, bad: 11 });
});

t.test('a store that fails ends it with an error', async (t) => {
  await store.redis.config('SET', 'maxmemory', '1');
  await t.rejects(take(DIRECTORY), /OOM/);
  await store.redis.config('SET', 'maxmemory', '0');
  t.same((await take(DIRECTORY)).bad, []);
});
