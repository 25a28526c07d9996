import type { Timer, Timers } from '../timers.js';

/** Repeats something at growing intervals: the first is given, each next is double, up to a longest. */
export class Retransmission {
  readonly #timers: Timers;
  readonly #longest: number;
  readonly #repeat: () => void;
  #interval: number;
  #timer: Timer | undefined;

  constructor(timers: Timers, { first, longest }: { first: number; longest: number }, repeat: () => void) {
    this.#timers = timers;
    this.#interval = first;
    this.#longest = longest;
    this.#repeat = repeat;
    this.#schedule();
  }

  /** Goes on at the longest interval (RFC 3261 section 17.1.2.2, after a provisional response). */
  slowDown(): void {
    this.#interval = this.#longest;
  }

  stop(): void {
    this.#timers.cancel(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    this.#timer = this.#timers.start(this.#interval, () => {
      this.#interval = Math.min(2 * this.#interval, this.#longest);
      this.#schedule();
      this.#repeat();
    });
  }
}
