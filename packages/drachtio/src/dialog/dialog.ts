import { isIP } from 'node:net';
import { formatAddress, parseAddress } from '../sip/address.js';
import type { Header } from '../sip/headers.js';
import { splitList } from '../sip/list.js';
import type { SipMessage, SipRequest, SipResponse } from '../sip/message.js';
import { parseUri } from '../sip/uri.js';
import type { Hop } from '../transport/hop.js';
import { normalAddress } from '../transport/hosts.js';

/** The other end of a dialog. One INVITE of ours may find several, when a proxy forks it. */
export interface Peer {
  readonly tag: string;
  /** The remote target: the URI of the peer's Contact. */
  target: string;
  /** Route header values, the next first. */
  readonly routeSet: readonly string[];
  /** Where the peer's messages come from. */
  source: Hop;
}

/** Where a request inside a dialog goes: to a hop that is known, or to what a URI leads to. */
export type NextHop = { readonly hop: Hop } | { readonly uri: string };

/** The ACK to a 2xx, kept to be sent again when the 2xx comes again (RFC 3261 section 13.2.2.4). */
export interface SentAck {
  readonly number: number;
  readonly bytes: Buffer;
  readonly hop: Hop;
}

/** Methods that carry a new remote target (RFC 3261 section 12.2.2, RFC 3311, RFC 6665). */
export const TARGET_REFRESH: ReadonlySet<string> = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY', 'REFER']);

const MAX_EARLY_PEERS = 16;

/** A dialog, or what may become one (RFC 3261 section 12). `Owner` is whatever it was made for. */
export class Dialog<Owner = unknown> {
  /** What applications know it by: `<Call-ID>;from-tag=<From tag of its first request>`. */
  readonly id: string;
  readonly callId: string;
  readonly localTag: string;
  /** The method of the request that makes it. */
  readonly method: string;
  readonly isUas: boolean;
  /** Undefined when the application that owned it is gone. */
  owner: Owner | undefined;
  state: 'early' | 'confirmed' | 'failed' = 'early';
  /** The CSeq number of our last request. */
  localNumber: number;
  /** The CSeq number of the peer's last request. */
  remoteNumber: number | undefined;
  /** When it is to be forgotten, by the clock of the timers. */
  expires = 0;
  sentAck: SentAck | undefined;
  /** The CSeq number of our INVITE that has a 2xx and no ACK yet. */
  unacknowledged: number | undefined;
  /** INVITEs in progress inside the dialog, from either side. */
  isInviting = false;
  isInvited = false;
  /** Where its first request was sent when that wasn't where its Request-URI leads. */
  fixedHop: Hop | undefined;
  readonly #localAddress: string;
  readonly #remoteAddress: string;
  readonly #peers = new Map<string, Peer>();
  #peer: Peer | undefined;

  private constructor(
    request: SipRequest,
    { isUas, localTag, owner, fixedHop }: { isUas: boolean; localTag: string; owner: Owner; fixedHop: Hop | undefined },
  ) {
    this.callId = request.callId;
    this.localTag = localTag;
    this.method = request.method;
    this.isUas = isUas;
    this.owner = owner;
    this.id = `${request.callId};from-tag=${request.from.tag ?? ''}`;
    this.localNumber = isUas ? 1 : request.cseq.number;
    this.remoteNumber = isUas ? request.cseq.number : undefined;
    this.fixedHop = fixedHop;
    const [local, remote] = isUas ? [request.to, request.from] : [request.from, request.to];
    this.#localAddress = formatAddress(local.displayName, local.uri, `;tag=${localTag}`);
    this.#remoteAddress = formatAddress(remote.displayName, remote.uri, '');
  }

  /** The dialog that our answer to a request makes (section 12.1.1). */
  static ofServer<Owner>(
    request: SipRequest,
    source: Hop,
    { localTag, owner }: { localTag: string; owner: Owner },
  ): Dialog<Owner> {
    const dialog = new Dialog(request, { isUas: true, localTag, owner, fixedHop: undefined });
    const routeSet = routesOf(request);
    dialog.#peer = { tag: request.from.tag ?? '', target: contactOf(request) ?? request.from.uri, routeSet, source };
    return dialog;
  }

  /** The dialog that answers to our request may make (section 12.1.2). */
  static ofClient<Owner>(
    request: SipRequest,
    { owner, fixedHop }: { owner: Owner; fixedHop: Hop | undefined },
  ): Dialog<Owner> {
    return new Dialog(request, { isUas: false, localTag: request.from.tag ?? '', owner, fixedHop });
  }

