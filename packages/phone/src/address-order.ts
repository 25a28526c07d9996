import ipaddr from 'ipaddr.js';

/** What IPv4 addresses stay below. */
const IPV6 = 2 ** 32;

/** Bits of an IPv6 address that count: a number holds no more. */
const IPV6_BITS = 52;

/**
 * A whole number by which addresses are ordered: IPv4 before IPv6, and of IPv6 what differs in the first 52 bits.
 * @param address an address as `normalizeAddress` writes it
 */
export function addressOrder(address: string): number {
  const bytes = Buffer.from(ipaddr.parse(address).toByteArray());
  if (bytes.length === 4) return bytes.readUInt32BE();
  return IPV6 + Number(bytes.readBigUInt64BE() >> BigInt(64 - IPV6_BITS));
}
