import type { Source } from '@ringfence/store';
import type { Media, MediaSession } from '../media/media.js';
import type { MediaEnd } from '../media/media-end.js';
import { Refusal, SipFailure } from '../sip/failure.js';
import { ALLOW_IN_CALL } from '../sip/methods.js';
import type { SipRequest, SipResponse } from '../sip/stack.js';
import type { Bridge, Refer } from './bridge.js';
import type { CallSlot } from './calls.js';
import { type Destination, findDestination, type Originator } from './destination.js';
import { identityOf } from './identity.js';
import { type Answer, hangUp } from './leg.js';
import { kept, type Party } from './party.js';
import { ReferProgress } from './refer-progress.js';
import { type Replaces, readReferTo } from './refer-to.js';
import { type Provisional, type RingingResult, ring } from './ring.js';
import type { CallParts } from './route.js';
import { askForTerms, readTerms } from './session-terms.js';
import { Side } from './side.js';

/** What a transfer is about. */
interface Transfer {
  parts: CallParts;
  /** Id of the customer. */
  customer: string;
  slot: CallSlot;
  bridge: Bridge;
  /** The side that asks for it, and the one that it sends away. */
  from: Side;
  to: Side;
  progress: ReferProgress;
}

/** Max-Forwards of what the edge begins by itself. */
const HOPS = '70';

/**
 * Serves REFER within calls (RFC 3515, RFC 5589): a phone sends the other side to a number, under the same rules as if it
 * called it, or into another call that it has. The other side keeps its dialog; the edge gives it a new session.
 */
export function createRefer(parts: CallParts, customer: string, slot: CallSlot): Refer {
  return (bridge, from, request, response) => {
    const to = bridge.other(from);
    const progress = new ReferProgress(from, request.get('refer-sub')?.trim().toLowerCase() !== 'false');
    serve({ parts, customer, slot, bridge, from, to, progress }, request, response).catch(() => bridge.end());
  };
}

async function serve(transfer: Transfer, request: SipRequest, response: SipResponse): Promise<void> {
  const { parts, bridge, from, progress } = transfer;
  const refused = objection(transfer);
  if (refused !== undefined) {
    response.send(refused);
    return;
  }
  try {
    const { number, replaces } = readReferTo(request);
    bridge.transferring = from;
    response.send(202, from.content(undefined));
    void progress.tell(100);
    const source = parts.access.sourceOf(request);
    const ended = replaces === undefined ? toNumber(transfer, number, source) : intoCall(transfer, replaces);
    await progress.tell(await ended);
  } catch (error) {
    const status = statusOf(error);
    if (response.finalResponseSent) await progress.tell(status);
    else response.send(status);
  }
  bridge.transferring = undefined;
  if (!from.dialog.connected && bridge.sides.includes(from)) bridge.end();
}

/** Only phones transfer, one thing at a time. */
function objection({ bridge, from }: Transfer): number | undefined {
  if (from.party.phone === undefined) return 403;
  return bridge.transferring === undefined ? undefined : 491;
}

function statusOf(error: unknown): number {
  if (error instanceof SipFailure) return error.status;
  return error instanceof Refusal ? 403 : 500;
}

/**
 * Blind transfer. What rings counts as a call of the phone that transfers, until the other side has it.
 * @returns the status that it ended with
 */
async function toNumber(transfer: Transfer, number: string, source: Source): Promise<number> {
  const { parts, customer, from } = transfer;
  const destination = await findDestination(parts, originatorOf(transfer), number);
  const parties = { customer, source, caller: kept(from.party), callee: destination.callee };
  const slot = await parts.calls.start(parties, destination.isUnlimited);
  let status = 500;
  try {
    const end = transfer.to.end.again();
    const result = await ringAll(transfer, destination, end, slot);
    status = 'status' in result ? result.status : await handOver(transfer, end, result);
    return status;
  } finally {
    slot.end(status);
  }
}

/** The target sees who is transferred; a PBX cluster is told who transfers. */
function originatorOf({ customer, from: { party }, to }: Transfer): Originator {
  const { isAnonymous } = to.party;
  const phone = party.phone?.phone ?? '';
  return { customer, phone, extension: party, shown: to.party, isAnonymous, isSentOn: false };
}

/** Rings the target, which is to make the offer, and tells it who transfers (RFC 3892). */
function ringAll(
  { parts, bridge, from, progress }: Transfer,
  { ringers }: Destination,
  to: MediaEnd,
  slot: CallSlot,
): Promise<RingingResult> {
  const headers = {
    'Max-Forwards': HOPS,
    Allow: ALLOW_IN_CALL,
    ...askForTerms(parts.sessionTimes),
    'Referred-By': identityOf(from.party, parts.realm),
  };
  const stop = new AbortController();
  void bridge.over.then(() => stop.abort());
  const onProvisional = ({ status }: Provisional) => void (status === 180 && progress.tell(180));
  const told = { onProvisional, onForwarded: slot.forward, onNoMedia: () => {} };
  const invite = { headers, offer: undefined, from: to, media: parts.media, ...told };
  const all = ringers.map((start) => start(invite));
  return ring(all, parts.ringTime, [stop.signal, slot.over]);
}

