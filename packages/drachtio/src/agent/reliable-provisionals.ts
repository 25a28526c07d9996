import { randomInt } from 'node:crypto';
import { parseNumber } from '../sip/characters.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import type { Timer } from '../timers.js';
import { Retransmission } from '../transaction/retransmission.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { Core } from './core.js';

/** The reliable provisional responses to one INVITE (RFC 3262): numbered, and sent again until their PRACK comes. */
export class ReliableProvisionals {
  readonly #core: Core;
  readonly #transaction: ServerTransaction;
  #lastNumber = 0;
  #pending: { number: number; retransmission: Retransmission; timeout: Timer } | undefined;

  constructor(core: Core, transaction: ServerTransaction) {
    this.#core = core;
    this.#transaction = transaction;
  }

  /** Gives a response its RSeq. */
  number(response: SipResponse): void {
    this.#lastNumber = this.#lastNumber === 0 ? randomInt(1, 0x7fffffff) : this.#lastNumber + 1;
    const value = String(this.#lastNumber);
    const index = response.headers.findIndex(({ name }) => name === 'RSeq');
    const before = response.headers.findIndex(({ name }) => name === 'Require');
    if (index !== -1) response.headers[index] = { name: 'RSeq', value };
    else response.headers.splice(before, 0, { name: 'RSeq', value });
  }

  /** Sends the response that was numbered last again and again; when no PRACK comes in time, the INVITE is refused. */
  repeat(response: string): void {
    const { timers, durations } = this.#core;
    this.stop();
    const intervals = { first: durations.t1, longest: Number.MAX_SAFE_INTEGER };
    this.#pending = {
      number: this.#lastNumber,
      retransmission: new Retransmission(timers, intervals, () => this.#transaction.send(response)),
      timeout: timers.start(64 * durations.t1, () => {
        this.stop();
        this.#transaction.answer(504);
      }),
    };
  }

  /**
   * Tells whether a PRACK is for the response that is being sent, which then isn't sent again. What stands after the method
   * of its RAck is ignored, as other servers do.
   */
  confirm(prack: SipRequest): boolean {
    const [number = '', cseq = '', method] = (prack.value('RAck') ?? '').split(' ').filter((part) => part !== '');
    const isOurs = method === 'INVITE' && parseNumber(number, 0xffffffff) === this.#pending?.number;
    if (!isOurs || this.#pending === undefined) return false;
    if (parseNumber(cseq, 0x7fffffff) !== this.#transaction.request.cseq.number) return false;
    this.stop();
    return true;
  }

  stop(): void {
    this.#pending?.retransmission.stop();
    this.#core.timers.cancel(this.#pending?.timeout);
    this.#pending = undefined;
  }
}
