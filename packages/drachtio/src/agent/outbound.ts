import type { Application } from '../application/connection.js';
import type { Draft } from '../application/draft.js';
import { formatMeta } from '../application/meta.js';
import { Dialog } from '../dialog/dialog.js';
import { parseNumber } from '../sip/characters.js';
import type { Header } from '../sip/headers.js';
import { newTag, newUuid } from '../sip/identifiers.js';
import { answerTo, NO_BODY, type SipRequest, SipResponse } from '../sip/message.js';
import { parseUri, type SipUri } from '../sip/uri.js';
import type { ClientTransaction } from '../transaction/client-transaction.js';
import type { Hop } from '../transport/hop.js';
import type { ResolveFailure } from '../transport/resolver.js';
import { isTerminatingNotify } from './answers.js';
import { composeInDialog, composeRequest, cseqNumber, isTooLarge, lacksContentType } from './compose.js';
import { type Core, localMeta, networkMeta, requestMeta } from './core.js';

/** Methods whose responses drachtio names a dialog with, since they may make one. */
const DIALOG_METHODS = new Set(['INVITE', 'SUBSCRIBE', 'REFER']);

/** RFC 3261 section 18.1.1: a larger request goes over a transport with congestion control. */
const MAX_DATAGRAM = 1300;
/** How many destinations are remembered that take no TCP. */
const MAX_REFUSALS = 10_000;
/** What the server's own headers add to a draft. */
const SERVER_HEADERS = 250;
const TCP_ATTEMPT_TIMEOUT = 500;
const LOCAL_RESPONSE_DELAY = 10;
const MAX_RELIABLE_PEERS = 16;

/** What an application asked for and where the answer goes. */
interface Order {
  readonly application: Application;
  /** Of the application's message. */
  readonly id: string;
  readonly draft: Draft;
}

