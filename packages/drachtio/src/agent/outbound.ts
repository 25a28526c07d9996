import type { Application } from '../application/connection.js';
import type { Draft } from '../application/draft.js';
import { formatMeta } from '../application/meta.js';
import { Dialog } from '../dialog/dialog.js';
import { newId } from '../sip/identifiers.js';
import { isAbsoluteUri, parseUri, type SipUri } from '../sip/uri.js';
import type { Hop } from '../transport/hop.js';
import type { Hops, ResolveFailure } from '../transport/resolver.js';
import { composeInDialog, composeRequest, isTooLarge, lacksContentType } from './compose.js';
import { type Core, requestMeta } from './core.js';
import { Exchanges } from './exchanges.js';
import { composeNext, draftOf, placeIn, resolveNextHops } from './in-dialog.js';
import { LargeRequests } from './large-requests.js';

/** Methods whose responses drachtio names a dialog with, since they may make one. */
const DIALOG_METHODS = new Set(['INVITE', 'SUBSCRIBE', 'REFER']);

const LOCAL_RESPONSE_DELAY = 10;

/** What an application asked for and where the answer goes. */
export interface Order {
  readonly application: Application;
  /** Of the application's message. */
  readonly id: string;
  readonly draft: Draft;
}

/** Requests that applications send: outside dialogs, inside them, and CANCELs. */
export class Outbound {
  readonly #core: Core;
  readonly #exchanges: Exchanges;
  readonly #largeRequests: LargeRequests;

  constructor(core: Core) {
    this.#core = core;
    this.#exchanges = new Exchanges(core);
    this.#largeRequests = new LargeRequests(core);
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
    const { text } = cancel;
    application.respond(id, `OK|${requestMeta(transaction.hop, text.length)}|${newId()}|Msg sent:|`, text);
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
    resolveNextHops(this.#core, dialog, (hops) => {
      if (typeof hops === 'string') return;
      const [hop] = hops;
      const request = composeNext(dialog, bye, hop);
      this.#core.transactions.request(request, hop, { response() {}, failed() {} });
      const { text } = request;
      owner?.send(`sip|${requestMeta(hop, text.length)}|unsolicited|${dialog.id}|`, text);
      this.#core.callEvents.stop('application', 'ack-timeout', text);
    });
  }

  #outside(order: Order, routeUrl: string): void {
    const { draft } = order;
    const uri = parseUri(draft.uri);
    const route = routeUrl === '' ? uri : parseUri(routeUrl);
    const isOpaque = routeUrl !== '' && !/^sips?:/i.test(draft.uri) && isAbsoluteUri(draft.uri);
    if (uri === undefined && !isOpaque) refuse(order, `invalid request-uri: ${draft.startLine}`);
    else if (route === undefined) refuse(order, `invalid route uri: ${routeUrl}`);
    else if (draft.method === 'ACK') refuse(order, 'Server error: ACK outside a dialog');
    else this.#route(order, route, routeUrl !== '');
  }

  #route(order: Order, route: SipUri, isFixed: boolean): void {
    const flow = this.#core.flows.find(route);
    if (flow !== undefined) {
      this.#start(order, [flow], flow);
      return;
    }
    this.#core.resolver.resolve(route, (hops) => {
      if (!order.application.isOpen) return;
      if (typeof hops === 'string') {
        this.#unroutable(order, hops);
        return;
      }
      const [first, ...others] = hops;
      if (route.parameters.has('transport')) this.#start(order, hops, isFixed ? first : undefined);
      else {
        this.#largeRequests.chooseHop(order.draft, first, (chosen) => {
          if (order.application.isOpen) this.#start(order, [chosen, ...others], isFixed ? chosen : undefined);
        });
      }
    });
  }

  #start(order: Order, hops: Hops, fixedHop: Hop | undefined): void {
    const { application, draft } = order;
    const request = composeRequest(draft, hops[0].local);
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
    this.#exchanges.begin(order, { request, hops, dialog, isInitial: true });
  }

  /** Nothing can be sent: the application gets the request as it would have been and a failure, as from the network. */
  #unroutable(order: Order, failure: ResolveFailure): void {
    const { application, id, draft } = order;
    const [local] = this.#core.transports.points;
    const response = UNROUTABLE[failure];
    if (response === undefined || local === undefined) {
      refuse(order, failure === 'self' ? 'can not send request to myself' : 'no transport to the destination');
      return;
    }
    const request = composeRequest(draft, local);
    if (request === undefined) {
      refuse(order, 'invalid From or To header');
      return;
    }
    const meta = formatMeta({ source: 'application', bytes: 0, protocol: 'unknown', address: '', port: 0 });
    const transactionId = newId();
    const dialogId = DIALOG_METHODS.has(request.method) ? `${request.callId};from-tag=${request.from.tag ?? ''}` : '';
    application.respond(id, `OK|${meta}|${transactionId}|Msg sent:|`, request.text);
    // Later, so that an application that awaits the request being sent has time to listen for the response.
    this.#core.timers.start(LOCAL_RESPONSE_DELAY, () => {
      this.#exchanges.respondLocally(application, request, {
        protocol: 'unknown',
        transactionId,
        dialogId,
        ...response,
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
      resolveNextHops(this.#core, dialog, (hops) => {
        if (typeof hops === 'string') {
          refuse(order, hops === 'self' ? 'can not send request to myself' : 'no route to the peer');
          return;
        }
        const request = composeNext(dialog, draft, hops[0]);
        if (isTooLarge(request)) refuse(order, 'message too large');
        else this.#exchanges.begin(order, { request, hops, dialog, isInitial: false });
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
    resolveNextHops(this.#core, dialog, (hops) => {
      if (typeof hops === 'string') {
        refuse(order, 'no route to the peer');
        return;
      }
      const [hop] = hops;
      dialog.unacknowledged = undefined;
      const ack = composeInDialog(draft, placeIn(dialog, number), hop.local);
      const bytes = ack.toBuffer();
      dialog.sentAck = { number, bytes, hop };
      this.#core.transports.send(bytes, hop);
      application.respond(id, `OK|${requestMeta(hop, bytes.length)}|${newId()}|Msg sent:|`, ack.text);
    });
  }
}

/** What takes the place of a response where the peer can't be reached (RFC 5626 section 5.3.1 for a flow that is gone). */
const UNROUTABLE: Partial<Record<ResolveFailure, { status: number; reason: string }>> = {
  dns: { status: 503, reason: 'DNS Error' },
  flow: { status: 430, reason: 'Flow Failed' },
};

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

function refuse({ application, id }: Order, reason: string): void {
  application.respond(id, `NOK|${reason}`);
}
