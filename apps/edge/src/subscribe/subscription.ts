import type { ResourceState, Topic } from './topic.js';
import type { Watcher } from './watches.js';

/** How a NOTIFY was answered: its status, and the seconds of a Retry-After. */
export interface NotifyAnswer {
  status: number;
  retryAfter: number | undefined;
}

/** Sends a NOTIFY within the dialog of a subscription; never throws. */
export type SendNotify = (headers: Record<string, string>, body: string) => Promise<NotifyAnswer>;

/** Why a subscription ends (RFC 6665 section 4.1.3). */
export type EndReason = 'timeout' | 'noresource' | 'deactivated' | 'probation' | 'rejected';

/** What a subscription is about. */
export interface SubscriptionTerms {
  /** Id of the phone that subscribed. */
  phone: string;
  topic: Topic;
  /** The Event header of the SUBSCRIBE, as it stands in every NOTIFY. */
  event: string;
  contentType: string;
  /** Told when the subscription has ended. */
  onEnd: (subscription: Subscription) => void;
}

/** Milliseconds between two NOTIFYs of one subscription; of what happens meanwhile, the last state is told. */
const PACE = 250;

/** Most milliseconds that a phone can put off the next NOTIFY. */
const LONGEST_PAUSE = 60_000;

/**
 * One subscription of a phone (RFC 6665 section 4.2): tells it the state when it begins, when it is refreshed and when the
 * state changes, one NOTIFY after the other, until it runs out, is given up, or a NOTIFY fails.
 */
export class Subscription implements Watcher {
  readonly terms: SubscriptionTerms;
  #send: SendNotify | undefined;
  #state: ResourceState | undefined;
  #version = 0;
  #expiresAt = 0;
  #expiry: NodeJS.Timeout | undefined;
  #isDue = false;
  #isSending = false;
  /** When the next NOTIFY may be sent. */
  #earliest = 0;
  #pacing: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(terms: SubscriptionTerms) {
    this.terms = terms;
  }

  /** Whether it has ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Takes the state that its next NOTIFY is to tell. */
  prepare(state: ResourceState): void {
    this.#state = state;
  }

  /** Begins, and tells the state. @param seconds that it lasts; 0 tells the state once, and ends */
  begin(send: SendNotify, seconds: number): void {
    this.#send = send;
    this.refresh(seconds);
  }

  /** Lasts for so many seconds from now, and tells the state again. */
  refresh(seconds: number): void {
    if (this.#isOver) return;
    clearTimeout(this.#expiry);
    this.#expiresAt = performance.now() + seconds * 1_000;
    if (seconds === 0) {
      this.end('timeout');
      return;
    }
    this.#expiry = setTimeout(() => this.end('timeout'), seconds * 1_000);
    this.#isDue = true;
    this.#notify();
  }

  tell(state: ResourceState | undefined): void {
    this.#state = state;
    if (this.#send === undefined || this.#isOver) return;
    if (state === undefined) {
      this.end('noresource');
      return;
    }
    this.#isDue = true;
    this.#notify();
  }

  /**
   * Ends it with a last NOTIFY.
   * @param retryAfter seconds after which the phone may subscribe again
   */
  end(reason: EndReason, retryAfter?: number): void {
    if (this.#isOver) return;
    this.forget();
    const delay = retryAfter === undefined ? '' : `;retry-after=${retryAfter}`;
    void this.#send?.(...this.#compose(`terminated;reason=${reason}${delay}`));
  }

  /** Ends it without a word: its dialog is lost. */
  forget(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#expiry);
    clearTimeout(this.#pacing);
    this.terms.onEnd(this);
  }

  #notify(): void {
    if (!this.#isDue || this.#isSending || this.#isOver) return;
    const now = performance.now();
    if (now < this.#earliest) {
      clearTimeout(this.#pacing);
      this.#pacing = setTimeout(() => this.#notify(), this.#earliest - now);
      return;
    }
    this.#isDue = false;
    this.#isSending = true;
    this.#earliest = now + PACE;
    const expires = Math.max(0, Math.ceil((this.#expiresAt - now) / 1_000));
    void this.#send?.(...this.#compose(`active;expires=${expires}`)).then((answer) => this.#answered(answer));
  }

  /**
   * A NOTIFY that fails ends the subscription (RFC 6665 section 4.2.2), unless the phone says when to try again. It is told
   * so all the same, because the drachtio server keeps the dialog until it has sent that.
   */
  #answered({ status, retryAfter }: NotifyAnswer): void {
    this.#isSending = false;
    if (status >= 300 && retryAfter === undefined) {
      this.end('timeout');
      return;
    }
    if (status >= 300 && retryAfter !== undefined) {
      this.#isDue = true;
      this.#earliest = performance.now() + Math.min(Math.max(retryAfter * 1_000, PACE), LONGEST_PAUSE);
    }
    this.#notify();
  }

  #compose(subscriptionState: string): [headers: Record<string, string>, body: string] {
    const { event, contentType } = this.terms;
    const headers = { Event: event, 'Subscription-State': subscriptionState };
    if (this.#state === undefined) return [headers, ''];
    return [{ ...headers, 'Content-Type': contentType }, this.#state.write(this.#version++)];
  }
}
