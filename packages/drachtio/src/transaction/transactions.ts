import type { Limits } from '../limits.js';
import { newTag } from '../sip/identifiers.js';
import { answerTo, SipRequest, SipResponse } from '../sip/message.js';
import type { Malformed } from '../sip/parser.js';
import type { HostPort } from '../sip/uri.js';
import { MAGIC_COOKIE } from '../sip/via.js';
import type { Timers } from '../timers.js';
import type { Hop, ListeningPoint } from '../transport/hop.js';
import {
  ClientTransaction,
  type ClientTransactionEnvironment,
  type ClientTransactionEvents,
} from './client-transaction.js';
import type { Durations } from './machine.js';
import { replyHop, retryLater, ServerTransaction, type ServerTransactionEnvironment } from './server-transaction.js';

/** What the transaction layer hands on. */
export interface TransactionUser {
  /** A new request that isn't an ACK or a CANCEL. An INVITE has got its 100. */
  request(transaction: ServerTransaction, bytes: number): void;
  /** An ACK to a 2xx, or one that fits nothing. */
  ack(ack: SipRequest, from: Hop, bytes: number): void;
  /** An INVITE without final response was cancelled; it has got its 487 and the CANCEL its 200. */
  cancelled(invite: ServerTransaction, cancel: SipRequest, from: Hop, bytes: number): void;
}

/**
 * The transaction layer (RFC 3261 section 17): finds the transaction that a message belongs to, makes new ones, answers
 * what needs no application. Holds a bounded number of transactions; answered ones, kept only to answer again what comes
 * again, give way first.
 */
export class Transactions {
  readonly #user: TransactionUser;
  readonly #limit: number;
  readonly #answeredLimit: number;
  readonly #bytesLimit: number;
  readonly #isOverloaded: () => boolean;
  readonly #send: (bytes: Buffer, hop: Hop, failed?: (error: Error) => void) => void;
  readonly #servers = new Map<string, ServerTransaction>();
  readonly #clients = new Map<string, ClientTransaction>();
  /** Answered server transactions other than INVITE, the oldest first. */
  readonly #answered = new Set<ServerTransaction>();
  /** Requests outside dialogs that are in progress, to recognise those that reach us by two ways (section 8.2.2.2). */
  readonly #merging = new Map<string, ServerTransaction>();
  /** Of the requests in server transactions. */
  #bytes = 0;
  readonly #serverEnvironment: ServerTransactionEnvironment;
  readonly #clientEnvironment: ClientTransactionEnvironment;

