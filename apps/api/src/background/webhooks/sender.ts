import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery, Store, Webhook } from '@ringfence/store';
import { type Outcome, Post } from './post.js';
import type { WebhookTargets } from './targets.js';

/** Times that an event is tried before it is given up. */
const ATTEMPTS = 10;

/** Milliseconds before the second attempt; doubled after each, up to the most. */
const FIRST_PAUSE = 1_000;
const PAUSE_MAX = 300_000;

/** Milliseconds between two looks at an empty queue that nobody has told of. */
const IDLE = 60_000;

/** Milliseconds between two attempts while Redis can't be asked. */
const STORE_PAUSE = 1_000;

/**
 * Milliseconds to leave a webhook alone that has failed: twice as long each time, and up to a half more or less, so that those
 * of one receiver don't come all at once.
 * @param failures how often in a row it has failed
 * @param random 0 to 1
 */
export function pauseAfter(failures: number, random: number): number {
  const pause = Math.min(PAUSE_MAX, FIRST_PAUSE * 2 ** Math.min(failures - 1, 30));
  return pause * (0.5 + random);
}

/** Sends the events of one webhook, one after the other in their order. */
export class Sender {
  readonly #store: Store;
  readonly #targets: WebhookTargets;
  readonly #webhook: Webhook;
  readonly #onError: (error: unknown) => void;
  readonly #ended: Promise<void>;
  #isClosed = false;
  #waking = new AbortController();
  #attempt = new AbortController();
  #post: Post | undefined;

  constructor(store: Store, targets: WebhookTargets, webhook: Webhook, onError: (error: unknown) => void) {
    this.#store = store;
    this.#targets = targets;
    this.#webhook = webhook;
    this.#onError = onError;
    this.#ended = this.#run();
  }

  /** Tells that there may be something to send. */
  wake(): void {
    this.#waking.abort();
  }

  /** Ends it; what is under way is broken off, and sent again some time. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#attempt.abort();
    this.#waking.abort();
    await this.#ended;
    this.#post?.close();
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      this.#waking = new AbortController();
      try {
        const pause = await this.#sendNext();
        if (pause > 0) await this.#pause(pause);
      } catch (error) {
        this.#onError(error);
        await this.#pause(STORE_PAUSE);
      }
    }
  }

  /** Sends the next event if there is one and it may be sent; gives the ms until it should be looked again. */
  async #sendNext(): Promise<number> {
    const { deliveries, now } = this.#store;
    const { _id } = this.#webhook;
    const next = await deliveries.next(_id);
    if (next === undefined) return IDLE;
    if (next.due > now()) return next.due - now();
    this.#post ??= await this.#open();
    // It is gone, and whoever started this learns so soon.
    if (this.#post === undefined) return IDLE;
    this.#attempt = new AbortController();
    if (this.#isClosed) return 0;
    const outcome = await this.#post.send(next.event, now(), this.#attempt);
    if (this.#isClosed) return 0;
    if (outcome.kind === 'taken') await deliveries.delivered(_id, next, now());
    else if (outcome.kind === 'gone') await this.#disable();
    else await this.#fail(next, outcome);
    return outcome.kind === 'gone' ? IDLE : 0;
  }

  async #open(): Promise<Post | undefined> {
    const { _id, url } = this.#webhook;
    const secret = await this.#store.webhooks.secret(_id);
    return secret === undefined ? undefined : new Post(url, secret, this.#targets);
  }

  async #fail(next: Delivery, { reason, retryAfter = 0 }: Extract<Outcome, { kind: 'failed' }>): Promise<void> {
    const { deliveries, now } = this.#store;
    const pause = Math.max(retryAfter, pauseAfter(next.failures + 1, Math.random()));
    const isGivenUp = next.attempts + 1 >= ATTEMPTS;
    await deliveries.failed(this.#webhook._id, next, { reason, due: Math.ceil(now() + pause), isGivenUp, now: now() });
  }

  /** The receiver wants no more, until somebody makes the webhook active again. */
  async #disable(): Promise<void> {
    const { url, types } = this.#webhook;
    const settings = { url, ...(types === undefined ? {} : { types }), active: false };
    await this.#store.webhooks.change(this.#webhook, settings, undefined);
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#waking.signal }).catch(() => {});
  }
}
