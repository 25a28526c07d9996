import type { RefusalReason } from '@ringfence/store';

/** A request that is answered with a final response other than 2xx. Thrown where that is found, sent in one place. */
export class SipFailure extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  /** @param headers header fields of the response */
  constructor(status: number, headers: Record<string, string> = {}) {
    super(`SIP ${status}`);
    this.status = status;
    this.headers = headers;
  }
}

/**
 * A request that its phone is not allowed. Every reason is answered by the same 403 Forbidden; the event stream is told
 * which one it was.
 */
export class Refusal extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason) {
    super(reason);
    this.reason = reason;
  }
}

/** 503 Service Unavailable, with a time to come back that differs from phone to phone so that they don't come all at once. */
export function unavailable(): SipFailure {
  return new SipFailure(503, { 'Retry-After': `${5 + Math.floor(Math.random() * 10)}` });
}