/** Requests that applications send: outside dialogs, inside them, and CANCELs; and the responses to them. */
export class Outbound {
  readonly #core: Core;
  readonly #withoutTcp = new Set<string>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** Sends a new request, or one inside a dialog. */
  request(application: Application, id: string, to: { dialogId: string; routeUrl: string }, draft: Draft): void {
    const order = { application, id, draft };
    if (lacksContentType(draft)) refuse(order, 'missing content-type');
    else if (!this.#core.transactions.hasRoom) refuse(order, 'too many transactions');
    else if (to.dialogId !== '') this.#inDialog(order, to.dialogId);
    else this.#outside(order, to.routeUrl);
  }

  /** Cancels an INVITE that the application sent. */
  cancel(application: Application, id: string, transactionId: string, draft: Draft): void {
    const transaction = application.sent.get(transactionId);
    const extra = draft.headers.filter(({ name }) => !OWN_IN_CANCEL.has(name));
    const cancel = transaction?.request.method === 'INVITE' ? transaction.cancel(extra) : undefined;
    if (transaction === undefined || cancel === undefined) {
      application.respond(id, `NOK|unable to cancel unknown transaction id: ${transactionId}`);
      return;
    }
    const bytes = cancel.toBuffer();
    application.respond(id, `OK|${requestMeta(transaction.hop, bytes.length)}|${newUuid()}|Msg sent:|`, bytes);
  }

  /** The application is gone: nobody waits for its requests any more, and its INVITEs are cancelled. */
  gone(application: Application): void {
    for (const transaction of application.sent.values()) {
      if (transaction.request.method === 'INVITE') transaction.cancel();
    }
    application.sent.clear();
  }

  /** Ends a dialog by ourselves with a BYE that says why, and tells its application. */
  hangUp(dialog: Dialog<Application>, reason: string): void {
    const headers = [{ name: 'Reason', value: `SIP;cause=200;text="${reason}"` }];
    const bye = draftOf('BYE', headers);
    const { owner } = dialog;
    this.#core.dialogs.delete(dialog);
    this.#resolveNext(dialog, (hop) => {
      if (typeof hop === 'string') return;
      const request = this.#compose(dialog, bye, hop);
      this.#core.transactions.request(request, hop, { response() {}, failed() {} });
      const bytes = request.toBuffer();
      owner?.send(`sip|${requestMeta(hop, bytes.length)}|unsolicited|${dialog.id}|`, bytes);
    });
  }

  #outside(order: Order, routeUrl: string): void {
    const { draft } = order;
    const uri = parseUri(draft.uri);
    const route = routeUrl === '' ? uri : parseUri(routeUrl);
    const isOpaque = routeUrl !== '' && uri === undefined && !/^sips?:/i.test(draft.uri) && draft.uri.includes(':');
    if (uri === undefined && !isOpaque) refuse(order, `invalid request-uri: ${draft.startLine}`);
    else if (route === undefined) refuse(order, `invalid route uri: ${routeUrl}`);
    else if (draft.method === 'ACK') refuse(order, 'Server error: ACK outside a dialog');
    else this.#route(order, route, routeUrl !== '');
  }

  #route(order: Order, route: SipUri, isFixed: boolean): void {
    const flow = this.#core.flows.find(route);
    if (flow !== undefined) {
      this.#start(order, flow, flow);
      return;
    }
    this.#core.resolver.resolve(route, (hop) => {
      if (!order.application.isOpen) return;
      if (typeof hop === 'string') this.#unroutable(order, hop);
      else if (route.parameters.has('transport')) this.#start(order, hop, isFixed ? hop : undefined);
      else this.#chooseTransport(order, hop, isFixed);
    });
  }

  /** A request too large for a datagram is tried over TCP, unless the destination is known to take none. */
  #chooseTransport(order: Order, hop: Hop, isFixed: boolean): void {
    const start = (chosen: Hop): void => this.#start(order, chosen, isFixed ? chosen : undefined);
    const size = sizeOf(order.draft) + SERVER_HEADERS;
    const destination = `${hop.address} ${hop.port}`;
    const overTcp = size > MAX_DATAGRAM ? this.#core.transports.hopTo('tcp', hop.address, hop.port) : undefined;
    if (overTcp === undefined || this.#withoutTcp.has(destination)) {
      start(hop);
      return;
    }
    let isSettled = false;
    const settle = (isConnected: boolean): void => {
      if (isSettled || !order.application.isOpen) return;
      isSettled = true;
      this.#core.timers.cancel(timeout);
      if (!isConnected) this.#rememberRefusal(destination);
      start(isConnected ? overTcp : hop);
    };
    const timeout = this.#core.timers.start(TCP_ATTEMPT_TIMEOUT, () => settle(false));
    this.#core.transports.connect(overTcp, (error) => settle(error === undefined));
  }

  #rememberRefusal(destination: string): void {
    if (this.#withoutTcp.size >= MAX_REFUSALS) this.#withoutTcp.clear();
    this.#withoutTcp.add(destination);
  }

  #start(order: Order, hop: Hop, fixedHop: Hop | undefined): void {
    const { application, draft } = order;
    const request = composeRequest(draft, hop.local);
    if (request === undefined) {
      refuse(order, 'invalid From or To header');
      return;
    }
    if (isTooLarge(request)) {
      refuse(order, 'message too large');
      return;
    }
    const isDialogMethod = DIALOG_METHODS.has(request.method);
    if (isDialogMethod && !this.#core.dialogs.hasRoom) {
      refuse(order, 'too many dialogs');
      return;
    }
    const dialog = isDialogMethod ? Dialog.ofClient(request, { owner: application, fixedHop }) : undefined;
    if (dialog !== undefined) this.#core.dialogs.add(dialog);
    this.#transact(order, { request, hop, dialog, isInitial: true });
  }

  /** Nothing can be sent: the application gets the request as it would have been and a 503, as from the network. */
  #unroutable(order: Order, failure: ResolveFailure): void {
    const { application, id, draft } = order;
    const [local] = this.#core.transports.points;
    if (failure !== 'dns' || local === undefined) {
      refuse(order, failure === 'self' ? 'can not send request to myself' : 'no transport to the destination');
      return;
    }
    const request = composeRequest(draft, local);
    if (request === undefined) {
      refuse(order, 'invalid From or To header');
      return;
    }
    const meta = formatMeta({ source: 'application', bytes: 0, protocol: 'unknown', address: '', port: 0 });
    const transactionId = newUuid();
    const dialogId = DIALOG_METHODS.has(request.method) ? `${request.callId};from-tag=${request.from.tag ?? ''}` : '';
    application.respond(id, `OK|${meta}|${transactionId}|Msg sent:|`, request.toBuffer());
    // Later, so that an application that awaits the request being sent has time to listen for the response.
    this.#core.timers.start(LOCAL_RESPONSE_DELAY, () => {
      this.#respondLocally(application, request, {
        status: 503,
        reason: 'DNS Error',
        protocol: 'unknown',
        transactionId,
        dialogId,
      });
    });
  }

  #inDialog(order: Order, dialogId: string): void {
    const { application, draft } = order;
    const dialog = this.#core.dialogs.byId(dialogId);
    if (dialog === undefined || dialog.owner !== application) {
      refuse(order, 'Server error: unable to find dialog for dialog id provided');
    } else if (draft.method === 'ACK') this.#acknowledge(order, dialog);
    else if (dialog.peer === undefined || dialog.state === 'failed') {
      refuse(order, 'Server error: unable to find dialog for dialog id provided');
    } else {
      this.#resolveNext(dialog, (hop) => {
        if (typeof hop === 'string') {
          refuse(order, hop === 'self' ? 'can not send request to myself' : 'no route to the peer');
          return;
        }
        const request = this.#compose(dialog, draft, hop);
        if (isTooLarge(request)) refuse(order, 'message too large');
        else this.#transact(order, { request, hop, dialog, isInitial: false });
      });
    }
  }

  /** The ACK to a 2xx (RFC 3261 section 13.2.2.4): no transaction, kept to be sent again when the 2xx comes again. */
  #acknowledge(order: Order, dialog: Dialog<Application>): void {
    const { application, id, draft } = order;
    const number = dialog.unacknowledged;
    if (number === undefined) {
      refuse(order, 'Server error: ACK for non-success final response is automatically generated by server');
      return;
    }
    this.#resolveNext(dialog, (hop) => {
      if (typeof hop === 'string') {
        refuse(order, 'no route to the peer');
        return;
      }
      dialog.unacknowledged = undefined;
      const ack = composeInDialog(draft, placeIn(dialog, number), hop.local);
      const bytes = ack.toBuffer();
      dialog.sentAck = { number, bytes, hop };
      this.#core.transports.send(bytes, hop, () => {});
      application.respond(id, `OK|${requestMeta(hop, bytes.length)}|${newUuid()}|Msg sent:|`, bytes);
    });
  }

  #resolveNext(dialog: Dialog<Application>, done: (hop: Hop | ResolveFailure) => void): void {
    const next = dialog.nextHop;
    if ('hop' in next) {
      done(next.hop);
      return;
    }
    const uri = parseUri(next.uri);
    const flow = uri && this.#core.flows.find(uri);
    if (uri === undefined) done('transport');
    else if (flow !== undefined) done(flow);
    else this.#core.resolver.resolve(uri, done);
  }

  #compose(dialog: Dialog<Application>, draft: Draft, hop: Hop): SipRequest {
    const asked = cseqNumber(draft);
    dialog.localNumber = asked !== undefined && asked > dialog.localNumber ? asked : dialog.localNumber + 1;
    return composeInDialog(draft, placeIn(dialog, dialog.localNumber), hop.local);
  }

  #transact(
    { application, id }: Order,
    {
      request,
      hop,
      dialog,
      isInitial,
    }: { request: SipRequest; hop: Hop; dialog: Dialog<Application> | undefined; isInitial: boolean },
  ): void {
    const exchange: Exchange = { application, request, dialog, isInitial, reliable: new Map() };
    const transaction = this.#core.transactions.request(request, hop, {
      response: (response, from, bytes) => this.#receive(transaction, exchange, { response, from, bytes }),
      failed: (status) => this.#fail(transaction, exchange, status),
    });
    application.sent.set(transaction.id, transaction);
    if (dialog !== undefined && !isInitial) {
      this.#core.dialogs.touch(dialog);
      if (request.method === 'INVITE') dialog.isInviting = true;
    }
    const meta = requestMeta(hop, transaction.bytes);
    application.respond(id, `OK|${meta}|${transaction.id}|Msg sent:|`, request.toBuffer());
  }

  #receive(
    transaction: ClientTransaction,
    exchange: Exchange,
    { response, from, bytes }: { response: SipResponse; from: Hop; bytes: number },
  ): void {
    const { application, request, dialog } = exchange;
    if (response.status === 100 || isRepeatedProvisional(exchange, response)) return;
    if (request.method === 'INVITE' && dialog !== undefined && this.#isRepeated2xx(dialog, request, response, from))
      return;
    if (response.status >= 200) application.sent.delete(transaction.id);
    const isUnwanted = !application.isOpen && response.status >= 200 && response.status < 300;
    if (isUnwanted && request.method === 'INVITE') this.#endFork(request, response, from);
    if (dialog !== undefined) this.#applyTo(dialog, exchange, { response, from });
    application.send(`sip|${networkMeta(from, bytes)}|${transaction.id}|${dialog?.id ?? ''}|`, response.toBuffer());
    if (dialog !== undefined) this.#endIfLast(dialog, request, response.status);
  }

  /**
   * A 2xx that was had before is acknowledged again. One from another branch of a forked INVITE makes a dialog that the
   * application can't tell from the first: it is acknowledged and ended here (section 13.2.2.4).
   */
  #isRepeated2xx(dialog: Dialog<Application>, request: SipRequest, response: SipResponse, from: Hop): boolean {
    if (response.status < 200 || response.status >= 300 || dialog.state !== 'confirmed') return false;
    const { number } = request.cseq;
    const isFirst = dialog.unacknowledged !== number && dialog.sentAck?.number !== number;
    const isOfPeer = dialog.isFrom(response.to.tag);
    if (isFirst && isOfPeer) return false;
    if (!isOfPeer) this.#endFork(request, response, from);
    else if (dialog.sentAck?.number === number) {
      this.#core.transports.send(dialog.sentAck.bytes, dialog.sentAck.hop, () => {});
    }
    return true;
  }

  #endFork(invite: SipRequest, response: SipResponse, from: Hop): void {
    const fork = Dialog.ofClient(invite, { owner: undefined, fixedHop: undefined });
    fork.learnPeer(response, from);
    const { number } = invite.cseq;
    this.#resolveNext(fork as Dialog<never>, (hop) => {
      if (typeof hop === 'string') return;
      this.#core.transports.send(
        composeInDialog(draftOf('ACK'), placeIn(fork, number), hop.local).toBuffer(),
        hop,
        () => {},
      );
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
    const { application, request, dialog } = exchange;
    application.sent.delete(transaction.id);
    if (dialog !== undefined) dialog.isInviting = false;
    this.#respondLocally(application, request, {
      status,
      reason: undefined,
      protocol: transaction.hop.transport,
      transactionId: transaction.id,
      dialogId: dialog?.id ?? '',
    });
    if (dialog !== undefined) this.#endIfLast(dialog, request, status);
  }

  #respondLocally(
    application: Application,
    request: SipRequest,
    { status, reason, protocol, transactionId, dialogId }: LocalResponse,
  ): void {
    const usual = answerTo(request, status, newTag());
    const response = new SipResponse(status, reason ?? usual.reason, usual.headers);
    application.send(`sip|${localMeta(protocol)}|${transactionId}|${dialogId}|`, response.toBuffer());
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
  readonly request: SipRequest;
  readonly dialog: Dialog<Application> | undefined;
  /** Whether the request may make the dialog, rather than being sent inside it. */
  readonly isInitial: boolean;
  /** The RSeq of the last reliable provisional response, by To tag. */
  readonly reliable: Map<string, number>;
}

