import { SDP } from '../sip/methods.js';
import type { SipResponse } from '../sip/stack.js';

/** Most provisional responses that a caller is sent. */
const MOST = 8;

const PASSED_ON = new Set([180, 181, 182, 183]);

/**
 * Tells the caller what the phones say before one picks up. A single phone's provisional responses are passed on with
 * their early media, each once; of several phones the caller only hears that it rings, because the session descriptions of
 * different phones don't fit into one dialog.
 * @param single whether a single phone is rung
 */
export function createProgress(response: SipResponse, single: boolean): (provisional: SipResponse) => void {
  const sent = new Set<string>();
  return (provisional) => {
    if (!PASSED_ON.has(provisional.status) || response.finalResponseSent) return;
    const status = single ? provisional.status : 180;
    const early = single && provisional.get('content-type')?.toLowerCase().startsWith(SDP) ? provisional.body : '';
    const told = `${status} ${early}`;
    if (sent.has(told) || sent.size >= MOST) return;
    sent.add(told);
    response.send(status, early === '' ? {} : { headers: { 'Content-Type': SDP }, body: early });
  };
}
