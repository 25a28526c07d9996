import type { Bindings } from '@ringfence/store';
import type { Access } from './access.js';
import { ALLOW, SDP } from './sip/methods.js';
import { checkSender } from './sip/sender.js';
import type { SipRequest, SipResponse } from './sip/stack.js';
import { parseSipUri } from './sip/uri.js';

/**
 * Makes the answer to OPTIONS (RFC 3261 section 11): whoever asks the edge itself, as pings do, learns what it serves; who
 * asks about somebody must be a phone.
 */
export function createOptionsRoute({
  access,
  bindings,
  allowEvents,
}: {
  access: Access;
  bindings: Bindings;
  allowEvents: string;
}) {
  return async (request: SipRequest, response: SipResponse): Promise<void> => {
    if (parseSipUri(request.uri)?.user !== '') {
      await access.admit(request, 'registrar', (admission, username) => {
        checkSender(request, [username]);
        return bindings.admit(admission);
      });
    }
    response.send(200, { headers: { Allow: ALLOW, Accept: SDP, 'Allow-Events': allowEvents } });
  };
}
