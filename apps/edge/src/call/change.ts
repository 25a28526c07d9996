import type { MediaSession } from '../media/media.js';
import { SipFailure } from '../sip/failure.js';
import type { SipRequest, SipResponse } from '../sip/stack.js';
import { toldStatus } from './best-response.js';
import type { Bridge } from './bridge.js';
import { readOffer } from './invitation.js';
import { grantTerms } from './session-terms.js';
import type { Asked, Side } from './side.js';

type Answered = NonNullable<Asked>;

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
  const status = await agree(bridge, [from, to], method, offer).finally(() => {
    bridge.isChanging = false;
  });
  if (status >= 300) {
    fail(bridge, response, status);
    return;
  }
  from.session.renew(terms);
  to.session.renew(to.session.terms);
  response.send(200, from.content(from.sent, headers));
}

/**
 * Passes an offer on, or asks for one, and takes what is answered.
 * @returns the final status of the other side
 * @throws SipFailure when the media cannot be changed now
 */
async function agree(
  { media }: Bridge,
  [from, to]: [Side, Side],
  method: 'INVITE' | 'UPDATE',
  offer: string | undefined,
): Promise<number> {
  const passed = offer && (await media.offer(from.end, offer));
  const asked = await to.offer(method, passed);
  const status = asked?.response.status ?? 481;
  if (asked === undefined || status >= 300) {
    media.refused();
    return status;
  }
  const { body } = asked.response;
  if (offer === undefined || passed === undefined) {
    await takeOffer(media, [from, to], asked);
    return status;
  }
  from.sent = await media.answer(to.end, body);
  [from.received, to.sent, to.received] = [offer, passed, body];
  return status;
}

/** Tells one side that the other failed; when the other has lost the call, the call is over. */
export function fail(bridge: Bridge, response: SipResponse, status: number): void {
  response.send(status === 491 ? 491 : toldStatus(status));
  if (DIALOG_GONE.has(status)) bridge.end();
}

/** An offer that was asked for is answered with the ACK. */
async function takeOffer(media: MediaSession, [from, to]: [Side, Side], { response, ack }: Answered): Promise<void> {
  // What is offered must be answered, if only with what holds anyway.
  const answer = (sdp: string) => ack?.(to.content(sdp));
  from.sent = await media.offer(to.end, response.body).catch((failure) => {
    answer(to.sent);
    throw failure;
  });
  to.received = response.body;
  from.dialog.once('ack', async ({ body }: SipRequest) => {
    from.received = body;
    to.sent = await media.answer(from.end, body).catch(() => to.sent);
    answer(to.sent);
  });
}
