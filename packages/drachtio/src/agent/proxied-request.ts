import type { Application } from '../application/connection.js';
import { parseAddress } from '../sip/address.js';
import { sortHeaders } from '../sip/headers.js';
import { newTag } from '../sip/identifiers.js';
import { splitList } from '../sip/list.js';
import { answerTo, SipRequest, type SipResponse } from '../sip/message.js';
import { parseUri } from '../sip/uri.js';
import type { Timer } from '../timers.js';
import type { ClientTransaction } from '../transaction/client-transaction.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { Hop, ListeningPoint } from '../transport/hop.js';
import type { Hops } from '../transport/resolver.js';
import { type Core, localMeta, networkMeta } from './core.js';
import { forwardedHeaders, recordRoutes, withoutOurVia } from './forwarding.js';
import { MAX_TARGETS, type ProxyOrder } from './proxy-order.js';

/** One target being tried. */
interface Branch {
  readonly target: string;
  transaction?: ClientTransaction;
  timers: Timer[];
  /** Where else the request may go for this target, as long as nobody has answered. */
  others: Hop[];
  isOver: boolean;
}

/** A request that is proxied to one target after another, or to all at once (RFC 3261 section 16). */
export class ProxiedRequest {
  readonly #core: Core;
  readonly #order: ProxyOrder;
  readonly #transaction: ServerTransaction;
  readonly #request: SipRequest;
  readonly #branches: Branch[] = [];
  readonly #tried = new Set<string>();
  #waiting: string[];
  #best: SipResponse | undefined;
  #isOver = false;
  /** Called with each response that makes a dialog. */
  readonly #established: (response: SipResponse) => void;

  constructor(
    core: Core,
    order: ProxyOrder,
    transaction: ServerTransaction,
    established: (response: SipResponse) => void,
  ) {
    this.#core = core;
    this.#order = order;
    this.#transaction = transaction;
    this.#request = transaction.request;
    this.#waiting = [...order.targets];
    this.#established = established;
  }

  get application(): Application {
    return this.#order.application;
  }

  /** Tries the first target, or all. */
  start(): void {
    if (this.#request.value('Max-Forwards') === '0') {
      this.#transaction.answer(483);
      this.#finish();
    } else this.#next();
  }

