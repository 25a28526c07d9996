import { randomInt } from 'node:crypto';
import type { Header } from '../sip/headers.js';
import { newId, newTag } from '../sip/identifiers.js';
import { answerTo, type SipRequest, type SipResponse } from '../sip/message.js';
import type { HostPort } from '../sip/uri.js';
import type { Timers } from '../timers.js';
import { DEFAULT_PORTS, type Hop, isReliable } from '../transport/hop.js';
import type { Durations } from './machine.js';
import { ServerInvite, type ServerInviteUser } from './server-invite.js';
import { ServerNonInvite } from './server-non-invite.js';

/** What server transactions share. */
export interface ServerTransactionEnvironment {
  readonly timers: Timers;
  readonly durations: Durations;
  readonly inviteAge: number;
  /** `sentBy` is what the request's Via names, where the response goes when the hop fails. */
  send(bytes: Buffer, hop: Hop, sentBy: HostPort): void;
  /** A final response was given: the request itself is needed no longer. */
  answered(transaction: ServerTransaction): void;
  terminated(transaction: ServerTransaction): void;
}

/** A request from the network and our answers to it. */
export class ServerTransaction implements ServerInviteUser {
  /** What applications know it by. */
  readonly id: string = newId();
  readonly method: string;
  readonly from: Hop;
  /** Under which requests that come again find it. */
  readonly key: string;
  /** The request's size, as long as it is held; then 0. */
  bytes: number;
  readonly #environment: ServerTransactionEnvironment;
  readonly #machine: ServerInvite | ServerNonInvite;
  readonly #replyTo: Hop;
  readonly #sentBy: HostPort;
  #request: SipRequest | undefined;
  #toTag: string | undefined;
  #isAnswered = false;
  /** Under which the same request by another way finds it (section 8.2.2.2). */
  mergeKey: string | undefined;
  /** Called once when the transaction ends, however it does. */
  onTerminated: (() => void) | undefined;

  /** @param bytes the request's size */
  constructor(
    request: SipRequest,
    from: Hop,
    { key, bytes }: { key: string; bytes: number },
    environment: ServerTransactionEnvironment,
  ) {
    this.method = request.method;
    this.from = from;
    this.key = key;
    this.bytes = bytes;
    this.#environment = environment;
    this.#request = request;
    this.#replyTo = replyHop(request, from);
    this.#sentBy = { host: request.via.host, port: request.via.port };
    this.#machine = this.method === 'INVITE' ? new ServerInvite(this) : new ServerNonInvite(this);
  }

  /** The request. It can't be had any more once a final response was given to a request other than INVITE. */
  get request(): SipRequest {
    if (this.#request === undefined) throw new Error('the request was answered and is gone');
    return this.#request;
  }

  /** The tag that goes into the To header of our responses: the request's own, else one made here. */
  get toTag(): string {
    this.#toTag ??= this.#request?.to.tag ?? newTag();
    return this.#toTag;
  }

  /** Sets the tag for our responses, if none has been used yet. */
  set toTag(tag: string) {
    this.#toTag ??= this.#request?.to.tag ?? tag;
  }

  /** Whether a final response has been given. */
  get isAnswered(): boolean {
    return this.#isAnswered;
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
    return isReliable(this.from.transport);
  }

  /** Sends a response. Gives its text, undefined when a final response was already given. */
  respond(response: SipResponse): string | undefined {
    const { text } = response;
    const isFinal = response.status >= 200;
    if (isFinal) this.#isAnswered = true;
    if (!this.#machine.respond(response.status, text)) return undefined;
    if (isFinal) {
      if (this.method !== 'INVITE') this.#request = undefined;
      this.#environment.answered(this);
    }
    return text;
  }

  /** Answers that we have no room for it now, and when to come again (RFC 3261 section 21.5.4). */
  refuse(): void {
    this.answer(503, retryLater());
  }

  /** Answers by ourselves. */
  answer(status: number, extra: Header[] = []): void {
    if (!this.#isAnswered) this.respond(answerTo(this.request, status, status === 100 ? undefined : this.toTag, extra));
  }

  receiveAgain(): void {
    this.#machine.receiveAgain();
  }

  /** An ACK that matches this INVITE came. Tells whether it is absorbed; one for a 2xx isn't. */
  receiveAck(): boolean {
    return !(this.#machine instanceof ServerInvite) || this.#machine.receiveAck();
  }

  /** Ends the transaction without any further response. */
  stop(): void {
    this.#machine.stop();
  }

  send(response: string): void {
    this.#environment.send(Buffer.from(response, 'latin1'), this.#replyTo, this.#sentBy);
  }

  expired(): void {
    this.answer(480);
  }

  terminated(): void {
    this.#isAnswered = true;
    this.#environment.terminated(this);
    this.onTerminated?.();
    this.onTerminated = undefined;
  }
}

/** Seconds that a refused client should wait: from five to fourteen, so that not all come again at once. */
export function retryLater(): Header[] {
  return [{ name: 'Retry-After', value: String(randomInt(5, 15)) }];
}

/**
 * Where responses to a request go (RFC 3261 section 18.2.2, RFC 3581): over the connection it came by, else to the address
 * it came from, at the source port if `rport` asks for that or its Via can't be read, else at the port of its Via. A `maddr` isn't followed: it
 * would let anyone aim our answers at anyone.
 */
export function replyHop(request: SipRequest, from: Hop): Hop {
  const via = request.readableVia;
  if (via === undefined || (from.transport === 'udp' && via.rport)) return from;
  return { ...from, port: via.port ?? DEFAULT_PORTS[from.transport] };
}
