import t from 'tap';
import { runBulk } from './bulk.js';

const ids = Array.from({ length: 20 }, (_, at) => String(at));

t.test('everything is done once, a few at the same time, and progress is told', async (t) => {
  let [running, most] = [0, 0];
  const seen: string[] = [];
  const progress: number[] = [];
  const run = async (id: string) => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running--;
    seen.push(id);
  };
  const { done, failed } = await runBulk(ids, run, (n) => progress.push(n));
  t.equal(done, 20);
  t.equal(failed.size, 0);
  t.same(new Set(seen), new Set(ids));
  t.equal(seen.length, 20);
  t.equal(most, 4);
  t.equal(progress.at(-1), 20);
});

t.test('what fails stops nothing, and is counted by its reason', async (t) => {
  const run = async (id: string) => {
    if (Number(id) % 5 === 0) throw new Error(Number(id) < 10 ? 'offline' : 'gone');
  };
  const { done, failed } = await runBulk(ids, run, () => {});
  t.equal(done, 16);
  t.same(
    [...failed],
    [
      ['offline', 2],
      ['gone', 2],
    ],
  );
});
