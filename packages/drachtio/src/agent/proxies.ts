import type { Application } from '../application/connection.js';
import type { Draft } from '../application/draft.js';
import { parseAddress } from '../sip/address.js';
import { sortHeaders } from '../sip/headers.js';
import { SipRequest, type SipResponse } from '../sip/message.js';
import { parseUri } from '../sip/uri.js';
import type { ClientTransaction } from '../transaction/client-transaction.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { Hops, ResolveFailure } from '../transport/resolver.js';
import type { Answers } from './answers.js';
import type { Core } from './core.js';
import { forwardedHeaders, routesBeyond, withoutOurVia } from './forwarding.js';
import { ProxiedRequest } from './proxied-request.js';
import { readProxyOrder } from './proxy-order.js';

/** How many proxied dialogs are remembered at most, and for how long without a request in them, in milliseconds. */
const MAX_DIALOGS = 20_000;
const DIALOG_AGE = 12 * 3_600_000;

/** The requests that applications have proxied, and the dialogs in which the server remains between the parties. */
export class Proxies {
  readonly #core: Core;
  readonly #answers: Answers;
  readonly #requests = new Map<ServerTransaction, ProxiedRequest>();
  readonly #forwarded = new Map<ServerTransaction, ClientTransaction>();
  /** When each dialog is to be forgotten, the least recently used first. */
  readonly #dialogs = new Map<string, number>();

  constructor(core: Core, answers: Answers) {
    this.#core = core;
    this.#answers = answers;
  }

  /** Proxies a request as an application orders. */
  proxy(application: Application, id: string, fields: readonly string[], draft: Draft): void {
    const [transactionId = '', ...rest] = fields;
    const transaction = application.received.get(transactionId);
    const order = readProxyOrder(application, id, rest, draft);
    if (transaction === undefined || transaction.isAnswered) {
      application.respond(id, `NOK|Unknown transaction id: ${transactionId}`);
    } else if (order === undefined) application.respond(id, 'NOK|invalid proxy request');
    else {
      this.#answers.release(transaction);
      const proxied = new ProxiedRequest(this.#core, order, transaction, (response) => {
        if (order.remainInDialog) this.#remember(response);
      });
      this.#requests.set(transaction, proxied);
      transaction.onTerminated = () => this.#requests.delete(transaction);
      proxied.start();
    }
  }

  /** Ends what is on its way for an INVITE that its caller cancelled. Gives the application that ordered it. */
  cancelled(invite: ServerTransaction): Application | undefined {
    const proxied = this.#requests.get(invite);
    proxied?.cancel();
    this.#forwarded.get(invite)?.cancel();
    return proxied?.application;
  }

  /** Whether a request belongs to a dialog in which the server remains. */
  isBetween(request: SipRequest): boolean {
    if (this.#dialogs.size === 0) return false;
    const expires = this.#dialogs.get(dialogKey(request));
    return expires !== undefined && expires > this.#core.timers.now();
  }

  /** Sends a request in such a dialog on to the other party. */
  forward(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (request.value('Max-Forwards') === '0') {
      transaction.answer(483);
      return;
    }
    this.#touch(dialogKey(request));
    this.#resolve(request, (hops) => {
      if (typeof hops === 'string' || !this.#core.transactions.hasRoom) transaction.answer(503);
      else this.#send(transaction, request, hops);
    });
    if (request.method === 'BYE') this.#dialogs.delete(dialogKey(request));
  }

  /** Sends an ACK in such a dialog on to the other party. */
  forwardAck(ack: SipRequest): void {
    this.#resolve(ack, (hops) => {
      if (typeof hops === 'string') return;
      const [hop] = hops;
      this.#core.transports.send(onwards(ack, hop, this.#core).toBuffer(), hop);
    });
  }

  #send(transaction: ServerTransaction, request: SipRequest, [hop, ...others]: Hops): void {
    const tryNext = (): boolean => {
      const [next, ...rest] = transaction.isAnswered ? [] : others;
      if (next !== undefined) this.#send(transaction, request, [next, ...rest]);
      return next !== undefined;
    };
    const client = this.#core.transactions.request(onwards(request, hop, this.#core), hop, {
      response: (response) => {
        if (response.status === 100 || (response.status === 503 && tryNext())) return;
        const upstream = withoutOurVia(response);
        if (!transaction.isAnswered) transaction.respond(upstream);
        else if (request.method === 'INVITE' && response.status < 300) transaction.send(upstream.text);
      },
      failed: (status) => {
        if (!tryNext()) transaction.answer(status);
      },
    });
    if (request.method !== 'INVITE') return;
    this.#forwarded.set(transaction, client);
    transaction.onTerminated = () => this.#forwarded.delete(transaction);
  }

  /** To the next route after ours, else to the Request-URI (section 16.6, step 7). */
  #resolve(request: SipRequest, done: (hops: Hops | ResolveFailure) => void): void {
    const [next] = routesBeyond(request, this.#core.transports.isOwn);
    const uri = parseUri((next === undefined ? undefined : parseAddress(next)?.uri) ?? request.uri);
    const flow = uri && this.#core.flows.find(uri);
    if (uri === undefined) done('transport');
    else if (flow !== undefined) done([flow]);
    else this.#core.resolver.resolve(uri, done);
  }

  #remember(response: SipResponse): void {
    const [oldest] = this.#dialogs.keys();
    if (this.#dialogs.size >= MAX_DIALOGS && oldest !== undefined) this.#dialogs.delete(oldest);
    this.#touch(dialogKey(response));
  }

  #touch(key: string): void {
    this.#dialogs.delete(key);
    this.#dialogs.set(key, this.#core.timers.now() + DIALOG_AGE);
  }
}

/** The same for both directions. */
function dialogKey({ callId, from, to }: SipRequest | SipResponse): string {
  return [callId, ...[from.tag ?? '', to.tag ?? ''].sort()].join(' ');
}

function onwards(request: SipRequest, hop: Hops[0], { transports }: Core): SipRequest {
  const headers = forwardedHeaders(request, hop.local, transports.isOwn);
  return new SipRequest(request.method, request.uri, sortHeaders(headers), request.body);
}