  /** Whether an answer with a tag has come or been given, so that requests can be sent inside. */
  get hasPeer(): boolean {
    return this.#peer !== undefined;
  }

  get peer(): Peer | undefined {
    return this.#peer;
  }

  /** The From header of our requests. */
  get localAddress(): string {
    return this.#localAddress;
  }

  /** The To header of our requests. */
  get remoteAddress(): string {
    const tag = this.#peer?.tag ?? '';
    return tag === '' ? this.#remoteAddress : `${this.#remoteAddress};tag=${tag}`;
  }

  /** Whether a request with this From tag comes from the peer, or from one of those that may become it. */
  isFrom(tag: string | undefined): boolean {
    if (this.#peer === undefined) return true;
    return this.#peer.tag === (tag ?? '') || (this.state === 'early' && this.#peers.has(tag ?? ''));
  }

  /**
   * Takes in a response to the request that makes the dialog, or a NOTIFY that precedes it: its sender becomes the peer.
   * A 2xx confirms the dialog.
   */
  learnPeer(message: SipRequest | SipResponse, source: Hop): void {
    const isResponse = 'status' in message;
    const tag = (isResponse ? message.to.tag : message.from.tag) ?? '';
    const contact = contactOf(message);
    let peer = this.#peers.get(tag);
    if (peer === undefined) {
      const routeSet = isResponse ? routesOf(message).reverse() : routesOf(message);
      const target = contact ?? this.#peer?.target ?? parseAddress(this.#remoteAddress)?.uri ?? '';
      peer = { tag, target, routeSet, source };
      if (this.#peers.size < MAX_EARLY_PEERS) this.#peers.set(tag, peer);
    }
    if (contact !== undefined) peer.target = contact;
    peer.source = source;
    this.#peer = peer;
    if (isResponse && message.status < 200) return;
    this.state = 'confirmed';
    this.#peers.clear();
    this.#peers.set(tag, peer);
  }

  /** Takes over the Contact of a request or response that refreshes the remote target (section 12.2). */
  refreshTarget(message: SipMessage, source: Hop): void {
    if (this.#peer === undefined) return;
    this.#peer.source = source;
    this.#peer.target = contactOf(message) ?? this.#peer.target;
  }

  /** The Request-URI and Route headers of our requests (section 12.2.1.1), a strict router first in the route set included. */
  get target(): { uri: string; routes: Header[] } {
    const { target = '', routeSet = [] } = this.#peer ?? {};
    const [first, ...rest] = routeSet;
    const firstUri = first === undefined ? undefined : parseAddress(first)?.uri;
    if (firstUri === undefined) return { uri: target, routes: [] };
    if (parseUri(firstUri)?.parameters.has('lr')) return { uri: target, routes: routeSet.map(asRoute) };
    return { uri: firstUri, routes: [...rest, `<${target}>`].map(asRoute) };
  }

  /**
   * Where our requests go: along the route set; else the way the first request went, if that was not by its Request-URI;
   * else over the connection the peer has open, or back to where its messages come from when it sits behind a NAT, which
   * shows by a Contact that names another host; else to its Contact.
   */
  get nextHop(): NextHop {
    const { target = '', routeSet = [], source } = this.#peer ?? {};
    const [first] = routeSet;
    const firstUri = first === undefined ? undefined : parseAddress(first)?.uri;
    if (firstUri !== undefined) return { uri: firstUri };
    if (this.fixedHop !== undefined) return { hop: this.fixedHop };
    if (source === undefined) return { uri: target };
    const host = parseUri(target)?.host;
    const isReachable = host !== undefined && isIP(host) !== 0 && normalAddress(host) === source.address;
    return source.connection?.isOpen || !isReachable ? { hop: source } : { uri: target };
  }
}

/** The URI of the first Contact. */
export function contactOf(message: SipMessage): string | undefined {
  const value = message.value('Contact');
  const first = value === undefined ? undefined : splitList(value)?.[0];
  return first === undefined ? undefined : parseAddress(first)?.uri;
}

function routesOf(message: SipMessage): string[] {
  return message.values('Record-Route').flatMap((value) => splitList(value) ?? []);
}

function asRoute(value: string): Header {
  return { name: 'Route', value };
}
