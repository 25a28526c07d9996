import type { FeedListener, StoredEvent } from '@ringfence/store';
import { type ResourceState, signsOf, type Topic } from './topic.js';

/** Who is told of the state of a topic. */
export interface Watcher {
  /** Told when the state has changed; undefined when the resource exists no longer. */
  tell(state: ResourceState | undefined): void;
}

/** A topic that somebody watches. */
interface Watch {
  topic: Topic;
  watchers: Set<Watcher>;
  /** How it stood when it was last read. */
  state: ResourceState | undefined;
  /** Read what has been asked for and not begun, and read that is under way. */
  asked: Promise<void> | undefined;
  reading: Promise<void> | undefined;
}

/** Topics that are read at the same time. */
const MOST_READS = 20;

/** Milliseconds until the store is asked again after it could not be. */
const PAUSE = 1_000;

/**
 * The topics that subscriptions of this edge are about. Each is read once when an event is about it, however many watch it,
 * and however many events come meanwhile.
 */
export class Watches implements FeedListener {
  readonly #onError: (error: unknown) => void;
  readonly #watches = new Map<string, Watch>();
  readonly #bySign = new Map<string, Set<Watch>>();
  /** Those that could not be read. */
  readonly #unread = new Set<Watch>();
  #retry: NodeJS.Timeout | undefined;
  #reads = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param onError told when the store can't be read */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** How many topics are watched. */
  get size(): number {
    return this.#watches.size;
  }

  /**
   * Adds a watcher, if it isn't there yet, and reads the topic anew.
   * @returns its state; undefined when there is no such resource
   * @throws the error of the store; the watcher is then as it was before
   */
  async join(topic: Topic, watcher: Watcher): Promise<ResourceState | undefined> {
    const watch = this.#watches.get(topic.key) ?? this.#begin(topic);
    const isNew = !watch.watchers.has(watcher);
    watch.watchers.add(watcher);
    try {
      await this.#ask(watch);
    } catch (error) {
      if (isNew) this.leave(topic, watcher);
      throw error;
    }
    return watch.state;
  }

  /** Removes a watcher. */
  leave({ key }: Topic, watcher: Watcher): void {
    const watch = this.#watches.get(key);
    if (watch === undefined || !watch.watchers.delete(watcher) || watch.watchers.size > 0) return;
    this.#watches.delete(key);
    this.#unread.delete(watch);
    this.#unindex(watch);
  }

  events(batch: readonly StoredEvent[]): void {
    const due = new Set<Watch>();
    for (const event of batch) {
      for (const sign of signsOf(event)) {
        for (const watch of this.#bySign.get(sign) ?? []) {
          // What is being read may be older than the event.
          if (watch.reading || watch.state === undefined || watch.state.isNews(event)) due.add(watch);
        }
      }
    }
    for (const watch of due) this.#refresh(watch);
  }

  /** Whatever was missed may have been about anything. */
  missed(): void {
    for (const watch of this.#watches.values()) this.#refresh(watch);
  }

  close(): void {
    clearTimeout(this.#retry);
  }

  #begin(topic: Topic): Watch {
    const watch = { topic, watchers: new Set<Watcher>(), state: undefined, asked: undefined, reading: undefined };
    this.#watches.set(topic.key, watch);
    this.#index(watch);
    return watch;
  }

  #refresh(watch: Watch): void {
    this.#ask(watch).catch((error) => {
      this.#onError(error);
      if (watch.watchers.size > 0) this.#unread.add(watch);
      this.#retry ??= setTimeout(() => this.#tryAgain(), PAUSE);
    });
  }

  /** One of them tells whether the store is back. */
  #tryAgain(): void {
    this.#retry = undefined;
    const [first, ...others] = this.#unread;
    this.#unread.clear();
    if (first === undefined) return;
    this.#ask(first).then(
      () => others.forEach((watch) => void this.#refresh(watch)),
      (error) => {
        this.#onError(error);
        for (const watch of [first, ...others]) if (watch.watchers.size > 0) this.#unread.add(watch);
        this.#retry ??= setTimeout(() => this.#tryAgain(), PAUSE);
      },
    );
  }

  /** Has the topic read, after what is being read of it now. */
  #ask(watch: Watch): Promise<void> {
    watch.asked ??= this.#read(watch);
    return watch.asked;
  }

  async #read(watch: Watch): Promise<void> {
    await watch.reading?.catch(() => {});
    if (this.#reads >= MOST_READS) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#reads++;
    watch.asked = undefined;
    watch.reading = this.#take(watch);
    try {
      await watch.reading;
    } finally {
      watch.reading = undefined;
      const next = this.#waiting.shift();
      if (next) next();
      else this.#reads--;
    }
  }

  async #take(watch: Watch): Promise<void> {
    const before = watch.state;
    const state = await watch.topic.read();
    if (watch.watchers.size === 0) return;
    this.#unindex(watch);
    watch.state = state;
    this.#index(watch);
    if (before !== undefined && state?.write(0) === before.write(0)) return;
    for (const watcher of [...watch.watchers]) watcher.tell(state);
  }

  #index(watch: Watch): void {
    for (const sign of [...watch.topic.signs, ...(watch.state?.signs ?? [])]) {
      const watches = this.#bySign.get(sign);
      if (watches) watches.add(watch);
      else this.#bySign.set(sign, new Set([watch]));
    }
  }

  #unindex(watch: Watch): void {
    for (const sign of [...watch.topic.signs, ...(watch.state?.signs ?? [])]) {
      const watches = this.#bySign.get(sign);
      watches?.delete(watch);
      if (watches?.size === 0) this.#bySign.delete(sign);
    }
  }
}