  constructor({
    timers,
    durations,
    limits,
    send,
    reply,
    user,
    isOverloaded = () => false,
  }: {
    timers: Timers;
    durations: Durations;
    limits: Limits;
    send: (bytes: Buffer, hop: Hop, failed?: (error: Error) => void) => void;
    /** Sends a response; `sentBy` is what the request's Via names. */
    reply: (bytes: Buffer, hop: Hop, sentBy: HostPort) => void;
    user: TransactionUser;
    /** Whether the process can't keep up, so that requests outside dialogs are refused. */
    isOverloaded?: () => boolean;
  }) {
    this.#user = user;
    this.#limit = limits.transactions;
    this.#answeredLimit = limits.answeredTransactions;
    this.#bytesLimit = limits.requestBytes;
    this.#isOverloaded = isOverloaded;
    this.#send = send;
    const shared = { timers, durations, inviteAge: limits.inviteAge };
    this.#serverEnvironment = {
      ...shared,
      send: reply,
      answered: (transaction) => this.#serverAnswered(transaction),
      terminated: (transaction) => this.#forgetServer(transaction),
    };
    this.#clientEnvironment = {
      ...shared,
      send,
      request: (request, hop) => this.request(request, hop, NOBODY),
      terminated: (transaction) => {
        this.#clients.delete(clientKey(transaction.branch, transaction.request.method));
      },
    };
  }

  /** How many transactions there are. */
  get size(): number {
    return this.#servers.size + this.#clients.size;
  }

  /** Whether there is room for another transaction. */
  get hasRoom(): boolean {
    return this.size < this.#limit || this.#answered.size > 0;
  }

  /** Takes a message from the network; `bytes` is its size as it was received. */
  receive(message: SipRequest | SipResponse | Malformed, from: Hop, bytes: number): void {
    if (message instanceof SipRequest) this.#receiveRequest(message, from, bytes);
    else if (message instanceof SipResponse) this.#receiveResponse(message, from, bytes);
    else if (message.request !== undefined) this.#refuse(message.request, from, message);
  }

  /** Sends a request in a new transaction. */
  request(request: SipRequest, hop: Hop, events: ClientTransactionEvents): ClientTransaction {
    this.#makeRoom();
    const transaction = new ClientTransaction(request, hop, this.#clientEnvironment, events);
    this.#clients.set(clientKey(transaction.branch, request.method), transaction);
    transaction.start();
    return transaction;
  }

  /** Ends all transactions. */
  clear(): void {
    for (const transaction of [...this.#servers.values(), ...this.#clients.values()]) transaction.stop();
  }

  #receiveRequest(request: SipRequest, from: Hop, bytes: number): void {
    const isAck = request.method === 'ACK';
    const key = serverKey(request, isAck ? 'INVITE' : request.method);
    const existing = this.#servers.get(key);
    if (isAck) {
      if (existing === undefined || !existing.receiveAck()) this.#user.ack(request, from, bytes);
    } else if (existing !== undefined) existing.receiveAgain();
    else this.#receiveNew(request, from, { key, bytes });
  }

  #receiveNew(request: SipRequest, from: Hop, { key, bytes }: { key: string; bytes: number }): void {
    const isNew = request.to.tag === undefined && request.method !== 'CANCEL';
    const isTooMuch = this.#bytes + bytes > this.#bytesLimit || (isNew && this.#isOverloaded());
    if (isTooMuch || !this.#makeRoom()) {
      this.#refuse(request, from, { status: 503, reason: undefined });
      return;
    }
    const transaction = new ServerTransaction(request, from, { key, bytes }, this.#serverEnvironment);
    this.#servers.set(key, transaction);
    this.#bytes += bytes;
    if (request.method === 'CANCEL') this.#cancel(transaction, bytes);
    else if (this.#isMerged(transaction)) transaction.answer(482);
    else {
      if (request.method === 'INVITE') transaction.answer(100);
      this.#user.request(transaction, bytes);
    }
  }

  /** RFC 3261 section 9.2: a CANCEL is answered here, and ends the INVITE that has no final response yet. */
  #cancel(transaction: ServerTransaction, bytes: number): void {
    const { request, from } = transaction;
    const invite = this.#servers.get(serverKey(request, 'INVITE'));
    if (invite === undefined) {
      transaction.answer(481);
      return;
    }
    transaction.toTag = invite.toTag;
    transaction.answer(200);
    if (invite.isAnswered) return;
    invite.answer(487);
    this.#user.cancelled(invite, request, from, bytes);
  }

  #isMerged(transaction: ServerTransaction): boolean {
    if (transaction.request.to.tag !== undefined) return false;
    const key = mergeKey(transaction.request);
    const other = this.#merging.get(key);
    if (other !== undefined) return true;
    this.#merging.set(key, transaction);
    transaction.mergeKey = key;
    return false;
  }

  #receiveResponse(response: SipResponse, from: Hop, bytes: number): void {
    const { via, cseq } = response;
    const transaction = via.branch === undefined ? undefined : this.#clients.get(clientKey(via.branch, cseq.method));
    if (transaction === undefined || !isSentBy(via.host, transaction.hop.local)) return;
    transaction.receive(response, from, bytes);
  }

  /** Answers without keeping anything. */
  #refuse(request: SipRequest, from: Hop, { status, reason }: { status: number; reason: string | undefined }): void {
    const extra = status === 503 ? retryLater() : [];
    const usual = answerTo(request, status, newTag(), extra);
    const response = new SipResponse(status, reason ?? usual.reason, usual.headers);
    this.#send(response.toBuffer(), replyHop(request, from));
  }

  #makeRoom(): boolean {
    if (this.size < this.#limit) return true;
    return this.#letGoOldest();
  }

  /** Ends the server transaction that was answered first. Tells whether there was one. */
  #letGoOldest(): boolean {
    for (const oldest of this.#answered) {
      oldest.stop();
      return true;
    }
    return false;
  }

  #serverAnswered(transaction: ServerTransaction): void {
    if (transaction.method === 'INVITE') return;
    this.#release(transaction);
    if (transaction.state !== 'terminated') this.#answered.add(transaction);
    if (this.#answered.size > this.#answeredLimit) this.#letGoOldest();
    this.#stopMerging(transaction);
  }

  #forgetServer(transaction: ServerTransaction): void {
    this.#servers.delete(transaction.key);
    this.#release(transaction);
    this.#answered.delete(transaction);
    this.#stopMerging(transaction);
  }

  /** The request of a transaction is held no longer. */
  #release(transaction: ServerTransaction): void {
    this.#bytes -= transaction.bytes;
    transaction.bytes = 0;
  }

  #stopMerging(transaction: ServerTransaction): void {
    const key = transaction.mergeKey;
    if (key !== undefined && this.#merging.get(key) === transaction) this.#merging.delete(key);
    transaction.mergeKey = undefined;
  }
}

const NOBODY: ClientTransactionEvents = { response() {}, failed() {} };

/** Whether a Via's sent-by is the one that we wrote. */
function isSentBy(host: string, { host: own, externalIp }: ListeningPoint): boolean {
  return host === (externalIp ?? own);
}

function clientKey(branch: string, method: string): string {
  return `${branch} ${method}`;
}

/**
 * RFC 3261 section 17.2.3: branch, sent-by and method; for a client that follows RFC 2543, whose branch lacks the magic
 * cookie, everything that stays the same in what it sends again.
 */
function serverKey(request: SipRequest, method: string): string {
  const { via } = request;
  if (via.branch?.startsWith(MAGIC_COOKIE) && via.branch.length > MAGIC_COOKIE.length) {
    return keyOf(via.branch, `${via.host}:${via.port ?? ''}`, method);
  }
  const { from, callId, cseq, uri } = request;
  return keyOf(callId, from.tag ?? '', String(cseq.number), uri, request.value('Via') ?? '', method);
}

function mergeKey(request: SipRequest): string {
  return keyOf(request.callId, request.from.tag ?? '', String(request.cseq.number), request.method);
}

/** Joins what identifies a transaction. The result holds no reference to the message that the parts were cut from. */
function keyOf(...parts: string[]): string {
  return parts.join(' ');
}
