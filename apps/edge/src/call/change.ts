import { SipFailure } from '../sip/failure.js';
import type { SipRequest, SipResponse } from '../sip/stack.js';
import { toldStatus } from './best-response.js';
import type { Bridge } from './bridge.js';
import { readOffer } from './invitation.js';
import { grantTerms } from './session-terms.js';
import type { Asked, Side } from './side.js';

/** Failures that end a dialog (RFC 3261 section 12.2.1.2). */
const DIALOG_GONE = new Set([408, 481]);

/**
 * Serves a re-INVITE (RFC 3261 section 14) or UPDATE (RFC 3311). What only refreshes the session is answered for this side
 * alone; what changes it is passed on. A re-INVITE without session description has the other side make the offer, and the
 * answer comes with the ACK.
 */
export function serveChange(bridge: Bridge, from: Side, request: SipRequest, response: SipResponse): void {
  change(bridge, from, request, response).catch((error: unknown) => {
    const { status, headers } = error instanceof SipFailure ? error : new SipFailure(500);
    response.send(status, { headers: { ...headers } });
  });
}

async function change(bridge: Bridge, from: Side, request: SipRequest, response: SipResponse): Promise<void> {
  const to = bridge.other(from);
  const { terms, headers } = grantTerms(request, bridge.times);
  const offer = readOffer(request);
  const method = request.method === 'UPDATE' ? 'UPDATE' : 'INVITE';
  if (bridge.isChanging && !(method === 'UPDATE' && offer === undefined)) throw new SipFailure(491);
  if (offer === undefined ? method === 'UPDATE' : offer === from.received) {
    from.session.renew(terms);
    response.send(200, from.content(offer && from.sent, headers));
    return;
  }
  bridge.isChanging = true;
  const asked = await to.offer(method, offer);
  bridge.isChanging = false;
  const answer = asked?.response;
  if (answer === undefined || answer.status >= 300) {
    fail(bridge, response, answer?.status ?? 481);
    return;
  }
  note(from, to, offer, answer.body);
  takeAnswer(from, to, asked);
  from.session.renew(terms);
  to.session.renew(to.session.terms);
  response.send(200, from.content(answer.body, headers));
}

/** Tells one side that the other failed; when the other has lost the call, the call is over. */
export function fail(bridge: Bridge, response: SipResponse, status: number): void {
  response.send(status === 491 ? 491 : toldStatus(status));
  if (DIALOG_GONE.has(status)) bridge.end();
}

/** Keeps who has which session description; without an offer the other side's is one, which waits for its answer. */
function note(from: Side, to: Side, offer: string | undefined, answer: string): void {
  from.sent = answer;
  to.received = answer;
  if (offer === undefined) return;
  from.received = offer;
  to.sent = offer;
}

/** An offer that was asked for is answered with the ACK. */
function takeAnswer(from: Side, to: Side, asked: Asked): void {
  const ack = asked?.ack;
  if (ack === undefined) return;
  from.dialog.once('ack', ({ body }: SipRequest) => {
    from.received = body;
    to.sent = body;
    ack(to.content(body));
  });
}
