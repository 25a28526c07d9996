import type { Timer } from '../timers.js';
import type { Machine } from './machine.js';

/** What the machine asks of the transaction it drives. */
export interface ServerNonInviteUser extends Machine {
  /** @param response its text, one character a byte */
  send(response: string): void;
  terminated(): void;
}

/**
 * A challenge is remembered by nobody but its client (RFC 3261 section 8.2.7): requests that prove nothing must not fill the
 * memory. One that comes again is challenged again.
 */
const CHALLENGES = new Set([401, 407]);

type State = 'trying' | 'proceeding' | 'completed' | 'terminated';

/**
 * The non-INVITE server transaction of RFC 3261 section 17.2.2: trying, proceeding, completed, terminated. One that nobody
 * answers ends when its client has given up (RFC 4320).
 */
export class ServerNonInvite {
  readonly #user: ServerNonInviteUser;
  #state: State = 'trying';
  #lastResponse: string | undefined;
  /** The client's timer F, later timer J. */
  #timeout: Timer | undefined;

  constructor(user: ServerNonInviteUser) {
    this.#user = user;
    this.#timeout = user.timers.start(64 * user.durations.t1, () => this.stop());
  }

  get state(): string {
    return this.#state;
  }

  /** The request came again. */
  receiveAgain(): void {
    if (this.#lastResponse !== undefined) this.#user.send(this.#lastResponse);
  }

  /** Sends a response. Tells whether it was sent: after a final one no other is. */
  respond(status: number, response: string): boolean {
    if (this.#state === 'completed' || this.#state === 'terminated') return false;
    this.#lastResponse = response;
    this.#user.send(response);
    if (status < 200) {
      this.#state = 'proceeding';
      return true;
    }
    this.#state = 'completed';
    const { timers, durations, isReliable } = this.#user;
    timers.cancel(this.#timeout);
    if (isReliable || CHALLENGES.has(status)) this.stop();
    else this.#timeout = timers.start(64 * durations.t1, () => this.stop());
    return true;
  }

  stop(): void {
    this.#state = 'terminated';
    this.#user.timers.cancel(this.#timeout);
    this.#lastResponse = undefined;
    this.#user.terminated();
  }
}
