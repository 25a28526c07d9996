import type { FeedListener, StoredEvent } from '@ringfence/store';
import type { EndReason, Subscription } from './subscription.js';

/** Most subscriptions. */
export interface SubscriptionLimits {
  /** Of this edge. */
  max: number;
  /** Of one phone. */
  perPhone: number;
}

/** Seconds after which phones subscribe again when all subscriptions end, spread so that they don't come all at once. */
const PROBATION = { first: 5, spread: 25 };

/**
 * The subscriptions of this edge, by their dialogs. They live as long as their dialogs, in this process alone: when it
 * crashes, the phones' next refreshes are answered 481, and they subscribe again.
 */
export class Subscriptions implements FeedListener {
  readonly #limits: SubscriptionLimits;
  readonly #byDialog = new Map<string, Subscription>();
  /** Those of each phone, the one that was refreshed longest ago first. */
  readonly #byPhone = new Map<string, Map<Subscription, string>>();

  constructor(limits: SubscriptionLimits) {
    this.#limits = limits;
  }

  /** How many there are. */
  get size(): number {
    return this.#byDialog.size;
  }

  /** Whether there is room for another. */
  get hasRoom(): boolean {
    return this.size < this.#limits.max;
  }

  /** The subscription of a dialog. */
  find(dialogId: string | undefined): Subscription | undefined {
    return dialogId === undefined ? undefined : this.#byDialog.get(dialogId);
  }

  /**
   * Adds a subscription, or notes that it was refreshed. A phone that restarts again and again leaves dead ones behind:
   * where it has too many, the one that was refreshed longest ago makes room.
   */
  add(dialogId: string, subscription: Subscription): void {
    const { phone } = subscription.terms;
    const ofPhone = this.#byPhone.get(phone) ?? new Map<Subscription, string>();
    ofPhone.delete(subscription);
    ofPhone.set(subscription, dialogId);
    this.#byPhone.set(phone, ofPhone);
    this.#byDialog.set(dialogId, subscription);
    const [oldest] = ofPhone.keys();
    if (ofPhone.size > this.#limits.perPhone) oldest?.end('rejected');
  }

  /** Removes one that has ended. */
  delete(subscription: Subscription): void {
    const { phone } = subscription.terms;
    const ofPhone = this.#byPhone.get(phone);
    const dialogId = ofPhone?.get(subscription);
    if (ofPhone === undefined || dialogId === undefined) return;
    ofPhone.delete(subscription);
    if (ofPhone.size === 0) this.#byPhone.delete(phone);
    if (this.#byDialog.get(dialogId) === subscription) this.#byDialog.delete(dialogId);
  }

  /** What was granted to a phone is granted anew when the phone has changed: its fence, its customer or its extension may have. */
  events(batch: readonly StoredEvent[]): void {
    for (const { type, phone = '' } of batch) {
      if (type === 'phone.changed') this.#endOf(phone, 'deactivated');
      else if (type === 'phone.deleted') this.#endOf(phone, 'rejected');
    }
  }

  /** Any phone may have changed. */
  missed(): void {
    this.endAll();
  }

  /** Ends all; the phones subscribe again a little later. */
  endAll(): void {
    for (const subscription of [...this.#byDialog.values()]) {
      subscription.end('probation', PROBATION.first + Math.floor(Math.random() * PROBATION.spread));
    }
  }

  /** The drachtio server has lost all dialogs. */
  forgetAll(): void {
    for (const subscription of [...this.#byDialog.values()]) subscription.forget();
  }

  #endOf(phone: string, reason: EndReason): void {
    for (const subscription of [...(this.#byPhone.get(phone)?.keys() ?? [])]) subscription.end(reason);
  }
}
