import { isUnavailable } from '@ringfence/store';
import type { Report } from '../report.js';
import { SipFailure, unavailable } from './failure.js';
import type { ReceivedRequest, Responder, Route } from './stack.js';

/** Serves one method: sends the success, throws the failure. */
export type Handler<Q = ReceivedRequest, S = Responder> = (request: Q, response: S) => Promise<void>;

/** Makes a route of a handler: what it throws becomes the response, 503 when the store is down. */
export function serve<Q, S extends Responder>(handle: Handler<Q, S>, report: Report): Route<Q, S> {
  return (request, response) => {
    handle(request, response).catch((error: unknown) => {
      const { status, headers } = toFailure(error, report);
      if (!response.finalResponseSent) response.send(status, { headers });
    });
  };
}

function toFailure(error: unknown, report: Report): SipFailure {
  if (error instanceof SipFailure) return error;
  if (isUnavailable(error)) {
    report('warn', error, 'a request could not be served, the store is unavailable');
    return unavailable();
  }
  report('error', error, 'a request could not be served');
  return new SipFailure(500);
}
