import { isIP } from 'node:net';
import type { Logger } from '../logger.js';
import { type HostPort, parseHostPort, type SipUri } from '../sip/uri.js';
import { DEFAULT_PORTS, type Hop, isWeb } from './hop.js';
import { normalAddress } from './hosts.js';
import type { NameSource } from './names.js';
import { type Destination, findTargets, fixedTransport, type Target, transportOf } from './targets.js';
import type { Transports } from './transports.js';

/** Why a URI leads nowhere; `flow` that only its peer could open the connection that it takes, and hasn't. */
export type ResolveFailure = 'dns' | 'transport' | 'self' | 'flow';

/** The hops that a URI stands for, to be tried in this order: one at least. */
export type Hops = readonly [Hop, ...Hop[]];

/** Finds the hops that a SIP URI stands for (RFC 3263 section 4). */
export class Resolver {
  readonly #transports: Transports;
  readonly #names: NameSource;
  readonly #logger: Logger;

  constructor(transports: Transports, { names, logger }: { names: NameSource; logger: Logger }) {
    this.#transports = transports;
    this.#names = names;
    this.#logger = logger;
  }

  /** Calls back once, at once when the URI holds an IP address. */
  resolve(uri: SipUri, done: (result: Hops | ResolveFailure) => void): void {
    const destination = destinationOf(uri);
    const transport = destination && fixedTransport(destination);
    if (destination === undefined || transport === 'unknown') {
      done('transport');
      return;
    }
    const { host, isNumeric } = destination;
    const port = destination.port ?? DEFAULT_PORTS[transport ?? transportOf(destination) ?? 'udp'];
    if (this.#transports.isOwn(host, port)) done('self');
    else if (isNumeric && transport !== undefined) done(this.#hops([{ transport, address: host, port }]));
    else this.#find(destination, (targets) => done(targets.length === 0 ? 'dns' : this.#hops(targets, host)));
  }

  /**
   * Sends a response. When the connection that the request came over is gone and none can be made to where it came from, it
   * goes where the name in the request's Via leads (RFC 3263 section 5).
   */
  reply(bytes: Buffer, hop: Hop, { host, port }: HostPort): void {
    this.#transports.send(bytes, hop, () => {
      if (hop.transport === 'udp' || isWeb(hop.transport) || isIP(host) !== 0) return;
      const parameters = new Map([['transport', hop.transport]]);
      this.#find({ scheme: 'sip', host, port, parameters, isNumeric: false }, (targets) => {
        const hops = this.#hops(targets, host);
        if (typeof hops !== 'string') this.#transports.send(bytes, hops[0], () => {});
      });
    });
  }

  #find(destination: Destination, done: (targets: Target[]) => void): void {
    const spoken = [...new Set(this.#transports.points.map(({ transport }) => transport))];
    findTargets(destination, { names: this.#names, spoken })
      .then(done)
      .catch((error: unknown) => this.#logger.error({ err: error }, 'what awaited a name failed'));
  }

  /** @param domain the name that led there, which the other end of a TLS connection is to prove (RFC 5922) */
  #hops(targets: readonly Target[], domain?: string): Hops | ResolveFailure {
    const others = targets.filter(({ address, port }) => !this.#transports.isOwn(normalAddress(address), port));
    if (others.length === 0) return 'self';
    const [first, ...rest] = others
      .map(({ transport, address, port }) => this.#transports.hopTo(transport, normalAddress(address), port, domain))
      .filter((hop) => hop !== undefined);
    if (first !== undefined) return [first, ...rest];
    return others.some(({ transport }) => isWeb(transport)) ? 'flow' : 'transport';
  }
}

/** The host to look for, which a `maddr` parameter takes the place of; undefined when that is malformed. */
function destinationOf({ scheme, host, port, parameters }: SipUri): Destination | undefined {
  const maddr = parameters.get('maddr');
  const name = maddr === undefined ? host : parseHostPort(maddr)?.host;
  return name === undefined ? undefined : { scheme, host: name, port, parameters, isNumeric: isIP(name) !== 0 };
}
