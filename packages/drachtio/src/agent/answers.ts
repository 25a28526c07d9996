import type { Application } from '../application/connection.js';
import type { Draft } from '../application/draft.js';
import { Dialog, TARGET_REFRESH } from '../dialog/dialog.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import type { Timer } from '../timers.js';
import { Retransmission } from '../transaction/retransmission.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import { composeResponse, isReliable, isTooLarge, lacksContentType, makesDialog } from './compose.js';
import { type Core, responseMeta } from './core.js';
import { ReliableProvisionals } from './reliable-provisionals.js';

/** A request that an application has yet to answer. */
interface Expected {
  readonly application: Application;
  /** Whether the request came outside dialogs, so that the dialog, if there is one, stands and falls with its answer. */
  readonly isInitial: boolean;
  /** The dialog the request came in, or that it has made. */
  dialog: Dialog<Application> | undefined;
  /** Of an INVITE. */
  readonly provisionals: ReliableProvisionals | undefined;
}

/** A 2xx to an INVITE, sent again until its ACK comes. */
interface Unacknowledged {
  readonly number: number;
  readonly transactionId: string;
  readonly retransmission: Retransmission;
  readonly timeout: Timer;
}

/** The answers of applications to requests from the network, and the dialogs these make. */
export class Answers {
  readonly #core: Core;
  readonly #expected = new Map<ServerTransaction, Expected>();
  /** The reliable provisional responses of the INVITEs that await a PRACK, by dialog. */
  readonly #provisionals = new Map<Dialog<Application>, ReliableProvisionals>();
  /** The INVITE in progress that each dialog was made by, or has inside. */
  readonly #invites = new Map<Dialog<Application>, ServerTransaction>();
  readonly #unacknowledged = new Map<Dialog<Application>, Unacknowledged>();
  readonly #hangUp: (dialog: Dialog<Application>, reason: string) => void;

  /** @param hangUp ends a dialog whose 2xx was never acknowledged */
  constructor(core: Core, hangUp: (dialog: Dialog<Application>, reason: string) => void) {
    this.#core = core;
    this.#hangUp = hangUp;
  }

  /** Notes which application is to answer a request. */
  expect(transaction: ServerTransaction, application: Application, dialog?: Dialog<Application>): void {
    const isInvite = transaction.method === 'INVITE';
    const provisionals = isInvite ? new ReliableProvisionals(this.#core, transaction) : undefined;
    this.#expected.set(transaction, { application, isInitial: dialog === undefined, dialog, provisionals });
    application.received.set(transaction.id, transaction);
    if (isInvite && dialog !== undefined) this.#noteInvite(dialog, transaction);
    transaction.onTerminated = () => this.abandon(transaction);
  }

  /** Sends the response that an application gives, and tells it what was sent. */
  respond(application: Application, id: string, transactionId: string, draft: Draft): void {
    const transaction = application.received.get(transactionId);
    const expected = transaction && this.#expected.get(transaction);
    if (transaction === undefined || expected === undefined || transaction.isAnswered) {
      application.respond(id, 'NOK|Response not sent due to unknown transaction');
      return;
    }
    if (lacksContentType(draft)) {
      application.respond(id, 'NOK|missing content-type');
      return;
    }
    this.#send(transaction, expected, { draft, id });
  }

  /** Takes note of the ACK to a 2xx. Gives the INVITE's transaction id the first time, undefined when it comes again. */
  acknowledged(dialog: Dialog<Application>, number: number): string | undefined {
    const pending = this.#unacknowledged.get(dialog);
    if (pending === undefined || pending.number !== number) return undefined;
    this.#stopRetransmitting(dialog);
    return pending.transactionId;
  }

  /** Takes note of a PRACK. Tells whether it acknowledges a provisional response (RFC 3262 section 3). */
  confirmProvisional(dialog: Dialog<Application>, prack: SipRequest): boolean {
    return this.#provisionals.get(dialog)?.confirm(prack) ?? false;
  }

  /** Expects no answer any more: the request was cancelled, or its transaction has ended. */
  abandon(transaction: ServerTransaction): { application?: Application; dialog?: Dialog<Application> | undefined } {
    const expected = this.#expected.get(transaction);
    if (expected === undefined) return {};
    const { application, isInitial, dialog } = expected;
    this.#settle(transaction, expected);
    if (dialog !== undefined && (isInitial || transaction.method === 'BYE')) this.#end(dialog);
    return { application, dialog };
  }

  /** Leaves a request to be answered by someone else. */
  release(transaction: ServerTransaction): void {
    const expected = this.#expected.get(transaction);
    if (expected !== undefined) this.#settle(transaction, expected);
    transaction.onTerminated = undefined;
  }

  /** The application is gone: what it has yet to answer is answered 503. */
  gone(application: Application): void {
    for (const transaction of [...application.received.values()]) {
      transaction.answer(503);
      this.abandon(transaction);
    }
  }

  /** Forgets a dialog that nobody owns any more. */
  forget(dialog: Dialog<Application>): void {
    this.#end(dialog);
  }

  #send(transaction: ServerTransaction, expected: Expected, { draft, id }: { draft: Draft; id: string }): void {
    const { request, method } = transaction;
    const { dialogs } = this.#core;
    const response = composeResponse(transaction, draft);
    const { status } = response;
    if (isTooLarge(response)) {
      expected.application.respond(id, 'NOK|message too large');
      return;
    }
    const isNewDialog = expected.dialog === undefined && makesDialog(request, status);
    if (isNewDialog && !dialogs.hasRoom) {
      transaction.refuse();
      expected.application.respond(id, 'NOK|too many dialogs');
      return;
    }
    if (isReliable(draft)) expected.provisionals?.number(response);
    const dialogId = this.#dialogIdFor(request, expected, status);
    if (isNewDialog) expected.dialog = this.#newDialog(transaction, expected.application);
    // Over a connection the final response ends the transaction at once, and that is no reason to give up the dialog.
    if (status >= 200) transaction.onTerminated = undefined;
    const text = transaction.respond(response);
    if (text === undefined) {
      this.abandon(transaction);
      expected.application.respond(id, 'NOK|Response not sent due to unknown transaction');
      return;
    }
    const meta = responseMeta(transaction.from, text.length, method);
    expected.application.respond(id, `OK|${meta}|${transaction.id}|${dialogId}||Msg sent:|`, text);
    if (isReliable(draft)) this.#repeatReliably(expected, text);
    if (status < 200) return;
    this.#finish(transaction, expected, { request, response, text });
    if (method === 'INVITE' && expected.isInitial) this.#tellOutcome(status, text);
  }

