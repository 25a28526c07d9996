import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';

/**
 * The addresses to listen on. A wildcard becomes every address of its family that the machine has, since Via, Contact and
 * the source of each reply need a concrete address; link-local IPv6 addresses are left out.
 * @param host an IP address; `0.0.0.0` and `::` stand for all of their family, `*` for all
 */
export function expandHost(host: string, interfaces = networkInterfaces()): string[] {
  const families = WILDCARDS[host];
  if (families === undefined) return [normalAddress(host)];
  return [...new Set(families.flatMap((family) => interfaceAddresses(interfaces, family)))];
}

/** The network around an address of ours whose peers reach it directly; undefined for a public address. */
export function privateNetworkOf(address: string): string | undefined {
  return PRIVATE_NETWORKS.find((network) => isInNetwork(address, network));
}

/** Whether an address is in a network in CIDR notation. */
export function isInNetwork(address: string, network: string): boolean {
  const [range, bits] = ipaddr.parseCIDR(network);
  const parsed = ipaddr.parse(address);
  return parsed.kind() === range.kind() && parsed.match(range, bits);
}

/** An IP address in its usual text: IPv4-mapped IPv6 as IPv4, IPv6 shortened and in lower case. */
export function normalAddress(address: string): string {
  if (isIPv4(address)) return address;
  const scopeless = address.split('%')[0] ?? '';
  return ipaddr.isValid(scopeless) ? ipaddr.process(scopeless).toString() : address;
}

/**
 * Picks the one of our addresses from which a destination is reached: the same kind of loopback, then the same subnet,
 * then the first that isn't loopback.
 * @returns undefined when none has the destination's family
 */
export function localAddressFor(
  destination: string,
  candidates: readonly string[],
  interfaces = networkInterfaces(),
): string | undefined {
  const target = ipaddr.parse(destination);
  const family = candidates.filter((candidate) => ipaddr.parse(candidate).kind() === target.kind());
  if (family.includes(destination) || family.length < 2) return family.includes(destination) ? destination : family[0];
  const isLoopback = (address: string): boolean => ipaddr.parse(address).range() === 'loopback';
  if (isLoopback(destination)) return family.find(isLoopback) ?? family[0];
  const reachable = family.find((address) =>
    subnetsOf(address, interfaces).some((cidr) => target.match(ipaddr.parseCIDR(cidr))),
  );
  return reachable ?? family.find((address) => !isLoopback(address)) ?? family[0];
}

type Interfaces = ReturnType<typeof networkInterfaces>;

const WILDCARDS: Readonly<Record<string, readonly ('IPv4' | 'IPv6')[]>> = {
  '0.0.0.0': ['IPv4'],
  '::': ['IPv6'],
  '*': ['IPv4', 'IPv6'],
};

/** RFC 1918, RFC 4193 and loopback. */
const PRIVATE_NETWORKS = ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '::1/128', 'fc00::/7'];

function interfaceAddresses(interfaces: Interfaces, wanted: 'IPv4' | 'IPv6'): string[] {
  const addresses: string[] = [];
  for (const entries of Object.values(interfaces)) {
    for (const { address, family } of entries ?? []) {
      if (family !== wanted || (family === 'IPv6' && ipaddr.parse(address).range() === 'linkLocal')) continue;
      addresses.push(normalAddress(address));
    }
  }
  return addresses;
}

function subnetsOf(address: string, interfaces: Interfaces): string[] {
  const subnets: string[] = [];
  for (const entries of Object.values(interfaces)) {
    for (const entry of entries ?? []) {
      if (entry.cidr !== null && normalAddress(entry.address) === address) subnets.push(entry.cidr);
    }
  }
  return subnets;
}
