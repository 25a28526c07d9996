import type { SipResponse } from '../sip/message.js';
import type { Timer } from '../timers.js';
import type { Machine } from './machine.js';
import { Retransmission } from './retransmission.js';

/** What the machine asks of the transaction it drives. */
export interface ClientInviteUser extends Machine {
  /** How long a provisional response keeps the INVITE waiting, in milliseconds. */
  readonly inviteAge: number;
  sendRequest(): void;
  /** Acknowledges a final response other than 2xx (section 17.1.1.3). */
  sendAck(response: SipResponse): void;
  respond(response: SipResponse): void;
  timedOut(): void;
  terminated(): void;
}

type State = 'calling' | 'proceeding' | 'completed' | 'accepted' | 'terminated';

/**
 * The INVITE client transaction of RFC 3261 section 17.1.1 with the Accepted state of RFC 6026: calling, proceeding,
 * completed (other finals are acknowledged again when they come again), accepted (each 2xx is handed on, the same or of
 * another branch), terminated.
 */
export class ClientInvite {
  readonly #user: ClientInviteUser;
  #state: State = 'calling';
  /** Timer A. */
  #retransmission: Retransmission | undefined;
  /** Timer B, later the age of a provisional response, D or M. */
  #timeout: Timer | undefined;

  constructor(user: ClientInviteUser) {
    this.#user = user;
  }

  get state(): string {
    return this.#state;
  }

  /** Sends the INVITE for the first time. */
  start(): void {
    const { timers, durations, isReliable } = this.#user;
    if (!isReliable) {
      const intervals = { first: durations.t1, longest: Number.MAX_SAFE_INTEGER };
      this.#retransmission = new Retransmission(timers, intervals, () => this.#user.sendRequest());
    }
    this.#timeout = timers.start(64 * durations.t1, () => this.#timeOut());
    this.#user.sendRequest();
  }

  receive(response: SipResponse): void {
    if (this.#state === 'completed') {
      if (response.status >= 300) this.#user.sendAck(response);
    } else if (this.#state === 'accepted') {
      if (response.status >= 200 && response.status < 300) this.#user.respond(response);
    } else if (this.#state !== 'terminated') this.#proceed(response);
  }

  /** The request couldn't be sent, or won't be answered any more. */
  stop(): void {
    this.#enter('terminated', undefined);
    this.#user.terminated();
  }

  #proceed(response: SipResponse): void {
    const { durations, isReliable, inviteAge } = this.#user;
    if (response.status < 200) this.#enter('proceeding', { ms: inviteAge, expire: () => this.#timeOut() });
    else if (response.status < 300) this.#enter('accepted', { ms: 64 * durations.t1, expire: () => this.stop() });
    else {
      this.#enter('completed', { ms: 64 * durations.t1, expire: () => this.stop() });
      this.#user.sendAck(response);
    }
    this.#user.respond(response);
    if (this.#state === 'completed' && isReliable) this.stop();
  }

  #timeOut(): void {
    this.#enter('terminated', undefined);
    this.#user.timedOut();
    this.#user.terminated();
  }

  #enter(state: State, timeout: { ms: number; expire: () => void } | undefined): void {
    this.#state = state;
    this.#retransmission?.stop();
    this.#user.timers.cancel(this.#timeout);
    this.#timeout = timeout && this.#user.timers.start(timeout.ms, timeout.expire);
  }
}
