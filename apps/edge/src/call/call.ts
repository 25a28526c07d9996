import type { CalledParty } from '@ringfence/store';
import { orDirect } from '../media/media.js';
import { unavailable } from '../sip/failure.js';
import { ALLOW_IN_CALL, SDP } from '../sip/methods.js';
import type { SipRequest, SipResponse } from '../sip/stack.js';
import { Bridge } from './bridge.js';
import type { CallSlot } from './calls.js';
import { connect, type Sides } from './connect.js';
import type { Invitation } from './invitation.js';
import type { Plan } from './plan.js';
import { createProgress, type Progress } from './progress.js';
import { type RingingResult, ring } from './ring.js';
import type { CallParts } from './route.js';
import { askForTerms, readTerms } from './session-terms.js';
import { Side } from './side.js';
import { createRefer } from './transfer.js';

/** One call, from the admitted INVITE on. */
export interface Call {
  request: SipRequest;
  response: SipResponse;
  invitation: Invitation;
  plan: Plan;
  /** Aborted when the caller cancels. */
  cancelled: AbortSignal;
  slot: CallSlot;
}

/** Longest a call may last, so that one whose phones are gone without a word is not kept for ever. */
const LONGEST_CALL = 12 * 60 * 60 * 1_000;

/**
 * Carries a call from ringing to the end as back-to-back user agent. Whatever happens, no phone is left ringing and the
 * call has ended in the store too.
 */
export async function carryCall(parts: CallParts, call: Call): Promise<void> {
  const { response, invitation, plan, cancelled, slot } = call;
  let status = 500;
  try {
    const progress = createProgress(response, plan.ringers.length === 1, invitation.reliability);
    const result = await ringAll(parts, call, progress);
    if ('status' in result) {
      status = cancelled.aborted ? 487 : slot.over.aborted ? 503 : result.status;
      if (!cancelled.aborted) response.send(status, status === 503 ? { headers: unavailable().headers } : {});
      return;
    }
    const { answer, party } = result;
    if ('dialog' in answer) parts.fence.enclose(answer.dialog, party.phone);
    await progress.acknowledged();
    const sides = await connect(parts.stack, call, answer).catch(() => undefined);
    if (sides === undefined) {
      status = cancelled.aborted ? 487 : 500;
      return;
    }
    status = 200;
    parts.fence.enclose(sides.callee, party.phone);
    parts.fence.enclose(sides.caller, plan.caller.phone);
    slot.answer(party.phone?.phone);
    await talk(parts, call, sides, result);
  } finally {
    slot.end(status);
  }
}

async function ringAll(
  { ringTime, sessionTimes, media }: CallParts,
  call: Call,
  progress: Progress,
): Promise<RingingResult> {
  const { invitation, plan, cancelled, slot } = call;
  const headers = {
    'Max-Forwards': `${invitation.maxForwards}`,
    Allow: ALLOW_IN_CALL,
    ...askForTerms(sessionTimes),
    // Without an offer a reliable response would bring one, which waits for an answer before the caller can give it.
    ...(invitation.offer === undefined ? {} : { 'Content-Type': SDP, Supported: 'timer, 100rel' }),
  };
  const onForwarded = (callee: CalledParty, contacts: number) => {
    progress.forwarded(contacts);
    if (plan.ringers.length === 1) slot.forward(callee);
  };
  let hasMedia = true;
  const onNoMedia = () => {
    hasMedia = false;
  };
  const carrier = plan.isUnlimited ? orDirect(media) : media;
  const invite = { headers, offer: invitation.offer, from: plan.caller.end, media: carrier, onNoMedia };
  const all = plan.ringers.map((start) => start({ onProvisional: progress.heard, onForwarded, ...invite }));
  const result = await ring(all, ringTime, [cancelled, slot.over]);
  return hasMedia || 'answer' in result ? result : { status: 503 };
}

async function talk(
  parts: CallParts,
  call: Call,
  { caller, callee }: Sides,
  { party, answer }: Extract<RingingResult, { answer: unknown }>,
): Promise<void> {
  const { bridges, sessionTimes: times } = parts;
  const { request, invitation, plan, slot } = call;
  const ofCaller = { party: plan.caller, allow: request.get('allow'), terms: invitation.session.terms, times };
  const { res } = callee;
  const ofCallee = { party, allow: res.get('allow'), terms: readTerms(res, times), times };
  const sides: [Side, Side] = [new Side(caller, ofCaller), new Side(callee, ofCallee)];
  const bridge = new Bridge(sides, answer.media, times, createRefer(parts, plan.parties.customer, slot));
  const end = () => bridge.end();
  const timer = setTimeout(end, LONGEST_CALL);
  slot.over.addEventListener('abort', end, { once: true });
  if (slot.over.aborted) end();
  bridges.add(bridge);
  await bridge.over;
  bridges.delete(bridge);
  clearTimeout(timer);
}
