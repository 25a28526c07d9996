import type { Extra } from './compose.js';
import { contactUri, type SipMessage } from './message.js';
import type { Phone } from './phone.js';

interface DialogState {
  readonly callId: string;
  readonly local: string;
  readonly remote: string;
  readonly target: string;
  readonly route: readonly string[];
  readonly cseq: number;
}

/** One side of a dialog made by an INVITE (RFC 3261 section 12): it writes the requests inside the dialog. */
export class Dialog {
  /** The 2xx that made the dialog. */
  readonly response: SipMessage;
  readonly #phone: Phone;
  /** What came from the other side: requests go out over the flow it came by. */
  readonly #received: SipMessage;
  readonly #state: DialogState;
  #cseq: number;

  /** The caller's side, from the INVITE sent and the 2xx received. */
  static caller(phone: Phone, invite: SipMessage, response: SipMessage): Dialog {
    return new Dialog(phone, response, response, {
      callId: invite.get('Call-ID') ?? '',
      local: invite.get('From') ?? '',
      remote: response.get('To') ?? '',
      target: contactUri(response),
      route: response.list('Record-Route').reverse(),
      cseq: response.cseq.number,
    });
  }

  /** The callee's side, from the INVITE received and the 2xx sent. */
  static callee(phone: Phone, invite: SipMessage, response: SipMessage): Dialog {
    return new Dialog(phone, response, invite, {
      callId: invite.get('Call-ID') ?? '',
      local: response.get('To') ?? '',
      remote: invite.get('From') ?? '',
      target: contactUri(invite),
      route: invite.list('Record-Route'),
      cseq: 0,
    });
  }

  private constructor(phone: Phone, response: SipMessage, received: SipMessage, state: DialogState) {
    this.response = response;
    this.#phone = phone;
    this.#received = received;
    this.#state = state;
    this.#cseq = state.cseq;
  }

  get callId(): string {
    return this.#state.callId;
  }

  /** Where the requests of this side go: the Contact of the other. */
  get target(): string {
    return this.#state.target;
  }

  /** Makes the next request inside the dialog. */
  request(method: string, extra: Extra = {}): SipMessage {
    const number = method === 'ACK' ? this.#cseq : ++this.#cseq;
    return this.#phone.request(method, this.target, {
      ...extra,
      headers: {
        Route: this.#state.route,
        From: this.#state.local,
        To: this.#state.remote,
        'Call-ID': this.callId,
        CSeq: `${number} ${method}`,
        ...extra.headers,
      },
    });
  }

  /** Makes the ACK of the last INVITE's 2xx: a transaction of its own (RFC 3261 section 13.2.2.4). */
  ack(extra?: Extra): SipMessage {
    return this.request('ACK', extra).set('Contact', undefined);
  }

  /** Sends a message over the flow the dialog was made by. */
  send(message: SipMessage): SipMessage {
    return this.#phone.send(message, this.#received);
  }

  /** Sends a request inside the dialog and gives the final response. */
  async ask(method: string, extra?: Extra): Promise<SipMessage> {
    const request = this.send(this.request(method, extra));
    return this.#phone.settle(request, await this.#phone.final(request), {});
  }

  /** Sends another INVITE inside the dialog, acknowledges its 2xx and gives the final response. */
  async reinvite(body: string): Promise<SipMessage> {
    const response = await this.ask('INVITE', { body });
    if (response.status < 300) this.send(this.ack());
    return response;
  }

  /** Ends the call and gives the response to the BYE. */
  bye(): Promise<SipMessage> {
    return this.ask('BYE');
  }

  /** Waits for the other side's next request of a method in this dialog. */
  expect(method: string, ms?: number): Promise<SipMessage> {
    // What comes without a To tag is the INVITE that made the dialog, sent once more on a slow machine.
    const mine = (message: SipMessage) =>
      message.method === method && message.get('Call-ID') === this.callId && /;\s*tag=/.test(message.get('To') ?? '');
    return this.#phone.receive(mine, `${method} in the dialog`, ms);
  }
}