interface LocalResponse {
  readonly status: number;
  readonly reason: string | undefined;
  readonly protocol: string;
  readonly transactionId: string;
  readonly dialogId: string;
}

const TARGET_REFRESH = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY', 'REFER']);
const OWN_IN_CANCEL = new Set([
  'Via',
  'Route',
  'Max-Forwards',
  'From',
  'To',
  'Call-ID',
  'CSeq',
  'Contact',
  'Content-Length',
]);

function placeIn(dialog: Dialog, number: number): Parameters<typeof composeInDialog>[1] {
  const { uri, routes } = dialog.target;
  return { uri, routes, from: dialog.localAddress, to: dialog.remoteAddress, callId: dialog.callId, number };
}

/** Whether a reliable provisional response was had before (RFC 3262 section 4); else takes note of it. */
function isRepeatedProvisional({ reliable }: Exchange, response: SipResponse): boolean {
  const number = response.status < 200 ? parseNumber(response.value('RSeq') ?? '', 0xffffffff) : undefined;
  const tag = response.to.tag ?? '';
  if (number === undefined) return false;
  if (number <= (reliable.get(tag) ?? 0)) return true;
  if (reliable.size < MAX_RELIABLE_PEERS || reliable.has(tag)) reliable.set(tag, number);
  return false;
}

function sizeOf({ startLine, headers, body }: Draft): number {
  return headers.reduce(
    (size, { name, value }) => size + name.length + value.length + 4,
    startLine.length + body.length,
  );
}

function draftOf(method: string, headers: readonly Header[] = []): Draft {
  return { startLine: '', method, uri: '', status: undefined, reason: '', headers, body: NO_BODY };
}

function refuse({ application, id }: Order, reason: string): void {
  application.respond(id, `NOK|${reason}`);
}
