import type { RefusalReason } from '@ringfence/store';
import type { Headers } from './stack.js';

/** An answer, not a mistake: it has no stack trace, which would cost more than all other work on the request. */
class ExpectedError extends Error {
  constructor(message: string) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = limit;
  }
}

/** A request that is answered with a final response other than 2xx. Thrown where that is found, sent in one place. */
export class SipFailure extends ExpectedError {
  readonly status: number;
  readonly headers: Headers;

  /** @param headers header fields of the response */
  constructor(status: number, headers: Headers = {}) {
    super(`SIP ${status}`);
    this.status = status;
    this.headers = headers;
  }
}

/**
 * A request that its phone is not allowed. Every reason is answered by the same 403 Forbidden; the event stream is told
 * which one it was.
 */
export class Refusal extends ExpectedError {
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
