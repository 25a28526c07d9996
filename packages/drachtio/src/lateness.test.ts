import t from 'tap';
import { Lateness } from './lateness.js';
import { type Clock, Timers } from './timers.js';

/** A clock whose wake-ups come when a test says so. */
class LateClock implements Clock {
  #now = 0;
  #wake: { at: number; callback: () => void } | undefined;

  now(): number {
    return this.#now;
  }

  wake(ms: number, callback: () => void): () => void {
    this.#wake = { at: this.#now + ms, callback };
    return () => {
      this.#wake = undefined;
    };
  }

  /** Wakes what is to be woken next, so many milliseconds late. */
  next(late: number): void {
    const wake = this.#wake;
    if (wake === undefined) throw new Error('nothing to wake');
    this.#wake = undefined;
    this.#now = wake.at + late;
    wake.callback();
  }
}

t.test('a process is taken for overloaded when it is late four times in a row, until it is in time', async (t) => {
  const clock = new LateClock();
  const lateness = new Lateness(new Timers(clock), 300);
  lateness.start();
  const table: [late: number, isExceeded: boolean][] = [
    [5_000, false],
    [0, false],
    ...[301, 400, 301].map((late): [number, boolean] => [late, false]),
    [301, true],
    [1_000, true],
    [299, false],
    [400, false],
  ];
  for (const [late, isExceeded] of table) {
    clock.next(late);
    t.equal(lateness.isExceeded, isExceeded, `${late} ms late`);
  }
});
