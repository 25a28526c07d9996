import t from 'tap';
import type { Event } from '../api/types.js';
import { EventBatches } from './batch.js';

const event = (n: number): Event => ({ id: `${n}-0`, type: 'phone.registered', at: n });

/** Batches that are handed out when the test says so, and what a listener was told. */
function batches() {
  const frames: (() => void)[] = [];
  const pauses: number[] = [];
  const told: (number[] | 'missed')[] = [];
  const made = new EventBatches((flush, pause) => {
    frames.push(flush);
    pauses.push(pause);
  });
  const stop = made.listen({
    events: (batch) => told.push(batch.map(({ at }) => at)),
    missed: () => told.push('missed'),
  });
  return { made, told, stop, frames, pauses, draw: () => frames.shift()?.() };
}

t.test('events are told together, in order, however many come', async (t) => {
  const { made, told, frames, pauses, draw } = batches();
  for (const n of [1, 2, 3]) made.add(event(n));
  t.equal(frames.length, 1);
  t.same(told, []);
  draw();
  made.add(event(4));
  draw();
  t.same(told, [[1, 2, 3], [4]]);
  t.equal(pauses[0], 0, 'the first is told at once');
  t.ok((pauses[1] ?? 0) > 150, 'the next a moment later');
});

t.test('when too many wait they are forgotten, and it is said that events are missing', async (t) => {
  const { made, told, draw } = batches();
  for (let n = 0; n <= 5_000; n++) made.add(event(n));
  made.add(event(9_999));
  draw();
  t.same(told, ['missed', [9_999]]);
});

t.test('who stops listening is told nothing more', async (t) => {
  const { made, told, stop, draw } = batches();
  made.add(event(1));
  stop();
  draw();
  t.same(told, []);
});
