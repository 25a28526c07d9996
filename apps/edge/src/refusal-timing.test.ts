import t from 'tap';
import { Bench } from './testing/bench.js';

/** Probes of each kind; four kinds make 2,000. */
const PROBES = 500;

/** Beyond this, chance would explain a difference once in 10,000 comparisons. */
const SIGNIFICANT = 3.9;

const bench = await Bench.start();
t.teardown(() => bench.close());

t.test(
  '2,000 refusals tell by nothing which reason they have, neither by what is written nor by their time',
  async (t) => {
    const { _id: inactive } = await bench.store.directory.createCustomer({ name: 'Inactive', active: false });
    const known = await bench.account({ mode: 'LOCKED', address: '127.0.0.1' });
    const probes = {
      'unknown user': await bench.phone({ username: 'u'.repeat(32), password: 'p' }),
      'wrong password': await bench.phone({ ...known, password: 'wrong' }),
      'wrong address': await bench.phone(await bench.account({ mode: 'LOCKED', address: '203.0.113.1' })),
      'inactive customer': await bench.phone(await bench.account({ customer: inactive })),
    };
    const times = new Map(Object.keys(probes).map((name): [string, number[]] => [name, []]));
    const texts = new Set<string>();
    for (let round = -20; round < PROBES; round++) {
      for (const [name, phone] of shuffled(Object.entries(probes))) {
        const challenge = await phone.ask({ method: 'REGISTER' });
        const request = phone.answering(challenge, { method: 'REGISTER' });
        const began = process.hrtime.bigint();
        const { text, status } = await phone.ask(request);
        const took = Number(process.hrtime.bigint() - began);
        if (round < 0) continue;
        times.get(name)?.push(took);
        texts.add(`${status} ${text.replace(/^(Via|From|To|Call-ID|CSeq): .*\r\n/gm, '$1\r\n')}`);
      }
    }
    t.equal(texts.size, 1, [...texts].join('\n'));
    t.match([...texts][0], /^403 /);
    const names = Object.keys(probes);
    for (const [at, one] of names.entries()) {
      for (const other of names.slice(at + 1)) {
        const z = rankSumScore(times.get(one) ?? [], times.get(other) ?? []);
        t.ok(Math.abs(z) < SIGNIFICANT, `${one} and ${other}: z = ${z.toFixed(2)}`);
      }
    }
  },
);

/** In another order each round, so that what is slow for a while is slow for all. */
function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** The standard score of the rank sum test (Mann and Whitney): how far two samples are from being of one kind. */
function rankSumScore(a: readonly number[], b: readonly number[]): number {
  const all = [...a.map((value) => ({ value, isA: 1 })), ...b.map((value) => ({ value, isA: 0 }))];
  all.sort((x, y) => x.value - y.value);
  const ranks = all.reduce((sum, { isA }, at) => sum + isA * (at + 1), 0);
  const u = ranks - (a.length * (a.length + 1)) / 2;
  const deviation = Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12);
  return (u - (a.length * b.length) / 2) / deviation;
}
