import type { InviteError, InviteOptions, Offer, SipDialog, SipRequest, SipResponse, SipStack } from '../sip/stack.js';
import type { Invite } from './ring.js';
import { askForTerms, readMinSe } from './session-terms.js';

/** Where an INVITE goes. */
export interface LegTarget {
  uri: string;
  /** Where to send it, when that is not where the URI says. */
  proxy?: string;
}

/** How the other side picked up: with a dialog, or with an offer that waits for the caller's answer. */
export type Answer = { dialog: SipDialog } | { offer: Offer };

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
  #request: SipRequest | undefined;
  #answer: Answer | undefined;
  #cancelled = false;
  #over = false;
  /** The answer to the offer that came reliably before the call was picked up; the 2xx need not repeat it (RFC 3262 section 5). */
  #reliableAnswer = '';

  constructor(stack: SipStack, target: LegTarget, invite: Invite) {
    this.result = this.#invite(stack, target, invite).then((result) => {
      const minSe = 'minSe' in result ? result.minSe : undefined;
      if (minSe === undefined || this.#cancelled) return result;
      this.#over = false;
      const headers = { ...invite.headers, ...askForTerms({ expires: minSe, min: minSe }, minSe) };
      return this.#invite(stack, target, { ...invite, headers });
    });
  }

  /** Stops the ringing; hangs up when the other side picks up, or has picked up, all the same. */
  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    if (this.#answer !== undefined) hangUp(this.#answer);
    else if (this.#request !== undefined && !this.#over) cancelRequest(this.#request);
  }

  #invite(stack: SipStack, { uri, proxy }: LegTarget, { headers, offer, onProvisional }: Invite): Promise<LegResult> {
    const options: InviteOptions = {
      ...{ headers: { ...headers }, localSdp: offer, noAck: offer === undefined },
      ...(proxy === undefined ? {} : { proxy }),
    };
    return new Promise((resolve) => {
      const progress = {
        cbRequest: (_error: Error | null, request?: SipRequest) => this.#sent(request),
        cbProvisional: (response: SipResponse) => {
          if (response.get('rseq') !== undefined && response.body !== '') this.#reliableAnswer = response.body;
          if (!this.#cancelled) onProvisional(response);
        },
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

  #ended(error: InviteError | null, answer: SipDialog | Offer | undefined): LegResult {
    this.#over = true;
    if (error !== null || answer === undefined) return failed(error);
    this.#answer = 'ack' in answer && 'sdp' in answer ? { offer: answer } : { dialog: answer as SipDialog };
    if ('dialog' in this.#answer) this.#answer.dialog.remote.sdp ||= this.#reliableAnswer;
    if (!this.#cancelled) return { answer: this.#answer };
    hangUp(this.#answer);
    return { status: 487 };
  }
}

/** Ends what the other side picked up. */
export function hangUp(answer: Answer): void {
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
