import type { NaptrRecord, SrvRecord } from 'node:dns';
import type { SipUri } from '../sip/uri.js';
import { DEFAULT_PORTS, isSecure, isTransport, type Transport } from './hop.js';
import type { NameSource } from './names.js';

/** Where a request may go, the first tried first. */
export interface Target {
  readonly transport: Transport;
  /** An IP address. */
  readonly address: string;
  readonly port: number;
}

/** How a transport is named in the DNS (RFC 3263 section 4.1), in the order in which we prefer them. */
interface Service {
  readonly transport: Transport;
  readonly naptr: string;
  readonly srv: string;
}

const SERVICES: readonly Service[] = [
  { transport: 'udp', naptr: 'SIP+D2U', srv: '_sip._udp' },
  { transport: 'tcp', naptr: 'SIP+D2T', srv: '_sip._tcp' },
  { transport: 'tls', naptr: 'SIPS+D2T', srv: '_sips._tcp' },
];

/** What the transports that a `sips` URI may name stand for (RFC 3261 section 26.2.2). */
const SECURED: Readonly<Record<string, Transport>> = { tcp: 'tls', tls: 'tls', ws: 'wss', wss: 'wss' };

/** How many targets one URI leads to at most, and of how many NAPTR and SRV records the first ones are looked at. */
const MAX_TARGETS = 16;
const MAX_NAPTRS = 8;
const MAX_SRVS = 64;

/** What of a URI decides where it leads. */
export type Destination = Pick<SipUri, 'scheme' | 'port' | 'parameters'> & {
  /** An IP address, or a name. */
  readonly host: string;
  readonly isNumeric: boolean;
};

/** The transport that a URI names, else the usual one of its scheme. Undefined for one that isn't spoken. */
export function transportOf({ scheme, parameters }: Pick<SipUri, 'scheme' | 'parameters'>): Transport | undefined {
  const name = parameters.get('transport') ?? usual(scheme);
  if (scheme === 'sips') return SECURED[name];
  return isTransport(name) ? name : undefined;
}

/** The transport that a URI leads to when it says so itself; undefined when the DNS decides, `unknown` when it isn't spoken. */
export function fixedTransport(destination: Destination): Transport | 'unknown' | undefined {
  const { parameters, port, isNumeric } = destination;
  const isOpen = !parameters.has('transport') && !isNumeric && port === undefined;
  return isOpen ? undefined : (transportOf(destination) ?? 'unknown');
}

function usual(scheme: 'sip' | 'sips'): Transport {
  return scheme === 'sips' ? 'tls' : 'udp';
}

/**
 * The targets of a name (RFC 3263 sections 4.1 and 4.2).
 * @param spoken the transports that can be used
 * @param random from 0 up to 1, to choose among SRV records of one priority
 * @returns none when the DNS knows no way, or doesn't answer
 */
export async function findTargets(
  destination: Destination,
  { names, spoken, random = Math.random }: { names: NameSource; spoken: readonly Transport[]; random?: () => number },
): Promise<Target[]> {
  const transport = fixedTransport(destination);
  if (transport === 'unknown') return [];
  const { host, port } = destination;
  const places =
    transport === undefined
      ? await placesOfName(destination, { names, spoken, random })
      : port !== undefined
        ? [{ transport, host, port }]
        : await placesOfTransport(transport, host, { names, random });
  const found = await Promise.all(places.slice(0, MAX_TARGETS).map((place) => targetsAt(place, names)));
  return found.flat().slice(0, MAX_TARGETS);
}

/** A host name and port that serve a transport. */
interface Place {
  readonly transport: Transport;
  readonly host: string;
  readonly port: number;
}

async function targetsAt({ transport, host, port }: Place, names: NameSource): Promise<Target[]> {
  const addresses = (await names.addresses(host)) ?? [];
  return addresses.map((address) => ({ transport, address, port }));
}

/** Section 4.1: the services that NAPTR records name, else those that have SRV records, else UDP; all asked for at once. */
async function placesOfName(
  { scheme, host }: Destination,
  { names, spoken, random }: { names: NameSource; spoken: readonly Transport[]; random: () => number },
): Promise<Place[]> {
  const usable = SERVICES.filter(
    ({ transport }) => spoken.includes(transport) && (scheme === 'sip' || isSecure(transport)),
  );
  const ofScheme = usable.filter(({ transport }) => isSecure(transport) === (scheme === 'sips'));
  void names.addresses(host);
  const [naptrs, ...found] = await Promise.all([
    names.naptr(host),
    ...ofScheme.map(({ srv }) => names.srv(`${srv}.${host}`)),
  ]);
  const records = [...(naptrs ?? [])].sort(byOrder).slice(0, MAX_NAPTRS);
  const named = await Promise.all(records.map((record) => placesOfNaptr(record, { usable, names, random })));
  const places = named.flat();
  if (places.length > 0) return places;
  for (const [index, { transport }] of ofScheme.entries()) places.push(...placesOf(transport, found[index], random));
  if (places.length > 0 || found.some((records) => isDenied(records))) return places;
  return ofScheme.slice(0, 1).map(({ transport }) => placeAt(transport, host));
}

async function placesOfNaptr(
  { service, flags, replacement }: NaptrRecord,
  { usable, names, random }: { usable: readonly Service[]; names: NameSource; random: () => number },
): Promise<Place[]> {
  const transport = usable.find(({ naptr }) => naptr === service.toUpperCase())?.transport;
  if (transport === undefined) return [];
  if (flags.toLowerCase() === 's') return placesOf(transport, await names.srv(replacement), random);
  return flags.toLowerCase() === 'a' ? [placeAt(transport, replacement)] : [];
}

/** Section 4.2: the SRV records of a transport, else the name itself. */
async function placesOfTransport(
  transport: Transport,
  host: string,
  { names, random }: { names: NameSource; random: () => number },
): Promise<Place[]> {
  const service = SERVICES.find((service) => service.transport === transport);
  const records = service && (await names.srv(`${service.srv}.${host}`));
  if (isDenied(records)) return [];
  const places = placesOf(transport, records, random);
  return places.length > 0 ? places : [placeAt(transport, host)];
}

function placeAt(transport: Transport, host: string): Place {
  return { transport, host, port: DEFAULT_PORTS[transport] };
}

function placesOf(transport: Transport, records: readonly SrvRecord[] | undefined, random: () => number): Place[] {
  if (isDenied(records)) return [];
  return inSrvOrder(records ?? [], random).map(({ name, port }) => ({ transport, host: name, port }));
}

/** A single SRV record for the root says that the service is decidedly not there (RFC 2782). */
function isDenied(records: readonly SrvRecord[] | undefined): boolean {
  return records?.length === 1 && (records[0]?.name === '' || records[0]?.name === '.');
}

function byOrder(a: NaptrRecord, b: NaptrRecord): number {
  return a.order - b.order || a.preference - b.preference;
}

/** RFC 2782: the lowest priority first; within one, each next by chance in proportion to its weight. */
export function inSrvOrder(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const ordered: SrvRecord[] = [];
  const left = [...records].sort((a, b) => a.priority - b.priority || a.weight - b.weight).slice(0, MAX_SRVS);
  while (left.length > 0) {
    const same = left.filter(({ priority }) => priority === left[0]?.priority);
    let chance = random() * same.reduce((sum, { weight }) => sum + weight, 0);
    const chosen = Math.max(
      0,
      same.findIndex(({ weight }) => {
        chance -= weight;
        return chance < 0;
      }),
    );
    ordered.push(...left.splice(chosen, 1));
  }
  return ordered;
}
