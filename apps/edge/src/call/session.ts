import type { SipResponse } from '../sip/stack.js';
import { readMinSe, readTerms, type SessionTerms, type SessionTimes } from './session-terms.js';

/** What a session has done when it is time to. */
export interface SessionActions {
  /** Sends a refresh (RFC 4028 section 7.4); gives the final response, undefined when there is none. */
  refresh(terms: SessionTerms): Promise<SipResponse | undefined>;
  /** Asks a side without session timers whether it still has the call; gives the final response. */
  probe(): Promise<SipResponse | undefined>;
  /** It is over: the other side has lost the call, or doesn't keep it up. */
  onOver(): void;
}

/** Seconds before the end at which a session that the other side doesn't refresh is over (RFC 4028 section 10). */
const GRACE = 32;

/** Final statuses that say that the other side does not have the call (RFC 4028 section 10). */
const LOST = new Set([408, 481]);

/**
 * How long one side of a call is taken for alive (RFC 4028). A side that knows no session timers is asked now and then
 * whether it still has the call.
 */
export class Session {
  readonly #times: SessionTimes;
  readonly #actions: SessionActions;
  #terms: SessionTerms;
  #renewedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(times: SessionTimes, terms: SessionTerms, actions: SessionActions) {
    this.#times = times;
    this.#actions = actions;
    this.#terms = terms;
    this.renew(terms);
  }

  /** What is agreed on. */
  get terms(): SessionTerms {
    return this.#terms;
  }

  /** It was refreshed. */
  renew(terms: SessionTerms): void {
    this.#terms = terms;
    this.#renewedAt = Date.now();
    const { interval, refresher } = terms;
    if (refresher === 'other') this.#after(interval - Math.min(GRACE, interval / 3), () => this.#actions.onOver());
    else this.#after(interval / 2, () => void this.#keepAlive());
  }

  /** The call is over. */
  stop(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  #after(seconds: number, action: () => void): void {
    clearTimeout(this.#timer);
    if (!this.#over) this.#timer = setTimeout(action, seconds * 1_000);
  }

  async #keepAlive(): Promise<void> {
    const isRefresher = this.#terms.refresher === 'edge';
    const response = await (isRefresher ? this.#actions.refresh(this.#terms) : this.#actions.probe());
    if (this.#over) return;
    if (response === undefined || LOST.has(response.status)) this.#actions.onOver();
    else if (!isRefresher) this.renew(this.#terms);
    else if (response.status < 300) this.renew(readTerms(response, this.#times));
    else this.#tryAgain(response);
  }

  /** A refresh was refused, perhaps because another change was under way, or for its interval. */
  #tryAgain(response: SipResponse): void {
    const { interval } = this.#terms;
    if (Date.now() - this.#renewedAt >= (interval - interval / 8) * 1_000) {
      this.#actions.onOver();
      return;
    }
    if (response.status === 422) this.#terms = { ...this.#terms, interval: Math.max(interval, readMinSe(response)) };
    this.#after(interval / 8, () => void this.#keepAlive());
  }
}
