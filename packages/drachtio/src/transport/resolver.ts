import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import type { Limits } from '../limits.js';
import type { SipUri } from '../sip/uri.js';
import type { Timers } from '../timers.js';
import { DEFAULT_PORTS, type Hop, isTransport, isWeb, type Transport } from './hop.js';
import { normalAddress } from './hosts.js';
import type { Transports } from './transports.js';

/** Why a URI leads nowhere; `flow` that only its peer could open the connection that it takes, and hasn't. */
export type ResolveFailure = 'dns' | 'transport' | 'self' | 'flow';

/**
 * Finds the hop that a SIP URI stands for (RFC 3263 without NAPTR and SRV): the transport from its `transport` parameter,
 * else UDP, or TLS for `sips`; the port given or the transport's own; the address written in it, or looked up in the
 * system's way.
 */
export class Resolver {
  readonly #transports: Transports;
  readonly #timers: Timers;
  readonly #limits: Limits;
  #lookups = 0;

  constructor(transports: Transports, { timers, limits }: { timers: Timers; limits: Limits }) {
    this.#transports = transports;
    this.#timers = timers;
    this.#limits = limits;
  }

  /** Calls back once, at once when the URI holds an IP address. */
  resolve(uri: SipUri, done: (result: Hop | ResolveFailure) => void): void {
    const transport = transportOf(uri);
    if (transport === undefined) {
      done('transport');
      return;
    }
    const { host } = uri;
    const target = { transport, port: uri.port ?? DEFAULT_PORTS[transport] };
    if (this.#transports.isOwn(host, target.port)) done('self');
    else if (isIP(host) !== 0) done(this.#hop([host], target));
    else this.#lookup(host, (addresses) => done(addresses ? this.#hop(addresses, { ...target, domain: host }) : 'dns'));
  }

  #hop(
    addresses: readonly string[],
    { transport, port, domain }: { transport: Transport; port: number; domain?: string },
  ): Hop | ResolveFailure {
    for (const address of addresses.map(normalAddress)) {
      if (this.#transports.isOwn(address, port)) return 'self';
      const hop = this.#transports.hopTo(transport, address, port, domain);
      if (hop !== undefined) return hop;
    }
    return isWeb(transport) ? 'flow' : 'transport';
  }

  #lookup(host: string, done: (addresses: string[] | undefined) => void): void {
    if (this.#lookups >= this.#limits.lookups) {
      done(undefined);
      return;
    }
    let isDone = false;
    const finish = (addresses: string[] | undefined): void => {
      if (isDone) return;
      isDone = true;
      this.#timers.cancel(timeout);
      done(addresses);
    };
    const timeout = this.#timers.start(this.#limits.lookupTimeout, () => finish(undefined));
    this.#lookups += 1;
    lookup(host, { all: true }, (error, found) => {
      this.#lookups -= 1;
      finish(error || found.length === 0 ? undefined : found.map(({ address }) => address));
    });
  }
}

/** The transport that a URI leads to; a `sips` URI leads over TLS (RFC 3261 section 26.2.2). Undefined for one that isn't spoken. */
export function transportOf({ scheme, parameters }: SipUri): Transport | undefined {
  const name = parameters.get('transport');
  if (scheme === 'sips') return SECURED[name ?? 'tls'];
  return name === undefined ? 'udp' : isTransport(name) ? name : undefined;
}

/** What the transports that a `sips` URI may name stand for. */
const SECURED: Readonly<Record<string, Transport>> = { tcp: 'tls', tls: 'tls', ws: 'wss', wss: 'wss' };
