import type { Extension } from '@ringfence/store';
import { ALLOW_IN_CALL, SDP } from '../sip/methods.js';
import type { SipRequest, SipResponse } from '../sip/stack.js';
import { bridge } from './bridge.js';
import type { CallSlot } from './calls.js';
import { connect, type Sides } from './connect.js';
import { identityOf } from './identity.js';
import type { Invitation } from './invitation.js';
import { Leg, type Target } from './leg.js';
import { createProgress } from './progress.js';
import { type RingResult, ring } from './ring.js';
import type { Caller, CallParts } from './route.js';

/** One call, from the admitted INVITE on. */
export interface Call {
  request: SipRequest;
  response: SipResponse;
  invitation: Invitation;
  caller: Caller;
  callee: Extension;
  targets: readonly Target[];
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
  const { fence } = parts;
  const { response, cancelled, slot } = call;
  const { admission } = call.caller;
  let status = 500;
  try {
    const result = await ringAll(parts, call);
    if ('status' in result) {
      status = cancelled.aborted ? 487 : slot.over.aborted ? 503 : result.status;
      if (!cancelled.aborted) response.send(status);
      return;
    }
    const { phone, binding } = result.leg.target;
    const ofCallee = { phone, address: binding.address };
    if ('dialog' in result.answer) fence.enclose(result.answer.dialog, ofCallee);
    const sides = await connect(parts.stack, call.request, response, result.answer).catch(() => undefined);
    if (sides === undefined) {
      status = cancelled.aborted ? 487 : 500;
      return;
    }
    status = 200;
    fence.enclose(sides.callee, ofCallee);
    fence.enclose(sides.caller, { phone: admission.phone.id, address: admission.source.address });
    slot.answer(phone);
    await talk(sides, slot.over);
  } finally {
    slot.end(status);
  }
}

function ringAll({ stack, realm, ringTime }: CallParts, call: Call): Promise<RingResult> {
  const { response, invitation, caller, callee, targets, cancelled, slot } = call;
  const headers = {
    From: identityOf(caller.extension, realm),
    To: identityOf(callee, realm),
    'Max-Forwards': `${invitation.maxForwards}`,
    Allow: ALLOW_IN_CALL,
    ...(invitation.offer === undefined ? {} : { 'Content-Type': SDP }),
  };
  const progress = createProgress(response, targets.length === 1);
  const legs = targets.map((target) => new Leg(stack, target, { headers, offer: invitation.offer }, progress));
  return ring(legs, ringTime, AbortSignal.any([cancelled, slot.over]));
}

async function talk({ caller, callee }: Sides, over: AbortSignal): Promise<void> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), LONGEST_CALL);
  await bridge(caller, callee, AbortSignal.any([over, limit.signal]));
  clearTimeout(timer);
}
