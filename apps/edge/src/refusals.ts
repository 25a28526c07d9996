import { RateLimit } from '@ringfence/service';
import type { Events, PhoneAccount, RefusalReason, Source } from '@ringfence/store';

/** A request that was refused. */
export interface RefusedRequest {
  reason: RefusalReason;
  method: string;
  /** The username that it claimed, cut to a bearable length. */
  username: string;
  /** The phone, when the username is one's. */
  phone: Pick<PhoneAccount, 'id' | 'customer' | 'extension'> | undefined;
  source: Source;
}

/**
 * Tells the event stream about refused requests: at first every one, of a flood only some, because what anybody can send
 * must not wash everything else out of a bounded stream.
 */
export class Refusals {
  readonly #events: Events;
  readonly #onError: (error: unknown) => void;
  readonly #perSender = new RateLimit({ burst: 10, perSecond: 0.1, keys: 10_000 });
  readonly #perReason = new RateLimit({ burst: 200, perSecond: 1, keys: 100 });

  /** @param onError told when an event cannot be written */
  constructor(events: Events, onError: (error: unknown) => void) {
    this.#events = events;
    this.#onError = onError;
  }

  /** Tells one; never fails and is not waited for. */
  report({ reason, method, username, phone, source }: RefusedRequest, now: number): void {
    if (!this.#perSender.take(`${reason} ${source.address} ${username}`, now)) return;
    if (!this.#perReason.take(reason, now)) return;
    const { address, port, protocol, country, userAgent } = source;
    this.#events
      .append({
        ...{ type: 'phone.refused', at: now, reason, method, username, address, port, protocol },
        ...(phone && { phone: phone.id, customer: phone.customer }),
        ...(phone?.extension && { extension: phone.extension }),
        ...(country && { country }),
        ...(userAgent && { userAgent }),
      })
      .catch(this.#onError);
  }
}
