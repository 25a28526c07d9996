import { isUnavailable } from '@ringfence/store';
import type { Report } from '../report.js';
import { SipFailure, unavailable } from './failure.js';
import type { Route, SipRequest, SipResponse } from './stack.js';

/** Serves one method: sends the success, throws the failure. */
export type Handler = (request: SipRequest, response: SipResponse) => Promise<void>;

/** Makes a route of a handler: what it throws becomes the response, 503 when the store is down. */
export function serve(handle: Handler, report: Report): Route {
  return (request, response) => {
    handle(request, response).catch((error: unknown) => {
      const { status, headers } = toFailure(error, report);
      if (!response.finalResponseSent) response.send(status, { headers: { ...headers } });
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
