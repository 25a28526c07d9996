import type { Application } from '../application/connection.js';
import { Dialog, TARGET_REFRESH } from '../dialog/dialog.js';
import { parseNumber } from '../sip/characters.js';
import { newTag } from '../sip/identifiers.js';
import { answerTo, type SipRequest, SipResponse } from '../sip/message.js';
import type { ClientTransaction } from '../transaction/client-transaction.js';
import type { Hop } from '../transport/hop.js';
import type { Hops } from '../transport/resolver.js';
import { isTerminatingNotify } from './answers.js';
import { composeInDialog, redirect } from './compose.js';
import { type Core, localMeta, networkMeta, requestMeta } from './core.js';
import { draftOf, placeIn, resolveNextHops } from './in-dialog.js';

/** Of one INVITE: how many branches of it are told apart. */
const MAX_FORKS = 16;

/** Requests sent for applications, and what comes back for them. */
export class Exchanges {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  /**
   * Sends a request and tells the application what was sent. Where the first hop fails without any answer or with a 503, the
   * next is tried, of which the application learns nothing (RFC 3263 section 4.3).
   * @param dialog the one it is in, or may make when `isInitial`
   */
  begin(
    { application, id }: { application: Application; id: string },
    {
      request,
      hops,
      dialog,
      isInitial,
    }: { request: SipRequest; hops: Hops; dialog: Dialog<Application> | undefined; isInitial: boolean },
  ): void {
    const [hop, ...others] = hops;
    const exchange: Exchange = {
      application,
      request,
      dialog,
      isInitial,
      others,
      reliable: new Map(),
      endedForks: new Set(),
    };
    const transaction = this.#send(exchange, hop);
    if (dialog !== undefined && !isInitial) {
      this.#core.dialogs.touch(dialog);
      if (request.method === 'INVITE') dialog.isInviting = true;
    }
    const message = transaction.text;
    const meta = requestMeta(hop, message.length);
    application.respond(id, `OK|${meta}|${transaction.id}|Msg sent:|`, message);
    if (request.method === 'INVITE' && isInitial) this.#core.callEvents.attempt('application', message);
    if (request.method === 'BYE') this.#core.callEvents.stop('application', 'normal-release', message);
  }