  /** The caller gave up: so do all branches. */
  cancel(): void {
    this.#waiting = [];
    for (const branch of this.#branches) this.#giveUp(branch);
    this.#finish();
  }

  #next(): void {
    if (this.#isOver) return;
    const isBusy = this.#branches.some(({ isOver }) => !isOver);
    const count = this.#order.simultaneous ? this.#waiting.length : isBusy ? 0 : 1;
    const targets = this.#waiting.splice(0, count);
    for (const target of targets) this.#try(target);
    if (targets.length === 0 && !isBusy) this.#answerBest();
  }

  #try(target: string): void {
    const branch: Branch = { target, timers: [], others: [], isOver: false };
    const uri = parseUri(target);
    this.#tried.add(target);
    this.#branches.push(branch);
    if (uri === undefined || !this.#core.transactions.hasRoom) {
      this.#fail(branch, 503);
      return;
    }
    const flow = this.#core.flows.find(uri);
    if (flow !== undefined) this.#start(branch, [flow]);
    else {
      this.#core.resolver.resolve(uri, (hops) => {
        if (branch.isOver) return;
        if (typeof hops === 'string') this.#fail(branch, 503);
        else this.#start(branch, hops);
      });
    }
  }

  #start(branch: Branch, [hop, ...others]: Hops): void {
    const { provisionalTimeout, finalTimeout } = this.#order;
    branch.others = others;
    this.#send(branch, hop);
    if (provisionalTimeout !== undefined) branch.timers.push(this.#expect(branch, provisionalTimeout));
    if (finalTimeout !== undefined) branch.timers.push(this.#expect(branch, finalTimeout));
  }

  #send(branch: Branch, hop: Hop): void {
    const request = this.#requestFor(branch.target, hop.local);
    branch.transaction = this.#core.transactions.request(request, hop, {
      response: (response, from, bytes) => this.#receive(branch, response, networkMeta(from, bytes)),
      failed: (status) => {
        if (!this.#tryNextHop(branch)) this.#fail(branch, status);
      },
    });
  }

  /** Goes on to the next hop of a target (RFC 3263 section 4.3). Tells whether there is one. */
  #tryNextHop(branch: Branch): boolean {
    const hop = branch.isOver || !this.#core.transactions.hasRoom ? undefined : branch.others.shift();
    if (hop !== undefined) this.#send(branch, hop);
    return hop !== undefined;
  }

  #expect(branch: Branch, ms: number): Timer {
    return this.#core.timers.start(ms, () => {
      if (this.#request.method === 'INVITE') branch.transaction?.cancel();
      this.#fail(branch, 408);
    });
  }

  #requestFor(target: string, local: ListeningPoint): SipRequest {
    const { method, uri, body } = this.#request;
    const headers = forwardedHeaders(this.#request, local, this.#core.transports.isOwn);
    if (this.#order.remainInDialog) {
      for (const value of recordRoutes(local, this.#transaction.from.local))
        headers.push({ name: 'Record-Route', value });
    }
    headers.push(...this.#order.headers);
    return new SipRequest(method, method === 'REGISTER' ? uri : target, sortHeaders(headers), body);
  }

  #receive(branch: Branch, response: SipResponse, meta: string): void {
    const { status } = response;
    if (status === 503 && this.#tryNextHop(branch)) return;
    if (status < 200) {
      branch.others = [];
      this.#receiveProvisional(branch, response);
      return;
    }
    const isFirst = !branch.isOver;
    this.#end(branch);
    if (status < 300) this.#forwardSuccess(response, meta, isFirst);
    else if (isFirst) this.#receiveFailure(response, meta);
  }

  #receiveProvisional(branch: Branch, response: SipResponse): void {
    if (branch.isOver) return;
    const [first, ...rest] = branch.timers;
    if (this.#order.provisionalTimeout !== undefined) this.#core.timers.cancel(first);
    if (this.#order.provisionalTimeout !== undefined) branch.timers = rest;
    if (response.status === 100 || this.#transaction.isAnswered) return;
    this.#transaction.respond(withoutOurVia(response));
    if (response.to.tag !== undefined) this.#established(response);
  }

  /** Every 2xx to an INVITE goes to the caller, also when another has gone before (section 16.7, step 5). */
  #forwardSuccess(response: SipResponse, meta: string, isFirst: boolean): void {
    const upstream = withoutOurVia(response);
    if (!this.#transaction.isAnswered) this.#transaction.respond(upstream);
    else if (this.#request.method === 'INVITE') this.#transaction.send(upstream.text);
    if (!isFirst) return;
    this.#established(response);
    this.#report(response, meta);
    for (const other of this.#branches) this.#giveUp(other);
    this.#finish();
  }

  #receiveFailure(response: SipResponse, meta: string): void {
    this.#report(response, meta);
    const isRedirect = response.status < 400 && this.#order.followRedirects;
    if (isRedirect) this.#waiting.unshift(...this.#redirections(response));
    else this.#best = better(this.#best, response);
    if (response.status >= 600) this.#waiting = [];
    this.#next();
  }

  #redirections(response: SipResponse): string[] {
    const room = MAX_TARGETS - this.#branches.length - this.#waiting.length;
    return response
      .values('Contact')
      .flatMap((value) => splitList(value) ?? [])
      .map((value) => parseAddress(value)?.uri ?? '')
      .filter((uri) => parseUri(uri) !== undefined && !this.#tried.has(uri))
      .slice(0, Math.max(0, room));
  }

  /** No final response came from a target: one is made in its place. */
  #fail(branch: Branch, status: 408 | 503): void {
    if (branch.isOver) return;
    this.#end(branch);
    const request = branch.transaction?.request ?? this.#request;
    const response = answerTo(request, status, newTag());
    if (branch.transaction === undefined) response.headers.unshift({ name: 'Via', value: 'SIP/2.0/UDP localhost' });
    this.#report(response, localMeta(branch.transaction?.hop.transport ?? 'unknown'));
    this.#best = better(this.#best, response);
    this.#next();
  }

  #giveUp(branch: Branch): void {
    if (!branch.isOver && this.#request.method === 'INVITE') branch.transaction?.cancel();
    this.#end(branch);
  }

  #end(branch: Branch): void {
    branch.isOver = true;
    for (const timer of branch.timers) this.#core.timers.cancel(timer);
    branch.timers = [];
  }

  #answerBest(): void {
    if (this.#best === undefined) this.#transaction.answer(480);
    else if (!this.#transaction.isAnswered) this.#transaction.respond(withoutOurVia(this.#best));
    this.#finish();
  }

  #report(response: SipResponse, meta: string): void {
    const { application, id, fullResponse } = this.#order;
    // After what is sent to the caller in the same turn.
    if (fullResponse) setImmediate(() => application.respond(id, `OK|${meta}|||continue`, response.text));
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { application, id } = this.#order;
    setImmediate(() => application.respond(id, 'OK|done'));
  }
}

/** The better of two failures for the caller (section 16.7, step 6): 6xx before all, then the lowest class, challenges first. */
function better(a: SipResponse | undefined, b: SipResponse): SipResponse {
  if (a === undefined) return b;
  return rank(b.status) <= rank(a.status) ? b : a;
}

function rank(status: number): number {
  if (status >= 600) return 0;
  const isChallenge = status === 401 || status === 407;
  return Math.floor(status / 100) * 2 - (isChallenge ? 1 : 0);
}
