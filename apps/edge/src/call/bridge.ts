import { SipFailure } from '../sip/failure.js';
import { ALLOW_IN_CALL, SDP } from '../sip/methods.js';
import type { SipDialog, SipRequest, SipResponse } from '../sip/stack.js';
import { toldStatus } from './best-response.js';
import { readOffer } from './invitation.js';
import { hangUp } from './leg.js';

/** Headers of an INFO that say how its body is to be read (RFC 6086). */
const INFO_HEADERS = ['Content-Type', 'Content-Disposition', 'Info-Package'];

/** Requests within a call that the edge doesn't pass on. */
const REFUSED = ['message', 'notify', 'publish', 'refer', 'subscribe', 'update'] as const;

/** Failures that end a dialog (RFC 3261 section 12.2.1.2). */
const DIALOG_GONE = new Set([408, 481]);

/** Most characters of an INFO's body. */
const LONGEST_INFO = 4_096;

/**
 * Joins the two sides of a call: new session descriptions (hold, codecs) and INFO (keys pressed) are passed on either
 * way, and when one side hangs up, the other is hung up on.
 * @param over ends the call when it is aborted
 * @returns resolves when the call is over
 */
export function bridge(caller: SipDialog, callee: SipDialog, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const reinvite = { underWay: false };
    const end = () => {
      over.removeEventListener('abort', end);
      for (const dialog of [caller, callee]) {
        dialog.removeListener('destroy', end);
        hangUp({ dialog });
      }
      resolve();
    };
    const sides: [SipDialog, SipDialog][] = [
      [caller, callee],
      [callee, caller],
    ];
    for (const [from, to] of sides) {
      from.once('destroy', end);
      from.on('modify', (request, response) => passReinvite(from, to, request, response, reinvite, end));
      from.on('info', (request, response) => passInfo(to, request, response, end));
      from.on('options', (_request, response: SipResponse) =>
        response.send(200, { headers: { Allow: ALLOW_IN_CALL, Accept: SDP } }),
      );
      for (const method of REFUSED) {
        from.on(method, (_request, response: SipResponse) => response.send(405, { headers: { Allow: ALLOW_IN_CALL } }));
      }
    }
    over.addEventListener('abort', end, { once: true });
    if (over.aborted || !caller.connected || !callee.connected) end();
  });
}

/**
 * Passes on a re-INVITE (RFC 3261 section 14). Without a session description the other side makes the offer, and the
 * answer comes with the ACK.
 */
function passReinvite(
  from: SipDialog,
  to: SipDialog,
  request: SipRequest,
  response: SipResponse,
  reinvite: { underWay: boolean },
  end: () => void,
): void {
  if (reinvite.underWay) {
    response.send(491);
    return;
  }
  const offer = offerOf(request, response);
  if (offer === null) return;
  reinvite.underWay = true;
  const content = { method: 'INVITE', noAck: offer === undefined, ...sdpContent(to, offer) };
  to.request(content, (error, answer, ack) => {
    if (answer !== undefined && answer.status < 200) return;
    reinvite.underWay = false;
    if (error !== null || answer === undefined || answer.status >= 300) {
      fail(response, answer?.status ?? 481, end);
      return;
    }
    if (ack !== undefined) from.once('ack', ({ body }: SipRequest) => ack(sdpContent(to, body)));
    response.send(200, sdpContent(from, answer.body));
  });
}

function offerOf(request: SipRequest, response: SipResponse): string | undefined | null {
  try {
    return readOffer(request);
  } catch (error) {
    if (!(error instanceof SipFailure)) throw error;
    response.send(error.status, { headers: { ...error.headers } });
    return null;
  }
}

function sdpContent(
  { local }: SipDialog,
  body: string | undefined,
): { headers: Record<string, string>; body?: string } {
  const headers = { Contact: local.contact };
  return body ? { headers: { ...headers, 'Content-Type': SDP }, body } : { headers };
}

function passInfo(to: SipDialog, request: SipRequest, response: SipResponse, end: () => void): void {
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
  to.request({ method: 'INFO', headers, body: request.body || undefined }, (error, answer) => {
    if (answer !== undefined && answer.status < 200) return;
    if (error === null && answer !== undefined && answer.status < 300) response.send(200);
    else fail(response, answer?.status ?? 481, end);
  });
}

/** Tells one side that the other failed; when the other has lost the call, the call is over. */
function fail(response: SipResponse, status: number, end: () => void): void {
  response.send(status === 491 ? 491 : toldStatus(status));
  if (DIALOG_GONE.has(status)) end();
}
