// Measures GET /pbx/sipphone: pages of 50 of a fleet, filtered and ordered, by an ADMIN who sees all customers.
// Usage: node test/dist/bench/list.js [phones] [customers] [times]
import { randomBytes } from 'node:crypto';
import { buildApi } from '@ringfence/api';
import { openCountries } from '@ringfence/geoip';
import { openStore } from '@ringfence/store';
import { startRedis } from '@ringfence/store/testing';
import { writeFleet } from './large-fleet.js';

const [phones = 50_000, customers = 500, times = 20] = process.argv.slice(2).map(Number);
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
  await writeFleet(store, phones, customers);
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
