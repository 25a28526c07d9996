import type { Contact } from './contact.js';
import type { ListeningPoint, Transport } from './hop.js';
import { isInNetwork, localAddressFor, privateNetworkOf } from './hosts.js';

/** A listening point as its local network knows it, and as everyone else does. */
export interface Views {
  readonly inside: ListeningPoint;
  readonly outside: ListeningPoint;
  /** In CIDR notation. */
  readonly localNet: string | undefined;
  /** All hosts that it goes by. */
  readonly hosts: ReadonlySet<string | undefined>;
}

const MAX_ROUTES = 10_000;

/** Where the server listens, what peers know that by, and from where which destination is reached. */
export class ListeningPoints {
  readonly #all = new Set<Views>();
  /** The point that reaches a destination, as found before. */
  readonly #routes = new Map<string, ListeningPoint | undefined>();

  /** Adds a point of a contact that is listened on. */
  add({ scheme, externalIp, localNet, dnsNames }: Contact, transport: Transport, host: string, port: number): Views {
    const inside: ListeningPoint = { transport, host, port, scheme };
    const views = {
      inside,
      outside: externalIp === undefined ? inside : { ...inside, externalIp },
      localNet: localNet ?? privateNetworkOf(host),
      hosts: new Set([host, externalIp, ...dnsNames]),
    };
    this.#all.add(views);
    this.#routes.clear();
    return views;
  }

  /** Takes a point away. */
  remove(views: Views): void {
    this.#all.delete(views);
    this.#routes.clear();
  }

  /** Whether this very point is listened on. */
  has(transport: Transport, host: string, port: number): boolean {
    return this.inside.some((point) => point.transport === transport && point.host === host && point.port === port);
  }

  /** All of them, as the local network knows them. */
  get inside(): ListeningPoint[] {
    return [...this.#all].map(({ inside }) => inside);
  }

  /** Those that everyone else knows by another address. */
  get outside(): ListeningPoint[] {
    return [...this.#all].filter(({ inside, outside }) => inside !== outside).map(({ outside }) => outside);
  }

  /** Whether a host, by address or name, and port are of the server itself. */
  isOwn(host: string, port: number): boolean {
    for (const { inside, hosts } of this.#all) if (inside.port === port && hosts.has(host)) return true;
    return false;
  }

  /** The point from which an address is reached over a transport, as its peer knows it; undefined when there is none. */
  towards(address: string, transport: Transport): ListeningPoint | undefined {
    const route = `${transport} ${address}`;
    if (!this.#routes.has(route)) {
      if (this.#routes.size === MAX_ROUTES) this.#routes.clear();
      this.#routes.set(route, this.#find(address, transport));
    }
    return this.#routes.get(route);
  }

  #find(address: string, transport: Transport): ListeningPoint | undefined {
    const candidates = [...this.#all].filter(({ inside }) => inside.transport === transport);
    const hosts = candidates.map(({ inside }) => inside.host);
    const host = localAddressFor(address, hosts);
    const found = candidates.find(({ inside }) => inside.host === host);
    return found && seenFrom(address, found);
  }
}

/** A listening point as the peer at an address knows it. */
export function seenFrom(address: string, { inside, outside, localNet }: Views): ListeningPoint {
  if (inside === outside) return inside;
  return localNet !== undefined && isInNetwork(address, localNet) ? inside : outside;
}
