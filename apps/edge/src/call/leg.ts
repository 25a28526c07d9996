import type { MediaSession } from '../media/media.js';
import type { MediaEnd } from '../media/media-end.js';
import { SDP } from '../sip/methods.js';
import type { InviteError, InviteOptions, Offer, SipDialog, SipRequest, SipResponse, SipStack } from '../sip/stack.js';
import type { Invite } from './ring.js';
import { askForTerms, readMinSe } from './session-terms.js';

/** Where an INVITE goes. */
export interface LegTarget {
  uri: string;
  /** Where to send it, when that is not where the URI says. */
  proxy?: string;
  /** Where its media is. */
  end: MediaEnd;
}

/** What the other side picked up: a dialog, or an offer that waits for the caller's answer. */
type PickedUp = { dialog: SipDialog } | { offer: Offer };

/** How the other side picked up. */
export type Answer = PickedUp & {
  /** Its session description, as the caller gets it. */
  sdp: string;
  media: MediaSession;
};

/**
 * How an INVITE ended; `contact` is where a redirection leads, `minSe` the session interval without which the other side
 * takes no call (RFC 4028 section 7.3).
 */
export type LegResult = { answer: Answer } | { status: number; contact?: string; minSe?: number };

/** Longest Contact of a redirection that is read. */
const LONGEST_CONTACT = 4_096;

/** One INVITE. */
export class Leg {
  /** How it ended; never rejects. Stays open for good when the drachtio server is lost. */
  readonly result: Promise<LegResult>;
  readonly #media: MediaSession;
  readonly #end: MediaEnd;
  readonly #invite: Invite;
  #request: SipRequest | undefined;
  #pickedUp: PickedUp | undefined;
  #cancelled = false;
  #over = false;
  /** The answer to the offer that came reliably before the call was picked up; the 2xx need not repeat it (RFC 3262 section 5). */
  #reliableAnswer = '';
  /** What is told of provisional responses, one after the other. */
  #telling: Promise<unknown> = Promise.resolve();

  constructor(stack: SipStack, target: LegTarget, invite: Invite) {
    this.#invite = invite;
    this.#end = target.end;
    this.#media = invite.media.open(invite.from, target.end);
    this.result = this.#ring(stack, target).then((result) => {
      if ('status' in result) this.#media.end();
      return result;
    });
  }

  /** Stops the ringing; hangs up when the other side picks up, or has picked up, all the same. */
  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#media.end();
    if (this.#pickedUp !== undefined) hangUp(this.#pickedUp);
    else if (this.#request !== undefined && !this.#over) cancelRequest(this.#request);
  }

  async #ring(stack: SipStack, target: LegTarget): Promise<LegResult> {
    const { headers } = this.#invite;
    try {
      const offer = this.#invite.offer && (await this.#media.offer(this.#invite.from, this.#invite.offer));
      if (this.#cancelled) return { status: 487 };
      const result = await this.#send(stack, target, headers, offer);
      const minSe = 'minSe' in result ? result.minSe : undefined;
      if (minSe === undefined || this.#cancelled) return result;
      this.#over = false;
      const again = { ...headers, ...askForTerms({ expires: minSe, min: minSe }, minSe) };
      return await this.#send(stack, target, again, offer);
    } catch {
      if (!this.#cancelled) this.#invite.onNoMedia();
      return { status: 503 };
    }
  }

  /** @throws SipFailure when its media cannot be carried; what was picked up has been hung up on */
  #send(
    stack: SipStack,
    { uri, proxy }: LegTarget,
    headers: Record<string, string>,
    offer: string | undefined,
  ): Promise<LegResult> {
    const options: InviteOptions = {
      headers: { ...headers },
      localSdp: offer,
      noAck: offer === undefined,
      ...(proxy === undefined ? {} : { proxy }),
    };
    return new Promise((resolve) => {
      const progress = {
        cbRequest: (_error: Error | null, request?: SipRequest) => this.#sent(request),
        cbProvisional: (response: SipResponse) => this.#heard(response),
      };
      try {
        stack.createUAC(uri, options, progress, (error, answer) => resolve(this.#ended(error, answer)));
      } catch {
        resolve({ status: 503 });
      }
    });
  }

  #sent(request: SipRequest | undefined): void {
    this.#request = request;
    if (this.#cancelled && request !== undefined) cancelRequest(request);
  }

  #heard(response: SipResponse): void {
    const { status, body } = response;
    const isReliable = response.get('rseq') !== undefined;
    if (isReliable && body !== '') this.#reliableAnswer = body;
    const isSdp = response.get('content-type')?.toLowerCase().startsWith(SDP) === true;
    this.#telling = this.#telling
      .then(() => this.#carry(isSdp ? body : ''))
      .then((early) => this.#cancelled || this.#invite.onProvisional({ status, early, isReliable }))
      .catch(() => {});
  }

  async #ended(error: InviteError | null, answer: SipDialog | Offer | undefined): Promise<LegResult> {
    this.#over = true;
    if (error !== null || answer === undefined) return failed(error);
    const pickedUp = 'ack' in answer && 'sdp' in answer ? { offer: answer } : { dialog: answer as SipDialog };
    this.#pickedUp = pickedUp;
    if ('dialog' in pickedUp) pickedUp.dialog.remote.sdp ||= this.#reliableAnswer;
    if (this.#cancelled) {
      hangUp(pickedUp);
      return { status: 487 };
    }
    try {
      const sdp = await this.#carry('dialog' in pickedUp ? pickedUp.dialog.remote.sdp : pickedUp.offer.sdp);
      return this.#cancelled ? { status: 487 } : { answer: { sdp, media: this.#media, ...pickedUp } };
    } catch (failure) {
      if (!this.#cancelled) hangUp(pickedUp);
      throw failure;
    }
  }

  /** Gives a session description of the other side the form in which the caller gets it. */
  #carry(sdp: string): Promise<string> {
    const isOffer = this.#invite.offer === undefined;
    return isOffer ? this.#media.offer(this.#end, sdp) : this.#media.answer(this.#end, sdp);
  }
}

/** Ends what the other side picked up, and its media. */
export function hangUp(answer: PickedUp & { media?: MediaSession }): void {
  answer.media?.end();
  if ('offer' in answer) answer.offer.destroy().catch(() => {});
  else if (answer.dialog.connected) answer.dialog.destroy().catch(() => {});
}

/** The drachtio server may be gone, and the request with it. */
function cancelRequest(request: SipRequest): void {
  try {
    request.cancel(() => {});
  } catch {}
}

function failed(error: InviteError | null): LegResult {
  const status = error?.status ?? 503;
  const response = error?.res;
  if (response !== undefined && status === 422) return { status, minSe: readMinSe(response) };
  const contact = status >= 300 && status < 400 ? response?.get('contact') : undefined;
  return { status, ...(contact === undefined || contact.length > LONGEST_CONTACT ? {} : { contact }) };
}
