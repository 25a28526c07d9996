import type { Header } from '../sip/headers.js';
import { newBranch, newId } from '../sip/identifiers.js';
import { SipRequest, type SipResponse } from '../sip/message.js';
import type { Timer, Timers } from '../timers.js';
import { type Hop, isReliable } from '../transport/hop.js';
import { ClientInvite, type ClientInviteUser } from './client-invite.js';
import { ClientNonInvite } from './client-non-invite.js';
import type { Durations } from './machine.js';

/** What client transactions share. */
export interface ClientTransactionEnvironment {
  readonly timers: Timers;
  readonly durations: Durations;
  readonly inviteAge: number;
  send(bytes: Buffer, hop: Hop, failed?: (error: Error) => void): void;
  /** Starts the transaction of a CANCEL, whose responses nobody waits for. */
  request(request: SipRequest, hop: Hop): ClientTransaction;
  terminated(transaction: ClientTransaction): void;
}

/** What the sender of a request learns. */
export interface ClientTransactionEvents {
  /** `bytes` is the response's size as it was received. */
  response(response: SipResponse, from: Hop, bytes: number): void;
  /** No final response will come: 408 when none came in time, 503 when the request couldn't be sent, or the peer has closed its connection. */
  failed(status: 408 | 503): void;
}

/** A request of ours and the network's answers to it. The request's topmost Via is ours, with a branch of its own. */
export class ClientTransaction implements ClientInviteUser {
  /** What applications know it by. */
  readonly id: string = newId();
  readonly request: SipRequest;
  /** The request as it goes on the wire, one character a byte. */
  readonly text: string;
  readonly hop: Hop;
  readonly branch: string;
  readonly #environment: ClientTransactionEnvironment;
  readonly #events: ClientTransactionEvents;
  readonly #machine: ClientInvite | ClientNonInvite;
  /** Where the response that is being handled came from. */
  #source: { from: Hop; bytes: number } | undefined;
  #cancel: SipRequest | undefined;
  #cancelTimeout: Timer | undefined;
  #isAnswered = false;
  #unwatch: (() => void) | undefined;
  #isCancelled = false;

  constructor(
    request: SipRequest,
    hop: Hop,
    environment: ClientTransactionEnvironment,
    events: ClientTransactionEvents,
  ) {
    this.request = request;
    this.hop = hop;
    this.branch = request.via.branch ?? newBranch();
    this.#environment = environment;
    this.#events = events;
    this.text = request.text;
    this.#machine = request.method === 'INVITE' ? new ClientInvite(this) : new ClientNonInvite(this);
  }

  /** Whether a final response has come, or won't. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /** Whether the sender has cancelled it. */
  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  get state(): string {
    return this.#machine.state;
  }

  get timers(): Timers {
    return this.#environment.timers;
  }

  get durations(): Durations {
    return this.#environment.durations;
  }

  get inviteAge(): number {
    return this.#environment.inviteAge;
  }

  get isReliable(): boolean {
    return isReliable(this.hop.transport);
  }

  start(): void {
    // A peer that connected to us answers by the way that the request went, or not at all (RFC 5626 section 5.3).
    const { connection } = this.hop;
    if (connection?.isAccepted && connection.isOpen) this.#unwatch = connection.whenClosed(this.#failSoon);
    this.#machine.start();
  }

  receive(response: SipResponse, from: Hop, bytes: number): void {
    this.#source = { from, bytes };
    this.#machine.receive(response);
    if (this.#cancel !== undefined && this.#machine.state === 'proceeding') this.#sendCancel();
  }

  /**
   * Cancels the INVITE (RFC 3261 section 9.1): at once when a provisional response has come, else when one comes.
   * @param extra headers to put into the CANCEL
   * @returns the CANCEL, undefined when the INVITE has been answered or cancelled already
   */
  cancel(extra: readonly Header[] = []): SipRequest | undefined {
    if (this.#isAnswered || this.#cancelTimeout !== undefined || this.#cancel !== undefined) return undefined;
    const cancel = requestOfSameHop(this.request, 'CANCEL', this.request.value('To') ?? '', extra);
    this.#cancel = cancel;
    this.#isCancelled = true;
    if (this.#machine.state === 'proceeding') this.#sendCancel();
    return cancel;
  }

  /** Ends the transaction without telling the sender. */
  stop(): void {
    this.#settle();
    this.#machine.stop();
  }

  sendRequest(): void {
    this.#environment.send(Buffer.from(this.text, 'latin1'), this.hop, () => this.#fail());
  }

  sendAck(response: SipResponse): void {
    const ack = requestOfSameHop(this.request, 'ACK', response.value('To') ?? '', []);
    this.#environment.send(ack.toBuffer(), this.hop);
  }

  respond(response: SipResponse): void {
    if (response.status >= 200) this.#settle();
    if (this.#source !== undefined) this.#events.response(response, this.#source.from, this.#source.bytes);
  }

  timedOut(): void {
    if (this.#isAnswered) return;
    this.#settle();
    this.#events.failed(408);
  }

  terminated(): void {
    this.#settle();
    this.#environment.terminated(this);
  }

  readonly #failSoon = (): void => void setImmediate(() => this.#fail());

  #fail(): void {
    if (this.#isAnswered) return;
    this.#settle();
    this.#events.failed(503);
    this.#machine.stop();
  }

  #settle(): void {
    this.#isAnswered = true;
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#cancel = undefined;
    this.timers.cancel(this.#cancelTimeout);
  }

  #sendCancel(): void {
    if (this.#cancel === undefined) return;
    this.#environment.request(this.#cancel, this.hop);
    this.#cancel = undefined;
    this.#cancelTimeout = this.timers.start(64 * this.durations.t1, () => {
      this.timedOut();
      this.#machine.stop();
    });
  }
}

/** The CANCEL of an INVITE, or the ACK to its failure: same Request-URI, topmost Via, Route, From, Call-ID and CSeq number. */
function requestOfSameHop(invite: SipRequest, method: string, to: string, extra: readonly Header[]): SipRequest {
  const headers: Header[] = [{ name: 'Via', value: invite.value('Via') ?? '' }];
  for (const value of invite.values('Route')) headers.push({ name: 'Route', value });
  headers.push(
    { name: 'Max-Forwards', value: '70' },
    { name: 'From', value: invite.value('From') ?? '' },
    { name: 'To', value: to },
    { name: 'Call-ID', value: invite.callId },
    { name: 'CSeq', value: `${invite.cseq.number} ${method}` },
    ...extra,
    { name: 'Content-Length', value: '0' },
  );
  return new SipRequest(method, invite.uri, headers);
}
