import t from 'tap';
import { ManualClock } from './testing/manual-clock.js';
import { Timers } from './timers.js';

t.test('timers fire in time, once, in order', async (t) => {
  const clock = new ManualClock();
  const timers = new Timers(clock);
  const fired: string[] = [];
  timers.start(200, () => fired.push(`b@${clock.now()}`));
  timers.start(100, () => fired.push(`a@${clock.now()}`));
  timers.start(200, () => fired.push(`c@${clock.now()}`));
  clock.advance(99);
  t.same(fired, []);
  clock.advance(500);
  t.same(fired, ['a@100', 'b@200', 'c@200']);
  t.equal(timers.size, 0);
});

t.test('a cancelled timer does not fire; cancelling again, or one that fired, does nothing', async (t) => {
  const clock = new ManualClock();
  const timers = new Timers(clock);
  let fired = 0;
  const timer = timers.start(100, () => {
    fired += 1;
  });
  const other = timers.start(100, () => {
    fired += 10;
  });
  timers.cancel(timer);
  timers.cancel(timer);
  clock.advance(100);
  timers.cancel(other);
  timers.cancel(undefined);
  t.equal(fired, 10);
  t.equal(timers.size, 0);
});

t.test('a timer may start and cancel others while it fires', async (t) => {
  const clock = new ManualClock();
  const timers = new Timers(clock);
  const fired: string[] = [];
  timers.start(100, () => {
    fired.push('first');
    timers.cancel(second);
    timers.start(0, () => fired.push('started'));
  });
  const second = timers.start(100, () => fired.push('second'));
  clock.advance(100);
  clock.advance(0);
  t.same(fired, ['first', 'started']);
});

t.test('a timer that throws is reported and stops no other', async (t) => {
  const clock = new ManualClock();
  const errors: unknown[] = [];
  const timers = new Timers(clock, (error) => errors.push(error));
  let fired = 0;
  timers.start(10, () => {
    throw new Error('bad');
  });
  timers.start(10, () => {
    fired += 1;
  });
  timers.start(20, () => {
    fired += 1;
  });
  clock.advance(50);
  t.same([errors.length, fired], [1, 2]);
});

t.test('cleared timers are gone and new ones work', async (t) => {
  const clock = new ManualClock();
  const timers = new Timers(clock);
  let fired = 0;
  timers.start(10, () => {
    fired += 1;
  });
  timers.clear();
  timers.start(20, () => {
    fired += 100;
  });
  clock.advance(50);
  t.equal(fired, 100);
});
