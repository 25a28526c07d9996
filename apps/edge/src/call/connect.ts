import { once } from 'node:events';
import type { MediaEnd } from '../media/media-end.js';
import { ALLOW_IN_CALL, SDP } from '../sip/methods.js';
import type { SipDialog, SipRequest, SipStack } from '../sip/stack.js';
import type { Call } from './call.js';
import { type Answer, hangUp } from './leg.js';

/** The two sides of a call. */
export interface Sides {
  caller: SipDialog;
  callee: SipDialog;
}

/** Milliseconds that the drachtio server may take to send the 200. */
const SENDING_TIME = 5_000;

/** Milliseconds that the caller may take to acknowledge: 64 times T1 (RFC 3261 section 13.3.1.4), and a little. */
const ACK_TIME = 34_000;

/**
 * Answers the caller with what the phone that picked up said.
 * @throws Error when that is not possible, because the caller gave up at the same moment or the drachtio server is gone;
 *   the phone has been hung up on
 */
export async function connect(
  stack: SipStack,
  { request, response, invitation, plan }: Pick<Call, 'request' | 'response' | 'invitation' | 'plan'>,
  answer: Answer,
): Promise<Sides> {
  try {
    const { sdp: localSdp } = answer;
    const headers = {
      Allow: ALLOW_IN_CALL,
      ...invitation.session.headers,
      ...(localSdp ? { 'Content-Type': SDP } : {}),
    };
    const creating = stack.createUAS(request, response, { localSdp, headers });
    const caller = await within(SENDING_TIME, creating);
    return { caller, callee: 'dialog' in answer ? answer.dialog : await exchange(caller, plan.caller.end, answer) };
  } catch (error) {
    hangUp(answer);
    throw error;
  }
}

/** The caller's answer to the phone's offer comes with the ACK (RFC 3261 section 13.2.1). */
async function exchange(
  caller: SipDialog,
  end: MediaEnd,
  { offer, media }: Extract<Answer, { offer: unknown }>,
): Promise<SipDialog> {
  const gone = new AbortController();
  caller.once('destroy', () => gone.abort());
  if (!caller.connected) gone.abort();
  try {
    const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(ACK_TIME)]);
    const [{ body }] = (await once(caller, 'ack', { signal })) as [SipRequest];
    if (!body) throw new Error('the caller sent no answer');
    return await offer.ack(await media.answer(end, body));
  } catch (error) {
    hangUp({ dialog: caller });
    throw error;
  }
}

/** A dialog that comes too late is ended. */
async function within(time: number, creating: Promise<SipDialog>): Promise<SipDialog> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error('the response was not sent in time'));
      creating.then((dialog) => dialog.destroy()).catch(() => {});
    }, time);
  });
  return Promise.race([creating, late]).finally(() => clearTimeout(timer));
}
