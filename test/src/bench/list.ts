// Measures GET /pbx/sipphone: pages of 50 of a fleet, filtered and ordered, by an ADMIN who sees all customers.
// Usage: node test/dist/bench/list.js [phones] [customers] [times]
import { randomBytes } from 'node:crypto';
import { buildApi } from '@ringfence/api';
import { openCountries } from '@ringfence/geoip';
import { CATALOGUE, type NewPhone } from '@ringfence/phone';
import { keys, openStore, type Store } from '@ringfence/store';
import { startRedis } from '@ringfence/store/testing';

const [phones = 50_000, customers = 500, times = 20] = process.argv.slice(2).map(Number);
const WRITTEN_AT_ONCE = 500;
const QUERIES = [
  ...[
    '',
    'sort=extension',
    'sort=-expires',
    'sort=address',
    'sort=userAgent',
    'sort=model',
    'filter=Reception',
    'online=true',
  ],
  ...['filter=0004139&sort=-country&mode=OPEN', `offset=${phones - 50}`, 'limit=1000&sort=-created', 'full=true'],
];

const redis = await startRedis();
const store = openStore({ url: redis.url, masterKey: randomBytes(32), onError: console.error });
const countries = await openCountries({ provider: 'maxmind' });
const app = buildApi({ store, countries, credentialsOverlap: 0 });
try {
  await fill(store);
  const { text } = await store.tokens.create({ level: 'ADMIN', name: 'benchmark' });
  const list = async (query: string) => {
    const from = process.cpuUsage();
    const start = performance.now();
    const { statusCode } = await app.inject({
      url: `/pbx/sipphone?${query}`,
      headers: { authorization: `Bearer ${text}` },
    });
    if (statusCode !== 200) throw new Error(`${query}: ${statusCode}`);
    const { user, system } = process.cpuUsage(from);
    return { ms: performance.now() - start, cpu: (user + system) / 1_000 };
  };
  const memory = process.memoryUsage.rss();
  const first = await list('');
  console.log(`the first list, which reads all: ${first.ms.toFixed(0)} ms, ${first.cpu.toFixed(0)} ms of CPU`);
  console.log(`bytes a phone: ${Math.round((process.memoryUsage.rss() - memory) / phones)}`);
  for (const query of QUERIES) {
    const found: { ms: number; cpu: number }[] = [];
    for (let at = 0; at < times; at++) found.push(await list(query));
    const median = (of: 'ms' | 'cpu') =>
      found
        .map((one) => one[of])
        .sort((a, b) => a - b)
        [times >> 1]?.toFixed(1);
    console.log(`?${query}: ${median('ms')} ms, ${median('cpu')} ms of CPU`);
  }
} finally {
  await app.close();
  await store.close();
  await redis.close();
  countries.close();
}

/** Writes customers with phones, most of them registered. */
async function fill(store: Store): Promise<void> {
  const owners: { customer: string; extension: string }[] = [];
  for (let at = 0; at < customers; at++) {
    const { _id: customer } = await store.directory.createCustomer({ name: `customer ${at}` });
    const { _id } = await store.directory.createExtension({
      customer,
      number: String(100 + at),
      name: `Reception ${at}`,
    });
    owners.push({ customer, extension: _id });
  }
  for (let at = 0; at < phones; at += WRITTEN_AT_ONCE) {
    const numbers = Array.from({ length: Math.min(WRITTEN_AT_ONCE, phones - at) }, (_, index) => at + index);
    await Promise.all(
      numbers.map((number) => addPhone(store, number, owners[number % customers] as (typeof owners)[0])),
    );
  }
}

async function addPhone(
  { phones, redis, now }: Store,
  number: number,
  { customer, extension }: { customer: string; extension: string },
): Promise<void> {
  const model = CATALOGUE[number % CATALOGUE.length]?._id as string;
  const settings: NewPhone['settings'] = {
    ...{ pbxCluster: 1, sipPhoneModel: model, customer, ip: { mode: 'OPEN' }, notes: `Desk ${number}` },
    ...{ macAddress: `000413${number.toString(16).padStart(6, '0').toUpperCase()}`, ...(number % 3 && { extension }) },
  };
  const { _id } = await phones.create({ settings, places: 1, handsets: false });
  if (number % 4 === 0) return;
  const address = `${80 + (number % 9)}.${number % 251}.${number % 241}.9`;
  const binding = { contact: `sip:${number}@${address}`, expiresAt: now() + 600_000 + number, address };
  await redis.hset(keys.bindings(_id), 'x', JSON.stringify(binding));
  await redis.hset(keys.phone(_id), 'publicIpAddress', address, 'userAgent', `Yealink SIP-T46S 66.86.0.${number % 90}`);
}
