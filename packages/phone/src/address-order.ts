import ipaddr from 'ipaddr.js';

/**
 * A text by which addresses are in the order of their numbers, IPv4 before IPv6.
 * @param address an address as `normalizeAddress` writes it
 */
export function addressOrder(address: string): string {
  const bytes = ipaddr.parse(address).toByteArray();
  return `${bytes.length === 4 ? '' : 'v6 '}${Buffer.from(bytes).toString('hex')}`;
}
