import ipaddr from 'ipaddr.js';

/** An IP address as ipaddr.js holds it. */
export type IpAddress = ipaddr.IPv4 | ipaddr.IPv6;

/** A network and the country that the operator says it is in. */
export interface CountryNetwork {
  address: IpAddress;
  /** Length of the prefix in bits. */
  prefix: number;
  /** ISO 3166-1 alpha-2, upper case. */
  country: string;
}

const MOST_NETWORKS = 10_000;

/**
 * Reads a list such as `10.1.0.0/16=DK, 127.0.0.3/32=SE, fd00::/8=NO`. A bare address is a network of one address.
 * @returns the networks, longest prefix first
 * @throws RangeError that names the entry and what is wrong with it
 */
export function parseNetworks(text: string): CountryNetwork[] {
  if (text.trim() === '') return [];
  const entries = text.split(',');
  if (entries.length > MOST_NETWORKS) throw new RangeError(`more than ${MOST_NETWORKS} networks`);
  const networks = entries.map(parseNetwork);
  const seen = new Set<string>();
  const twice = networks
    .map(({ address, prefix }) => `${address}/${prefix}`)
    .find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined) throw new RangeError(`network ${twice} is given twice`);
  return networks.sort((a, b) => b.prefix - a.prefix);
}

/** The country of the longest prefix that an address is in. */
export function countryOfNetwork(networks: readonly CountryNetwork[], address: IpAddress): string | undefined {
  return networks.find((network) => isIn(network, address))?.country;
}

function isIn({ address: network, prefix }: CountryNetwork, address: IpAddress): boolean {
  return network.kind() === address.kind() && address.match(network, prefix);
}

function parseNetwork(entry: string): CountryNetwork {
  const [network, country, ...rest] = entry.split('=').map((part) => part.trim());
  if (network === undefined || country === undefined || rest.length > 0) {
    throw new RangeError(`'${entry.trim()}' must be network=country, such as 10.1.0.0/16=DK`);
  }
  if (!/^[A-Za-z]{2}$/.test(country)) {
    throw new RangeError(`'${entry.trim()}': '${country}' is no country code of two letters`);
  }
  return { ...parsePrefix(network), country: country.toUpperCase() };
}

function parsePrefix(text: string): { address: IpAddress; prefix: number } {
  const [host, bits, ...rest] = text.split('/');
  const address = host === undefined || rest.length > 0 ? undefined : parseExact(host);
  if (address === undefined) throw new RangeError(`'${text}' is no network: write an IPv4 or IPv6 address and /prefix`);
  const width = address.kind() === 'ipv4' ? 32 : 128;
  const prefix = bits === undefined ? width : Number(bits);
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || prefix > width)) {
    throw new RangeError(`'${text}': the prefix must be a number from 0 to ${width}`);
  }
  if (networkAddress(address, prefix) !== address.toString()) {
    throw new RangeError(`'${text}' has bits set after the prefix: write ${networkAddress(address, prefix)}/${prefix}`);
  }
  return { address, prefix };
}

function parseExact(host: string): IpAddress | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(host)) return ipaddr.IPv4.parse(host);
  return !host.includes('%') && ipaddr.IPv6.isValid(host) ? ipaddr.IPv6.parse(host) : undefined;
}

function networkAddress(address: IpAddress, prefix: number): string {
  const kind = address.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
  return kind.networkAddressFromCIDR(`${address}/${prefix}`).toString();
}
