import { isIP, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';

/**
 * The addresses to listen on. A wildcard becomes every address of its family that the machine has, since Via, Contact and
 * the source of each reply need a concrete address; link-local IPv6 addresses are left out.
 * @param hosts IP addresses, `0.0.0.0` and `::` standing for all
 * @throws Error for a host that isn't an IP address
 */
export function expandHosts(hosts: readonly string[], interfaces = networkInterfaces()): string[] {
  const addresses = new Set<string>();
  for (const host of hosts) {
    if (isIP(host) === 0) throw new Error(`"${host}" is not an IP address to listen on`);
    const normal = normalAddress(host);
    if (normal !== '0.0.0.0' && normal !== '::') addresses.add(normal);
    else for (const address of interfaceAddresses(interfaces, normal === '::')) addresses.add(address);
  }
  return [...addresses];
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

function interfaceAddresses(interfaces: Interfaces, v6: boolean): string[] {
  const addresses: string[] = [];
  for (const entries of Object.values(interfaces)) {
    for (const { address, family } of entries ?? []) {
      if ((family === 'IPv6') !== v6) continue;
      if (!v6 || ipaddr.parse(address).range() !== 'linkLocal') addresses.push(normalAddress(address));
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
