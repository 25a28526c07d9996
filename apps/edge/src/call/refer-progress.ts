import type { Side } from './side.js';

/** What statuses are called (RFC 3261 section 21). */
const REASONS: Record<number, string> = {
  100: 'Trying',
  180: 'Ringing',
  200: 'OK',
  403: 'Forbidden',
  404: 'Not Found',
  480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist',
  486: 'Busy Here',
  503: 'Service Unavailable',
  603: 'Decline',
};

/** Seconds that a transfer is told about. */
const LONGEST = 180;

/**
 * Tells the side that asked for a transfer how it goes, by NOTIFYs that carry a status line (RFC 3515 section 2.4.4), one
 * after the other.
 */
export class ReferProgress {
  readonly #side: Side;
  readonly #isWanted: boolean;
  #last = 0;
  #telling: Promise<unknown> = Promise.resolve();

  /** @param isWanted whether the side wants to be told (RFC 4488) */
  constructor(side: Side, isWanted: boolean) {
    this.#side = side;
    this.#isWanted = isWanted;
  }

  /** Tells a status, each once; a final one ends it. Resolves when the side has answered. */
  async tell(status: number): Promise<void> {
    if (status === this.#last || !this.#isWanted) return;
    this.#last = status;
    const state = status < 200 ? `active;expires=${LONGEST}` : 'terminated;reason=noresource';
    const headers = {
      ...{ Event: 'refer', 'Subscription-State': state, 'Content-Type': 'message/sipfrag;version=2.0' },
      Contact: this.#side.dialog.local.contact,
    };
    const body = `SIP/2.0 ${status} ${REASONS[status] ?? 'Failed'}\r\n`;
    const told = this.#telling.then(async () => {
      if (this.#side.dialog.connected) await this.#side.ask({ method: 'NOTIFY', headers, body });
    });
    this.#telling = told;
    await told;
  }
}
