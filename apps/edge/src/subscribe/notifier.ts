import type { EventFeed, PhoneAccount, Store } from '@ringfence/store';
import type { Access } from '../access.js';
import type { ExpiryLimits } from '../sip/expiry.js';
import { Refusal, SipFailure, unavailable } from '../sip/failure.js';
import { addressOf, requireOnly } from '../sip/request.js';
import { checkSender } from '../sip/sender.js';
import type { SipRequest, SipResponse, SipStack } from '../sip/stack.js';
import { createDialogPackage } from './dialog-package.js';
import { createMessagePackage } from './message-package.js';
import { acceptRefresh, openDialog, sendNotify } from './notifier-dialog.js';
import { type Asked, allowEvents, readSubscribe } from './read-subscribe.js';
import { createRegPackage } from './reg-package.js';
import { Subscription } from './subscription.js';
import { type SubscriptionLimits, Subscriptions } from './subscriptions.js';
import type { EventPackage } from './topic.js';
import { Watches } from './watches.js';

/** What the notifier works with. */
export interface NotifierParts {
  store: Store;
  /** The store's events. */
  feed: EventFeed;
  access: Access;
  stack: SipStack;
  /** Host of the identities that phones see. */
  realm: string;
  /** Seconds that subscriptions may last. */
  expires: ExpiryLimits;
  limits: SubscriptionLimits;
  now: () => number;
  /** Told when the store can't be read. */
  onError: (error: unknown) => void;
}

/**
 * Serves SUBSCRIBE (RFC 6665): phones subscribe to what they may know of their own customer and are told when it changes,
 * through whichever edge it does.
 */
export class Notifier {
  readonly #parts: NotifierParts;
  readonly #packages: readonly EventPackage[];
  readonly #subscriptions: Subscriptions;
  readonly #watches: Watches;

  constructor(parts: NotifierParts) {
    const { store, feed, realm, now, onError } = parts;
    this.#parts = parts;
    this.#packages = [
      createDialogPackage({ ...store, realm, now }),
      createMessagePackage(store),
      createRegPackage({ ...store, realm, now }),
    ];
    this.#subscriptions = new Subscriptions(parts.limits);
    this.#watches = new Watches(onError);
    feed.listen(this.#watches);
    feed.listen(this.#subscriptions);
  }

  /** The value of Allow-Events. */
  get allowEvents(): string {
    return allowEvents(this.#packages);
  }

  /** How many subscriptions there are. */
  get size(): number {
    return this.#subscriptions.size;
  }

  /**
   * Serves a SUBSCRIBE, outside or within its dialog: either is challenged like a registration, since the edge itself is
   * what it is for, and must come from where the phone may be now.
   */
  readonly serve = async (request: SipRequest, response: SipResponse): Promise<void> => {
    requireOnly(request);
    const asked = readSubscribe(request, this.#packages, this.#parts.expires);
    const isWithin = addressOf(request, 'to').params.has('tag');
    const subscription = isWithin ? this.#subscriptions.find(request.stackDialogId) : undefined;
    if (isWithin && subscription === undefined) throw new SipFailure(481);
    const { phone } = await this.#parts.access.admit(request, 'registrar', async (admission, username) => {
      const { phone } = admission;
      await this.#checkSender(request, phone, username);
      if (subscription && subscription.terms.phone !== phone.id) throw new Refusal('identity_mismatch');
      return { ...(await this.#parts.store.bindings.admit(admission)), phone };
    });
    if (subscription !== undefined) await this.#refresh(subscription, asked, request, response);
    else {
      const topic = await asked.eventPackage.find(phone, asked.user);
      if (topic === undefined) throw new SipFailure(404);
      const terms = { phone: phone.id, topic, event: asked.event, contentType: asked.eventPackage.contentType };
      await this.#begin(new Subscription({ ...terms, onEnd: (ended) => this.#end(ended) }), asked, request, response);
    }
  };

  async #checkSender(request: SipRequest, { extension }: PhoneAccount, username: string): Promise<void> {
    const isUsername = addressOf(request, 'from').uri.user === username;
    const { directory } = this.#parts.store;
    const number = isUsername || !extension ? undefined : (await directory.extension(extension))?.number;
    checkSender(request, [username, number]);
  }

  /** The drachtio server has lost all dialogs. */
  lost(): void {
    this.#subscriptions.forgetAll();
  }

  /** Ends all subscriptions. */
  close(): void {
    this.#subscriptions.endAll();
    this.#watches.close();
  }

  async #begin(subscription: Subscription, asked: Asked, request: SipRequest, response: SipResponse): Promise<void> {
    if (!this.#subscriptions.hasRoom) throw unavailable();
    await this.#read(subscription);
    const dialog = await openDialog(request, response, asked.seconds).catch((error) => {
      subscription.forget();
      throw error;
    });
    this.#subscriptions.add(dialog.id, subscription);
    subscription.begin((headers, body) => sendNotify(this.#parts.stack, dialog, headers, body), asked.seconds);
  }

  async #refresh(subscription: Subscription, { event, seconds }: Asked, request: SipRequest, response: SipResponse) {
    // One dialog carries one subscription (RFC 6665 section 4.5.2).
    if (event !== subscription.terms.event) throw new SipFailure(403);
    await this.#read(subscription);
    if (subscription.isOver) throw new SipFailure(481);
    acceptRefresh(response, seconds);
    this.#subscriptions.add(request.stackDialogId as string, subscription);
    subscription.refresh(seconds);
  }

  /** Has the subscription's topic read anew, and watched from then on: no event after that may be passed over. */
  async #read(subscription: Subscription): Promise<void> {
    await this.#parts.feed.ready;
    const state = await this.#watches.join(subscription.terms.topic, subscription);
    if (state === undefined) {
      subscription.forget();
      throw new SipFailure(404);
    }
    subscription.prepare(state);
  }

  #end(subscription: Subscription): void {
    this.#watches.leave(subscription.terms.topic, subscription);
    this.#subscriptions.delete(subscription);
  }
}