/** Gives the other side to the target that picked up: its offer, and the other side's answer. @returns the status */
async function handOver(
  transfer: Transfer,
  end: MediaEnd,
  { answer, party }: { answer: Answer; party: Party },
): Promise<number> {
  const { parts, bridge, to } = transfer;
  const status = bridge.isOver ? 487 : bridge.isChanging ? 491 : 'offer' in answer ? 200 : 488;
  if (status !== 200 || !('offer' in answer)) {
    hangUp(answer);
    return status;
  }
  bridge.isChanging = true;
  const asked = await to.offer('INVITE', answer.sdp);
  bridge.isChanging = false;
  if (asked === undefined || asked.response.status >= 300 || bridge.isOver) {
    hangUp(answer);
    return asked === undefined || bridge.isOver ? 481 : asked.response.status;
  }
  const { body } = asked.response;
  const dialog = await answer.media
    .answer(end, body)
    .then(answer.offer.ack)
    .catch((error: unknown) => {
      hangUp(answer);
      throw error;
    });
  parts.fence.enclose(dialog, party.phone);
  [to.end, to.sent, to.received] = [end, answer.sdp, body];
  to.session.renew(to.session.terms);
  const times = parts.sessionTimes;
  const allow = dialog.res.get('allow');
  replace(transfer, new Side(dialog, { party, allow, terms: readTerms(dialog.res, times), times }), answer.media);
  return 200;
}

/** Attended transfer: joins the other side with that of another call of the same phone. @returns the status */
async function intoCall(transfer: Transfer, replaces: Replaces): Promise<number> {
  const { parts, from, to, bridge } = transfer;
  const found = findReplaced(parts.bridges, from.party, replaces);
  if (found === undefined || found.bridge === bridge) return 481;
  const both = [bridge, found.bridge];
  if (both.some(({ isChanging }) => isChanging)) return 491;
  const next = found.bridge.other(found.side);
  for (const one of both) one.isChanging = true;
  const agreed = await agree(parts.media, [next, to], () => both.some(({ isOver }) => isOver));
  for (const one of both) one.isChanging = false;
  if ('status' in agreed) return agreed.status;
  found.bridge.letGo(next);
  replace(transfer, next, agreed);
  return 200;
}

/**
 * Has one side make an offer that the other answers (RFC 3725).
 * @returns the media between them, or the status of what failed
 */
async function agree(
  carrier: Media,
  [offering, answering]: [Side, Side],
  isOver: () => boolean,
): Promise<MediaSession | { status: number }> {
  const asked = await offering.offer('INVITE', undefined);
  if (asked?.ack === undefined) return { status: asked?.response.status ?? 481 };
  const ends = [offering.end.again(), answering.end.again()] as const;
  const media = carrier.open(...ends);
  const { body } = asked.response;
  try {
    const offer = await media.offer(ends[0], body);
    const answered = (await answering.offer('INVITE', offer))?.response;
    if (answered === undefined || isOver()) throw new SipFailure(481);
    if (answered.status >= 300) throw new SipFailure(answered.status);
    const answer = await media.answer(ends[1], answered.body);
    asked.ack(offering.content(answer));
    [offering.end, offering.received, offering.sent] = [ends[0], body, answer];
    [answering.end, answering.sent, answering.received] = [ends[1], offer, answered.body];
  } catch (error) {
    // What was offered must be answered, if only with what holds anyway.
    asked.ack(offering.content(offering.sent));
    media.end();
    return { status: statusOf(error) };
  }
  for (const { session } of [offering, answering]) session.renew(session.terms);
  return media;
}

/** The call of the same phone of which that is a dialog (RFC 3891 section 3). */
function findReplaced(bridges: ReadonlySet<Bridge>, party: Party, { callId, toTag, fromTag }: Replaces) {
  for (const bridge of bridges) {
    const side = bridge.sides.find(({ dialog: { sip } }) => sip.callId === callId);
    if (side === undefined || side.party.phone?.phone !== party.phone?.phone) continue;
    const { localTag, remoteTag } = side.dialog.sip;
    const isSame = (localTag === toTag && remoteTag === fromTag) || (localTag === fromTag && remoteTag === toTag);
    if (isSame) return { bridge, side };
  }
  return undefined;
}

/** Puts a side in the place of the one that transferred, and tells the store. */
function replace({ bridge, slot, from, progress }: Transfer, next: Side, media: MediaSession): void {
  slot.transfer(bridge.sides[0] === from ? 'caller' : 'callee', kept(next.party));
  // The phone is told that it succeeded before it is hung up on.
  void progress.tell(200).then(() => hangUp({ dialog: from.dialog }));
  bridge.exchange(from, next, media);
}
