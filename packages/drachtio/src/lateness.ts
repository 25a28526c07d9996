import type { Timers } from './timers.js';

/** How often it is looked whether the process is late, in milliseconds. */
const PERIOD = 100;
/** How often in a row it must be late: one long pause is no overload. */
const TIMES = 4;

/**
 * Tells whether the process can't keep up: everything that is due comes late, again and again. What it reads then has
 * waited as long.
 */
export class Lateness {
  readonly #timers: Timers;
  readonly #allowed: number;
  #lateInRow = 0;

  /** @param allowed milliseconds that it may be late */
  constructor(timers: Timers, allowed: number) {
    this.#timers = timers;
    this.#allowed = allowed;
  }

  /** Begins to watch; ends with the timers. */
  start(): void {
    const due = this.#timers.now() + PERIOD;
    this.#timers.start(PERIOD, () => {
      this.#lateInRow = this.#timers.now() - due > this.#allowed ? this.#lateInRow + 1 : 0;
      this.start();
    });
  }

  get isExceeded(): boolean {
    return this.#lateInRow >= TIMES;
  }
}
