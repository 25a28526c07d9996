import type { Clock } from '../timers.js';

/** A clock for tests: time stands still until it is moved. */
export class ManualClock implements Clock {
  #now = 0;
  #wakes: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  wake(ms: number, callback: () => void): () => void {
    const wake = { at: this.#now + ms, callback };
    this.#wakes.push(wake);
    return () => {
      this.#wakes = this.#wakes.filter((other) => other !== wake);
    };
  }

  /** Moves time on, calling back on the way whatever is due. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#wakes.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#now = next.at;
      this.#wakes = this.#wakes.filter((other) => other !== next);
      next.callback();
    }
    this.#now = end;
  }
}
