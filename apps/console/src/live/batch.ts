import type { Event } from '../api/types.js';

/** Most events that wait for the next frame; beyond it the page reads anew instead. */
const WAITING = 5_000;

/** Milliseconds between two batches: what changes faster nobody can read. */
const PAUSE = 200;

const later = (flush: () => void, pause: number) => void window.setTimeout(flush, pause);

/** Told of events in batches. */
export interface BatchListener {
  events(batch: readonly Event[]): void;
  /** Events were lost: what was derived from them must be read again. */
  missed(): void;
}

/** Gathers events and hands them out a few times a second, so that however many come, there is time for all else. */
export class EventBatches {
  readonly #listeners = new Set<BatchListener>();
  readonly #schedule: (flush: () => void, pause: number) => void;
  #flushedAt = Number.NEGATIVE_INFINITY;
  #waiting: Event[] = [];
  #isMissed = false;
  #isScheduled = false;

  /** @param schedule calls what it is given after a number of milliseconds */
  constructor(schedule: (flush: () => void, pause: number) => void = later) {
    this.#schedule = schedule;
  }

  add(event: Event): void {
    if (this.#waiting.length >= WAITING) {
      this.miss();
      return;
    }
    this.#waiting.push(event);
    this.#flushLater();
  }

  /** Says that events are gone; those that wait count no more. */
  miss(): void {
    this.#waiting = [];
    this.#isMissed = true;
    this.#flushLater();
  }

  /** @returns stops listening */
  listen(listener: BatchListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #flushLater(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#schedule(() => this.#flush(), Math.max(0, this.#flushedAt + PAUSE - performance.now()));
  }

  #flush(): void {
    const [batch, isMissed] = [this.#waiting, this.#isMissed];
    this.#waiting = [];
    this.#isMissed = false;
    this.#isScheduled = false;
    this.#flushedAt = performance.now();
    for (const listener of this.#listeners) {
      if (isMissed) listener.missed();
      if (batch.length > 0) listener.events(batch);
    }
  }
}
