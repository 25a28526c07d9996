/** Time as the server sees it: the system's, or one that a test moves by hand. */
export interface Clock {
  /** Milliseconds that never run backwards. */
  now(): number;
  /** Calls back once after `ms` milliseconds, unless the function it gives is called before. */
  wake(ms: number, callback: () => void): () => void;
}

/** A timer that has been started. */
export interface Timer {
  readonly due: number;
}

/** The clock of the machine. Its timers don't keep the process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wake(ms, callback) {
    const timeout = setTimeout(callback, ms).unref();
    return () => clearTimeout(timeout);
  },
};

/**
 * All timers of the server. SIP uses a handful of durations for a great many timers, so there is one queue for each
 * duration, in which the timers are due in the order they were started: starting and cancelling take constant time, and
 * the system has one timer to wake for.
 */
export class Timers {
  readonly #clock: Clock;
  readonly #failed: (error: unknown) => void;
  readonly #queues = new Map<number, Queue>();
  #size = 0;
  #wakeAt = Number.POSITIVE_INFINITY;
  #cancelWake: (() => void) | undefined;

  /** @param failed told of what a timer throws; the other timers go on */
  constructor(clock: Clock = systemClock, failed: (error: unknown) => void = rethrow) {
    this.#clock = clock;
    this.#failed = failed;
  }

  /** How many timers are running. */
  get size(): number {
    return this.#size;
  }

  /** The clock's time in milliseconds. */
  now(): number {
    return this.#clock.now();
  }

  /** Starts a timer that calls `fire` once after `ms` milliseconds. */
  start(ms: number, fire: () => void): Timer {
    let queue = this.#queues.get(ms);
    if (queue === undefined) {
      queue = newQueue();
      this.#queues.set(ms, queue);
    }
    const entry: Entry = { due: this.#clock.now() + ms, fire, previous: queue.previous, next: queue };
    queue.previous.next = entry;
    queue.previous = entry;
    this.#size += 1;
    if (entry.due < this.#wakeAt) this.#wake(entry.due);
    return entry;
  }

  /** Stops a timer. Does nothing when it has fired or been stopped already, or was never started. */
  cancel(timer: Timer | undefined): void {
    const entry = timer as Entry | undefined;
    if (entry === undefined || entry.next === entry) return;
    this.#remove(entry);
  }

  /** Stops all timers. */
  clear(): void {
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    this.#queues.clear();
    this.#size = 0;
  }

  #remove(entry: Entry): void {
    entry.previous.next = entry.next;
    entry.next.previous = entry.previous;
    entry.next = entry;
    entry.previous = entry;
    this.#size -= 1;
  }

  #wake(at: number): void {
    this.#cancelWake?.();
    this.#wakeAt = at;
    this.#cancelWake = this.#clock.wake(Math.max(0, Math.ceil(at - this.#clock.now())), () => this.#run());
  }

  #run(): void {
    this.#cancelWake = undefined;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const [ms, queue] of this.#queues) {
      while (queue.next !== queue && queue.next.due <= now) {
        const entry = queue.next;
        this.#remove(entry);
        try {
          entry.fire();
        } catch (error) {
          this.#failed(error);
        }
      }
      if (queue.next === queue) this.#queues.delete(ms);
      else next = Math.min(next, queue.next.due);
    }
    if (next < this.#wakeAt) this.#wake(next);
  }
}

function rethrow(error: unknown): never {
  throw error;
}

interface Entry extends Timer {
  readonly due: number;
  readonly fire: () => void;
  previous: Entry;
  next: Entry;
}

type Queue = Entry;

function newQueue(): Queue {
  const queue = { due: 0, fire: () => {} } as Queue;
  queue.previous = queue;
  queue.next = queue;
  return queue;
}
