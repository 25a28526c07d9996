import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import type { Limits } from '../limits.js';
import type { SipUri } from '../sip/uri.js';
import type { Timers } from '../timers.js';
import type { Hop, Transport } from './hop.js';
import { normalAddress } from './hosts.js';
import type { Transports } from './transports.js';

/** Why a URI leads nowhere. */
export type ResolveFailure = 'dns' | 'transport' | 'self';

/**
 * Finds the hop that a SIP URI stands for (RFC 3263 without NAPTR and SRV): the transport from its `transport` parameter,
 * else UDP; the port given or 5060; the address written in it, or looked up in the system's way.
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
    const port = uri.port ?? 5060;
    if (transport === undefined) done('transport');
    else if (isIP(uri.host) !== 0) done(this.#hop(transport, [uri.host], port));
    else this.#lookup(uri.host, (addresses) => done(addresses ? this.#hop(transport, addresses, port) : 'dns'));
  }

  #hop(transport: Transport, addresses: readonly string[], port: number): Hop | ResolveFailure {
    for (const address of addresses.map(normalAddress)) {
      if (this.#transports.isOwn(address, port)) return 'self';
      const hop = this.#transports.hopTo(transport, address, port);
      if (hop !== undefined) return hop;
    }
    return 'transport';
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

function transportOf(uri: SipUri): Transport | undefined {
  const name = uri.parameters.get('transport') ?? 'udp';
  return uri.scheme === 'sip' && (name === 'udp' || name === 'tcp') ? name : undefined;
}