  #repeatReliably({ dialog, provisionals }: Expected, text: string): void {
    if (dialog === undefined || provisionals === undefined) return;
    this.#provisionals.set(dialog, provisionals);
    provisionals.repeat(text);
  }

  #tellOutcome(status: number, response: string): void {
    if (status < 300) this.#core.callEvents.start('application', 'uas', response);
    else this.#core.callEvents.stop('application', 'call-rejected', response);
  }

  /** drachtio names the dialog with all responses to INVITE, and with others inside or making one, save those to BYE. */
  #dialogIdFor(request: SipRequest, { dialog }: Expected, status: number): string {
    if (request.method === 'BYE') return '';
    if (dialog !== undefined) return dialog.id;
    const isNamed = request.method === 'INVITE' || makesDialog(request, status);
    return isNamed ? `${request.callId};from-tag=${request.from.tag ?? ''}` : '';
  }

  #newDialog(transaction: ServerTransaction, owner: Application): Dialog<Application> {
    const { request, from, toTag } = transaction;
    const dialog = Dialog.ofServer(request, from, { localTag: toTag, owner });
    if (request.method === 'INVITE') this.#noteInvite(dialog, transaction);
    this.#core.dialogs.add(dialog);
    return dialog;
  }

  #finish(
    transaction: ServerTransaction,
    expected: Expected,
    { request, response, text }: { request: SipRequest; response: SipResponse; text: string },
  ): void {
    const { isInitial, dialog } = expected;
    const isSuccess = response.status < 300;
    this.#settle(transaction, expected);
    if (isSuccess && request.method === 'REGISTER') this.#core.flows.learn(request, response, transaction.from);
    if (dialog === undefined) return;
    if (isInitial && isSuccess) dialog.state = 'confirmed';
    // Not before it is accepted (RFC 6141 section 4.9): whoever is refused must not lead the dialog away from its peer.
    if (!isInitial && isSuccess && TARGET_REFRESH.has(request.method)) dialog.refreshTarget(request, transaction.from);
    if ((isInitial && !isSuccess) || endsDialog(request, dialog)) this.#end(dialog);
    else if (isSuccess && request.method === 'INVITE') this.#retransmit(dialog, transaction, text);
  }

  #noteInvite(dialog: Dialog<Application>, transaction: ServerTransaction): void {
    dialog.isInvited = true;
    this.#invites.set(dialog, transaction);
  }

  /** Forgets a dialog. An INVITE that it leaves unanswered is answered 487 (section 15.1.2). */
  #end(dialog: Dialog<Application>): void {
    this.#stopRetransmitting(dialog);
    this.#core.dialogs.delete(dialog);
    const invite = this.#invites.get(dialog);
    if (invite === undefined || invite.isAnswered) return;
    invite.answer(487);
    this.abandon(invite);
  }

  #settle(transaction: ServerTransaction, { application, dialog, provisionals }: Expected): void {
    this.#expected.delete(transaction);
    application.received.delete(transaction.id);
    provisionals?.stop();
    if (transaction.method !== 'INVITE' || dialog === undefined) return;
    dialog.isInvited = false;
    this.#invites.delete(dialog);
    this.#provisionals.delete(dialog);
  }

  /** RFC 3261 section 13.3.1.4: over every transport, until the ACK comes or for 64 T1. */
  #retransmit(dialog: Dialog<Application>, transaction: ServerTransaction, response: string): void {
    const { timers, durations } = this.#core;
    this.#stopRetransmitting(dialog);
    this.#unacknowledged.set(dialog, {
      number: transaction.request.cseq.number,
      transactionId: transaction.id,
      retransmission: new Retransmission(timers, { first: durations.t1, longest: durations.t2 }, () =>
        transaction.send(response),
      ),
      timeout: timers.start(64 * durations.t1, () => {
        this.#stopRetransmitting(dialog);
        this.#hangUp(dialog, 'ACK timeout');
      }),
    });
  }

  #stopRetransmitting(dialog: Dialog<Application>): void {
    const pending = this.#unacknowledged.get(dialog);
    if (pending === undefined) return;
    pending.retransmission.stop();
    this.#core.timers.cancel(pending.timeout);
    this.#unacknowledged.delete(dialog);
  }
}

/** Whether the answered request is the last of its dialog. */
function endsDialog(request: SipRequest, dialog: Dialog<Application>): boolean {
  if (request.method === 'BYE') return true;
  return dialog.method === 'SUBSCRIBE' && isTerminatingNotify(request);
}

/** Whether a NOTIFY ends its subscription (RFC 6665 section 4.1.3). */
export function isTerminatingNotify(request: SipRequest): boolean {
  if (request.method !== 'NOTIFY') return false;
  const state = request.value('Subscription-State') ?? '';
  return state.split(';')[0]?.trim().toLowerCase() === 'terminated';
}
