import { ALLOW } from './methods.js';
import { addressesOf } from './request.js';
import type { ReceivedRequest, Route } from './stack.js';

/** Most characters of all headers together. */
const LONGEST_HEADERS = 16_384;

/** Most characters of one header, or of all of one name; beyond these nobody is served. */
const LONGEST = Object.entries({
  accept: 1_024,
  'call-id': 256,
  contact: 4_096,
  cseq: 64,
  event: 256,
  expires: 16,
  from: 2_048,
  to: 2_048,
  via: 4_096,
  authorization: 4_096,
  'proxy-authorization': 4_096,
});

/** Methods that look after their dialogs themselves: a REGISTER is in none, a SUBSCRIBE in that of its subscription. */
const KNOWS_DIALOGS = new Set(['REGISTER', 'SUBSCRIBE', 'PRACK']);

/**
 * Turns away, before anything else is read, what no route should see: oversized headers (drachtio-srf's own header parser
 * takes quadratic time), a method that is only the known one when its percent-escapes are decoded (RFC 4475 section
 * 3.1.1.2), an unreadable From or To, and requests within a dialog that the edge does not have (RFC 3261 section 12.2.2).
 */
export const guard: Route = (request, response, next) => {
  if (request.method === 'ACK') return;
  const status = objection(request);
  if (status === undefined) next();
  else response.send(status, status === 405 ? { headers: { Allow: ALLOW } } : {});
};

function objection(request: ReceivedRequest): number | undefined {
  const { raw, method } = request;
  if (!raw.startsWith(`${method} `)) return 405;
  const end = raw.indexOf('\r\n\r\n');
  if (end > LONGEST_HEADERS) return 400;
  for (const [name, longest] of LONGEST) {
    if ((request.headers[name]?.length ?? 0) > longest) return 400;
  }
  const { from, to } = addressesOf(request);
  if (to === undefined || from === undefined) return 400;
  return to.params.has('tag') && !KNOWS_DIALOGS.has(method) ? 481 : undefined;
}
