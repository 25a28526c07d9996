import type { Timer } from '../timers.js';
import type { Machine } from './machine.js';
import { Retransmission } from './retransmission.js';

/** What the machine asks of the transaction it drives. */
export interface ServerInviteUser extends Machine {
  /** How long the INVITE may stay without a final response, in milliseconds. */
  readonly inviteAge: number;
  /** @param response its text, one character a byte */
  send(response: string): void;
  /** No final response came in time; one must be given now. */
  expired(): void;
  terminated(): void;
}

/** RFC 3261 section 13.3.1.1: what keeps proxies on the way from giving up. */
const PROVISIONAL_INTERVAL = 60_000;

type State = 'proceeding' | 'completed' | 'confirmed' | 'accepted' | 'terminated';

/**
 * The INVITE server transaction of RFC 3261 section 17.2.1 with the Accepted state of RFC 6026: proceeding, completed (a
 * failure is sent again until its ACK comes), confirmed, accepted (INVITEs that come again are absorbed; the dialog sends
 * the 2xx again), terminated.
 */
export class ServerInvite {
  readonly #user: ServerInviteUser;
  #state: State = 'proceeding';
  #lastResponse: string | undefined;
  /** Timer G, or what repeats a provisional response each minute. */
  #retransmission: Retransmission | undefined;
  /** The age of the INVITE, later timer H, I or L. */
  #timeout: Timer | undefined;

  constructor(user: ServerInviteUser) {
    this.#user = user;
    this.#timeout = user.timers.start(user.inviteAge, () => user.expired());
  }

  get state(): string {
    return this.#state;
  }

  /** The INVITE came again. */
  receiveAgain(): void {
    const isRepeated = this.#state === 'proceeding' || this.#state === 'completed';
    if (isRepeated && this.#lastResponse !== undefined) this.#user.send(this.#lastResponse);
  }

  /** An ACK for this transaction came. Tells whether it is the transaction's own, not one for a 2xx. */
  receiveAck(): boolean {
    if (this.#state === 'accepted') return false;
    if (this.#state !== 'completed') return true;
    const { durations, isReliable } = this.#user;
    this.#enter('confirmed', { ms: durations.t4, expire: () => this.stop() });
    if (isReliable) this.stop();
    return true;
  }

  /** Sends a response. Tells whether it was sent: after a final one no other is. */
  respond(status: number, response: string): boolean {
    if (this.#state !== 'proceeding') return false;
    this.#lastResponse = response;
    const { durations, isReliable } = this.#user;
    if (status < 200) {
      if (status > 100) this.#repeat({ first: PROVISIONAL_INTERVAL, longest: PROVISIONAL_INTERVAL });
    } else if (status < 300) {
      this.#enter('accepted', { ms: 64 * durations.t1, expire: () => this.stop() });
      this.#lastResponse = undefined;
    } else {
      this.#enter('completed', { ms: 64 * durations.t1, expire: () => this.stop() });
      if (!isReliable) this.#repeat({ first: durations.t1, longest: durations.t2 });
    }
    this.#user.send(response);
    return true;
  }

  stop(): void {
    this.#enter('terminated', undefined);
    this.#lastResponse = undefined;
    this.#user.terminated();
  }

  #repeat(intervals: { first: number; longest: number }): void {
    this.#retransmission?.stop();
    this.#retransmission = new Retransmission(this.#user.timers, intervals, () => {
      if (this.#lastResponse !== undefined) this.#user.send(this.#lastResponse);
    });
  }

  #enter(state: State, timeout: { ms: number; expire: () => void } | undefined): void {
    this.#state = state;
    this.#retransmission?.stop();
    this.#user.timers.cancel(this.#timeout);
    this.#timeout = timeout && this.#user.timers.start(timeout.ms, timeout.expire);
  }
}
