import type { Application } from '../application/connection.js';
import { formatMeta } from '../application/meta.js';
import type { Dialog } from '../dialog/dialog.js';
import type { SipRequest } from '../sip/message.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { TransactionUser } from '../transaction/transactions.js';
import type { Hop } from '../transport/hop.js';
import type { Answers } from './answers.js';
import { type Core, networkMeta } from './core.js';
import type { Proxies } from './proxies.js';
import { screen } from './screening.js';

/** The methods of RFC 3261 and its extensions: a request of another that no application takes is answered 501. */
const KNOWN_METHODS = new Set(
  'INVITE ACK BYE CANCEL REGISTER OPTIONS INFO MESSAGE SUBSCRIBE NOTIFY PUBLISH REFER UPDATE PRACK'.split(' '),
);

/** Methods that mean nothing outside a dialog. */
const ONLY_IN_DIALOGS = new Set(['BYE', 'UPDATE', 'PRACK']);

/** Requests from the network: each goes to the application that owns its dialog, or to the one whose turn it is. */
export class Inbound implements TransactionUser {
  readonly #core: Core;
  readonly #answers: Answers;
  readonly #proxies: Proxies;

  constructor(core: Core, answers: Answers, proxies: Proxies) {
    this.#core = core;
    this.#answers = answers;
    this.#proxies = proxies;
  }

  request(transaction: ServerTransaction, bytes: number): void {
    const { request, method } = transaction;
    if (this.#proxies.isBetween(request)) {
      this.#proxies.forward(transaction);
      return;
    }
    const refusal = screen(request);
    if (refusal !== undefined) {
      transaction.answer(refusal.status, refusal.headers);
      return;
    }
    // A REGISTER belongs to no dialog, whatever its To says.
    if (method !== 'REGISTER' && (request.to.tag !== undefined || ONLY_IN_DIALOGS.has(method))) {
      this.#inDialog(transaction, bytes);
      return;
    }
    if (this.#core.localHandlers.take(transaction)) return;
    const application = this.#core.routes.next(method.toLowerCase(), (candidate) => candidate.keepsUp);
    if (application === undefined) {
      if (this.#core.routes.all(method.toLowerCase()).length > 0) transaction.refuse();
      else transaction.answer(KNOWN_METHODS.has(method) ? 503 : 501);
      return;
    }
    const { host, port } = transaction.from.local;
    this.#deliver(application, transaction, { bytes, dialogId: '', receivedOn: `${host}|${port}|` });
  }

  ack(ack: SipRequest, from: Hop, bytes: number): void {
    if (this.#proxies.isBetween(ack)) {
      this.#proxies.forwardAck(ack);
      return;
    }
    const dialog = this.#core.dialogs.find(ack);
    const transactionId = dialog && this.#answers.acknowledged(dialog, ack.cseq.number);
    if (dialog?.owner === undefined || transactionId === undefined) return;
    const meta = formatMeta({ source: 'network', bytes, protocol: '', address: from.address, port: from.port });
    dialog.owner.send(`sip|${meta}|${transactionId}|${dialog.id}|`, ack.text);
  }

  cancelled(invite: ServerTransaction, cancel: SipRequest, from: Hop, bytes: number): void {
    const proxying = this.#proxies.cancelled(invite);
    const { application = proxying, dialog } = this.#answers.abandon(invite);
    const message = cancel.text;
    application?.send(`sip|${networkMeta(from, bytes)}|${invite.id}|${dialog?.id ?? ''}|`, message);
    this.#core.callEvents.stop('network', 'call-canceled', message);
  }

  #inDialog(transaction: ServerTransaction, bytes: number): void {
    const { request, method, from } = transaction;
    const { dialogs } = this.#core;
    const dialog = dialogs.find(request);
    const owner = dialog?.owner;
    if (dialog === undefined || owner === undefined || dialog.state === 'failed') {
      if (dialog !== undefined) this.#answers.forget(dialog);
      transaction.answer(481);
      return;
    }
    if (dialog.remoteNumber !== undefined && request.cseq.number < dialog.remoteNumber) transaction.answer(500);
    else if (method === 'INVITE' && dialog.isInviting) transaction.answer(491);
    else if (method === 'INVITE' && dialog.isInvited) transaction.answer(500, [{ name: 'Retry-After', value: '5' }]);
    else if (method === 'PRACK' && !this.#answers.confirmProvisional(dialog, request)) transaction.answer(481);
    else if (!owner.keepsUp) transaction.refuse();
    else {
      dialog.remoteNumber = request.cseq.number;
      dialogs.touch(dialog);
      if (!dialog.hasPeer) dialog.learnPeer(request, from);
      this.#deliver(owner, transaction, { bytes, dialogId: dialog.id, receivedOn: '' }, dialog);
    }
  }

  #deliver(
    application: Application,
    transaction: ServerTransaction,
    { bytes, dialogId, receivedOn }: { bytes: number; dialogId: string; receivedOn: string },
    dialog?: Dialog<Application>,
  ): void {
    this.#answers.expect(transaction, application, dialog);
    const meta = networkMeta(transaction.from, bytes);
    const message = transaction.request.text;
    application.send(`sip|${meta}|${transaction.id}|${dialogId}|${receivedOn}`, message);
    if (transaction.method === 'INVITE' && dialog === undefined) this.#core.callEvents.attempt('network', message);
    if (transaction.method === 'BYE') this.#core.callEvents.stop('network', 'normal-release', message);
  }
}
