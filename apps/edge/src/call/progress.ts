import { SDP } from '../sip/methods.js';
import type { SipResponse } from '../sip/stack.js';

/** Most provisional responses that a caller is sent. */
const MOST = 8;

const PASSED_ON = new Set([180, 181, 182, 183]);

/** What the caller is told before a phone picks up. */
export interface Progress {
  /** A phone said something. */
  heard(provisional: SipResponse): void;
  /** The call is sent on to another number, of which so many contacts ring. */
  forwarded(contacts: number): void;
}

/**
 * Tells the caller what the phones say before one picks up. A single phone's provisional responses are passed on with
 * their early media, each once; of several phones the caller only hears that it rings, because the session descriptions of
 * different phones don't fit into one dialog.
 * @param single whether a single phone is rung
 */
export function createProgress(response: SipResponse, single: boolean): Progress {
  const sent = new Set<string>();
  let isSingle = single;
  let hasMedia = false;
  const tell = (status: number, early = '') => {
    const told = `${status} ${early}`;
    if (response.finalResponseSent || sent.has(told) || sent.size >= MOST) return;
    sent.add(told);
    if (early !== '') hasMedia = true;
    response.send(status, early === '' ? {} : { headers: { 'Content-Type': SDP }, body: early });
  };
  return {
    heard: (provisional) => {
      if (!PASSED_ON.has(provisional.status)) return;
      const hasSdp = provisional.get('content-type')?.toLowerCase().startsWith(SDP);
      if (isSingle) tell(provisional.status, hasSdp ? provisional.body : '');
      else tell(180);
    },
    forwarded: (contacts) => {
      if (isSingle) tell(181);
      isSingle &&= contacts === 1 && !hasMedia;
    },
  };
}