  #send(exchange: Exchange, hop: Hop): ClientTransaction {
    const transaction = this.#core.transactions.request(exchange.request, hop, {
      response: (response, from, bytes) => this.#receive(transaction, exchange, { response, from, bytes }),
      failed: (status) => this.#fail(transaction, exchange, status),
    });
    exchange.id ??= transaction.id;
    exchange.application.sent.set(exchange.id, transaction);
    return transaction;
  }

  /** Sends the request to its next hop. Tells whether there is one. */
  #tryNext(transaction: ClientTransaction, exchange: Exchange): boolean {
    const { application, others, dialog } = exchange;
    if (!application.isOpen || transaction.isCancelled || !this.#core.transactions.hasRoom) return false;
    const hop = others.shift();
    if (hop === undefined) return false;
    exchange.request = redirect(exchange.request, transaction.hop.local, hop.local);
    if (dialog?.fixedHop !== undefined && exchange.isInitial) dialog.fixedHop = hop;
    this.#send(exchange, hop);
    return true;
  }

  #receive(
    transaction: ClientTransaction,
    exchange: Exchange,
    { response, from, bytes }: { response: SipResponse; from: Hop; bytes: number },
  ): void {
    const { application, request, dialog, id = transaction.id } = exchange;
    if (response.status === 503 && this.#tryNext(transaction, exchange)) return;
    if (response.status < 200) exchange.others.length = 0;
    if (response.status === 100 || isRepeatedProvisional(exchange, response)) return;
    if (this.#isNoNews(exchange, response, from)) return;
    if (response.status >= 200) application.sent.delete(id);
    if (!application.isOpen) {
      this.#endUnwanted(exchange, response, from);
      return;
    }
    if (dialog !== undefined) this.#applyTo(dialog, exchange, { response, from });
    const message = response.text;
    application.send(`sip|${networkMeta(from, bytes)}|${id}|${dialog?.id ?? ''}|`, message);
    if (request.method === 'INVITE' && exchange.isInitial) this.#tellOutcome(response, message);
    if (dialog !== undefined) this.#endIfLast(dialog, request, response.status);
  }

  #tellOutcome(response: SipResponse, message: string): void {
    if (isSuccess(response)) this.#core.callEvents.start('network', 'uac', message);
    else if (response.status >= 300) this.#core.callEvents.stop('network', 'call-rejected', message);
  }

  /**
   * A 2xx that was had before is acknowledged again, unless its application died before it could do so. One from another branch of a forked INVITE makes a dialog that the
   * application can't tell from the first: it is acknowledged and ended here (section 13.2.2.4).
   */
  #isNoNews(exchange: Exchange, response: SipResponse, from: Hop): boolean {
    const { request, dialog } = exchange;
    if (request.method !== 'INVITE' || !isSuccess(response) || dialog?.state !== 'confirmed') return false;
    const { number } = request.cseq;
    const sentAck = dialog.sentAck?.number === number ? dialog.sentAck : undefined;
    const isOfPeer = dialog.isFrom(response.to.tag);
    const isFirst = dialog.unacknowledged !== number || dialog.owner === undefined;
    if (isOfPeer && isFirst && sentAck === undefined) return false;
    if (!isOfPeer) this.#endFork(exchange, response, from);
    else if (sentAck !== undefined) this.#core.transports.send(sentAck.bytes, sentAck.hop);
    return true;
  }

  /** A call that is answered when its application is gone is ended. */
  #endUnwanted(exchange: Exchange, response: SipResponse, from: Hop): void {
    const { request, dialog } = exchange;
    if (response.status < 200) return;
    if (request.method === 'INVITE' && isSuccess(response)) this.#endFork(exchange, response, from);
    if (dialog !== undefined) this.#core.dialogs.delete(dialog);
  }

  #endFork({ request, endedForks }: Exchange, response: SipResponse, from: Hop): void {
    const tag = response.to.tag ?? '';
    const isKnown = endedForks.has(tag);
    if (!isKnown && endedForks.size >= MAX_FORKS) return;
    endedForks.add(tag);
    const fork = Dialog.ofClient(request, { owner: undefined, fixedHop: undefined });
    fork.learnPeer(response, from);
    const { number } = request.cseq;
    resolveNextHops(this.#core, fork, (hops) => {
      if (typeof hops === 'string') return;
      const [hop] = hops;
      const ack = composeInDialog(draftOf('ACK'), placeIn(fork, number), hop.local);
      this.#core.transports.send(ack.toBuffer(), hop);
      if (isKnown) return;
      const bye = composeInDialog(draftOf('BYE'), placeIn(fork, number + 1), hop.local);
      this.#core.transactions.request(bye, hop, { response() {}, failed() {} });
    });
  }

  #applyTo(
    dialog: Dialog<Application>,
    { request, isInitial }: Exchange,
    { response, from }: { response: SipResponse; from: Hop },
  ): void {
    const { status } = response;
    const { method } = request;
    this.#core.dialogs.touch(dialog);
    if (status < 300) {
      if (isInitial && response.to.tag !== undefined) dialog.learnPeer(response, from);
      else if (!isInitial && status >= 200 && TARGET_REFRESH.has(method)) dialog.refreshTarget(response, from);
    }
    if (status < 200 || method !== 'INVITE') return;
    dialog.isInviting = false;
    if (status < 300) dialog.unacknowledged = request.cseq.number;
  }

  #fail(transaction: ClientTransaction, exchange: Exchange, status: 408 | 503): void {
    if (this.#tryNext(transaction, exchange)) return;
    const { application, request, dialog, id = transaction.id } = exchange;
    application.sent.delete(id);
    if (dialog !== undefined) dialog.isInviting = false;
    this.respondLocally(application, request, {
      status,
      reason: undefined,
      protocol: transaction.hop.transport,
      transactionId: id,
      dialogId: dialog?.id ?? '',
    });
    if (dialog !== undefined) this.#endIfLast(dialog, request, status);
  }

  /** Gives the application a response that no one sent. */
  respondLocally(
    application: Application,
    request: SipRequest,
    { status, reason, protocol, transactionId, dialogId }: LocalResponse,
  ): void {
    const usual = answerTo(request, status, newTag());
    const response = new SipResponse(status, reason ?? usual.reason, usual.headers);
    application.send(`sip|${localMeta(protocol)}|${transactionId}|${dialogId}|`, response.text);
  }

  /** Forgets a dialog that this final response ends, or that it shows will never be. */
  #endIfLast(dialog: Dialog<Application>, request: SipRequest, status: number): void {
    if (status < 200) return;
    const isChallenge = status === 401 || status === 407;
    const { dialogs, timers, durations } = this.#core;
    if (dialog.state === 'early' && status >= 300 && request.method === dialog.method) {
      dialog.state = 'failed';
      timers.start(64 * durations.t1, () => dialogs.delete(dialog));
    } else if (request.method === 'BYE' && !isChallenge) dialogs.delete(dialog);
    else if (dialog.method === 'SUBSCRIBE' && isTerminatingNotify(request) && !isChallenge) dialogs.delete(dialog);
  }
}

/** A request sent for an application. */
interface Exchange {
  readonly application: Application;
  /** What its application knows it by: the id of its first transaction. */
  id?: string;
  /** As it was sent last. */
  request: SipRequest;
  /** Where else it may go, as long as nobody has answered. */
  readonly others: Hop[];
  readonly dialog: Dialog<Application> | undefined;
  /** Whether the request may make the dialog, rather than being sent inside it. */
  readonly isInitial: boolean;
  /** The RSeq of the last reliable provisional response, by To tag. */
  readonly reliable: Map<string, number>;
  /** To tags of the branches of a forked INVITE that were ended here. */
  readonly endedForks: Set<string>;
}

interface LocalResponse {
  readonly status: number;
  readonly reason: string | undefined;
  readonly protocol: string;
  readonly transactionId: string;
  readonly dialogId: string;
}

function isSuccess({ status }: SipResponse): boolean {
  return status >= 200 && status < 300;
}

/** Whether a reliable provisional response was had before (RFC 3262 section 4); else takes note of it. */
function isRepeatedProvisional({ reliable }: Exchange, response: SipResponse): boolean {
  const number = response.status < 200 ? parseNumber(response.value('RSeq') ?? '', 0xffffffff) : undefined;
  const tag = response.to.tag ?? '';
  if (number === undefined) return false;
  if (number <= (reliable.get(tag) ?? 0)) return true;
  if (reliable.size < MAX_FORKS || reliable.has(tag)) reliable.set(tag, number);
  return false;
}
