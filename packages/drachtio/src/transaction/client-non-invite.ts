import type { SipResponse } from '../sip/message.js';
import type { Timer } from '../timers.js';
import type { Machine } from './machine.js';
import { Retransmission } from './retransmission.js';

/** What the machine asks of the transaction it drives. */
export interface ClientNonInviteUser extends Machine {
  sendRequest(): void;
  respond(response: SipResponse): void;
  timedOut(): void;
  terminated(): void;
}

type State = 'trying' | 'proceeding' | 'completed' | 'terminated';

/** The non-INVITE client transaction of RFC 3261 section 17.1.2: trying, proceeding, completed, terminated. */
export class ClientNonInvite {
  readonly #user: ClientNonInviteUser;
  #state: State = 'trying';
  /** Timer E. */
  #retransmission: Retransmission | undefined;
  /** Timer F, later K. */
  #timeout: Timer | undefined;

  constructor(user: ClientNonInviteUser) {
    this.#user = user;
  }

  get state(): string {
    return this.#state;
  }

  /** Sends the request for the first time. */
  start(): void {
    const { timers, durations, isReliable } = this.#user;
    if (!isReliable) {
      const intervals = { first: durations.t1, longest: durations.t2 };
      this.#retransmission = new Retransmission(timers, intervals, () => this.#user.sendRequest());
    }
    this.#timeout = timers.start(64 * durations.t1, () => this.#timeOut());
    this.#user.sendRequest();
  }

  receive(response: SipResponse): void {
    if (this.#state === 'completed' || this.#state === 'terminated') return;
    if (response.status < 200) {
      this.#state = 'proceeding';
      this.#retransmission?.slowDown();
      this.#user.respond(response);
      return;
    }
    this.#leave('completed');
    this.#user.respond(response);
    const { timers, durations, isReliable } = this.#user;
    if (isReliable) this.stop();
    else this.#timeout = timers.start(durations.t4, () => this.stop());
  }

  /** The request couldn't be sent, or won't be answered any more. */
  stop(): void {
    this.#leave('terminated');
    this.#user.terminated();
  }

  #timeOut(): void {
    this.#leave('terminated');
    this.#user.timedOut();
    this.#user.terminated();
  }

  #leave(state: State): void {
    this.#state = state;
    this.#retransmission?.stop();
    this.#user.timers.cancel(this.#timeout);
  }
}
