import type { MediaEnd } from '../media/media-end.js';
import { ALLOW_IN_CALL, SDP } from '../sip/methods.js';
import type { Ack, Content, SipDialog, SipResponse } from '../sip/stack.js';
import type { Party } from './party.js';
import { Session } from './session.js';
import { keepTerms, type SessionTerms, type SessionTimes } from './session-terms.js';

/** How a request within a call ended: with a final response, or none because the dialog is gone. */
export type Asked = { response: SipResponse; ack?: Ack | undefined } | undefined;

/** What a side is made of. */
export interface SideParts {
  party: Party;
  /** The Allow header of the message that made the dialog. */
  allow: string | undefined;
  terms: SessionTerms;
  times: SessionTimes;
}

/** One side of a call: its dialog, and what was agreed on with it. */
export class Side {
  readonly dialog: SipDialog;
  readonly session: Session;
  readonly party: Party;
  /** Where its media is. */
  end: MediaEnd;
  /** Told when the other side has lost the call. */
  onOver = () => {};
  /** The session description that it last had from the edge, and the edge from it. */
  sent: string;
  received: string;
  readonly #takesUpdate: boolean;

  constructor(dialog: SipDialog, { party, allow = '', terms, times }: SideParts) {
    this.dialog = dialog;
    this.party = party;
    this.end = party.end;
    this.sent = dialog.local.sdp;
    this.received = dialog.remote.sdp;
    this.#takesUpdate = /(^|[,\s])UPDATE([,\s]|$)/.test(allow.toUpperCase());
    this.session = new Session(times, terms, {
      refresh: (kept) => this.#refresh(kept),
      probe: async () => (await this.ask({ method: 'OPTIONS' }))?.response,
      onOver: () => this.onOver(),
    });
  }

  /**
   * Offers a session description, or asks for one with undefined: by UPDATE when the change came so and this side takes
   * it, else by re-INVITE (RFC 3311, RFC 3261 section 14).
   */
  offer(method: 'INVITE' | 'UPDATE', offer: string | undefined): Promise<Asked> {
    const used = method === 'UPDATE' && this.#takesUpdate ? 'UPDATE' : 'INVITE';
    return this.ask({
      method: used,
      noAck: used === 'INVITE' && offer === undefined,
      ...this.content(offer, keepTerms(this.session.terms)),
    });
  }

  /** What goes with a message that may change the session. */
  content(body: string | undefined, headers: Record<string, string> = {}): Content {
    const type = body ? { 'Content-Type': SDP } : {};
    return {
      headers: { Contact: this.dialog.local.contact, Allow: ALLOW_IN_CALL, ...type, ...headers },
      ...(body && { body }),
    };
  }

  /** Sends a request. Never rejects. */
  ask(content: Content & { method: string; noAck?: boolean }): Promise<Asked> {
    return new Promise((resolve) => {
      this.dialog.request(content, (error, response, ack) => {
        if (error !== null || response === undefined) resolve(undefined);
        else if (response.status >= 200) resolve({ response, ack });
      });
    });
  }

  async #refresh(terms: SessionTerms): Promise<SipResponse | undefined> {
    const [method, body] = this.#takesUpdate ? (['UPDATE', undefined] as const) : (['INVITE', this.sent] as const);
    return (await this.ask({ method, ...this.content(body, keepTerms(terms)) }))?.response;
  }
}
