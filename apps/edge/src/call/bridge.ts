import { SipFailure } from '../sip/failure.js';
import { ALLOW_IN_CALL, SDP } from '../sip/methods.js';
import type { SipRequest, SipResponse } from '../sip/stack.js';
import { toldStatus } from './best-response.js';
import { readOffer } from './invitation.js';
import { hangUp } from './leg.js';
import { grantTerms, type SessionTimes } from './session-terms.js';
import type { Asked, Side } from './side.js';

/** Headers of an INFO that say how its body is to be read (RFC 6086). */
const INFO_HEADERS = ['Content-Type', 'Content-Disposition', 'Info-Package'];

/** Requests within a call that the edge doesn't pass on. */
const REFUSED = ['message', 'notify', 'publish', 'refer', 'subscribe'] as const;

/** Failures that end a dialog (RFC 3261 section 12.2.1.2). */
const DIALOG_GONE = new Set([408, 481]);

/** Most characters of an INFO's body. */
const LONGEST_INFO = 4_096;

/** A bridge and what it works with. */
interface Bridge {
  times: SessionTimes;
  /** Whether a change of the session is under way. */
  isChanging: boolean;
  end(): void;
}

/**
 * Joins the two sides of a call: new session descriptions (hold, codecs) and INFO (keys pressed) are passed on either
 * way, and when one side hangs up, the other is hung up on.
 * @param over ends the call when it is aborted
 * @returns resolves when the call is over
 */
export function bridge(caller: Side, callee: Side, times: SessionTimes, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      over.removeEventListener('abort', end);
      for (const { dialog, session } of [caller, callee]) {
        session.stop();
        dialog.removeListener('destroy', end);
        hangUp({ dialog });
      }
      resolve();
    };
    const joined: Bridge = { times, isChanging: false, end };
    join(joined, caller, callee);
    join(joined, callee, caller);
    over.addEventListener('abort', end, { once: true });
    if (over.aborted || !caller.dialog.connected || !callee.dialog.connected) end();
  });
}

/** Passes on what one side sends. */
function join(joined: Bridge, from: Side, to: Side): void {
  const { dialog } = from;
  dialog.once('destroy', joined.end);
  dialog.on('modify', (request, response) => serveChange(joined, from, to, request, response));
  dialog.on('update', (request, response) => serveChange(joined, from, to, request, response));
  dialog.on('info', (request, response) => void passInfo(joined, to, request, response));
  dialog.on('options', (_request, response: SipResponse) =>
    response.send(200, { headers: { Allow: ALLOW_IN_CALL, Accept: SDP } }),
  );
  for (const method of REFUSED) {
    dialog.on(method, (_request, response: SipResponse) => response.send(405, { headers: { Allow: ALLOW_IN_CALL } }));
  }
}

function serveChange(joined: Bridge, from: Side, to: Side, request: SipRequest, response: SipResponse): void {
  change(joined, from, to, request, response).catch((error: unknown) => {
    const { status, headers } = error instanceof SipFailure ? error : new SipFailure(500);
    response.send(status, { headers: { ...headers } });
  });
}

/**
 * Serves a re-INVITE (RFC 3261 section 14) or UPDATE (RFC 3311). What only refreshes the session is answered for this side
 * alone; what changes it is passed on. A re-INVITE without session description has the other side make the offer, and the
 * answer comes with the ACK.
 */
async function change(joined: Bridge, from: Side, to: Side, request: SipRequest, response: SipResponse): Promise<void> {
  const { terms, headers } = grantTerms(request, joined.times);
  const offer = readOffer(request);
  const method = request.method === 'UPDATE' ? 'UPDATE' : 'INVITE';
  if (joined.isChanging && !(method === 'UPDATE' && offer === undefined)) throw new SipFailure(491);
  if (offer === undefined ? method === 'UPDATE' : offer === from.received) {
    from.session.renew(terms);
    response.send(200, from.content(offer && from.sent, headers));
    return;
  }
  joined.isChanging = true;
  const asked = await to.offer(method, offer);
  joined.isChanging = false;
  const answer = asked?.response;
  if (answer === undefined || answer.status >= 300) {
    fail(joined, response, answer?.status ?? 481);
    return;
  }
  note(from, to, offer, answer.body);
  takeAnswer(from, to, asked);
  from.session.renew(terms);
  to.session.renew(to.session.terms);
  response.send(200, from.content(answer.body, headers));
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

async function passInfo(joined: Bridge, to: Side, request: SipRequest, response: SipResponse): Promise<void> {
  if (request.body.length > LONGEST_INFO) {
    response.send(513);
    return;
  }
  const headers = Object.fromEntries(
    INFO_HEADERS.flatMap((name) => {
      const value = request.headers[name.toLowerCase()];
      return value !== undefined && /^[\x20-\x7e]{1,256}$/.test(value) ? [[name, value]] : [];
    }),
  );
  const asked = await to.ask({ method: 'INFO', headers, body: request.body || undefined });
  const status = asked?.response.status ?? 481;
  if (status < 300) response.send(200);
  else fail(joined, response, status);
}

/** Tells one side that the other failed; when the other has lost the call, the call is over. */
function fail({ end }: Bridge, response: SipResponse, status: number): void {
  response.send(status === 491 ? 491 : toldStatus(status));
  if (DIALOG_GONE.has(status)) end();
}
