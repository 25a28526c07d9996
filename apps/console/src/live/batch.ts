import type { Event } from '../api/types.js';

/** Most events that wait for the next frame; beyond it the page reads anew instead. */
const WAITING = 5_000;

/** Milliseconds between two batches while the page is not seen: browsers draw no frames then. */
const UNSEEN = 500;

/** Told of events in batches, at most one a frame. */
export interface BatchListener {
  events(batch: readonly Event[]): void;
  /** Events were lost: what was derived from them must be read again. */
  missed(): void;
}

/** Gathers events and hands them out once a frame, so that however many come, the page is drawn in between. */
export class EventBatches {
  readonly #listeners = new Set<BatchListener>();
  readonly #schedule: (flush: () => void) => void;
  #waiting: Event[] = [];
  #isMissed = false;
  #isScheduled = false;

  /** @param schedule calls what it is given at the next good moment */
  constructor(schedule = nextFrame) {
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
    this.#schedule(() => this.#flush());
  }

  #flush(): void {
    const [batch, isMissed] = [this.#waiting, this.#isMissed];
    this.#waiting = [];
    this.#isMissed = false;
    this.#isScheduled = false;
    for (const listener of this.#listeners) {
      if (isMissed) listener.missed();
      if (batch.length > 0) listener.events(batch);
    }
  }
}

function nextFrame(flush: () => void): void {
  if (document.hidden) window.setTimeout(flush, UNSEEN);
  else window.requestAnimationFrame(flush);
}
