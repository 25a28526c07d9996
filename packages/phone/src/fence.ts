import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Where a phone may connect from: OPEN from any address until its first successful contact, LOCKED from one address,
 * ROAMING from the listed countries.
 */
export type IpMode = 'OPEN' | 'LOCKED' | 'ROAMING';

/** The restriction that stands for one phone. */
export interface Fence {
  mode: IpMode;
  /** The one address of a LOCKED phone, as {@link normalizeAddress} writes it. */
  address: string | undefined;
  /** The countries of a ROAMING phone: ISO 3166-1 alpha-2, upper case. */
  countries: readonly string[];
}

/** What the fence says about one request. */
export type FenceDecision =
  /** `lock`: the phone was OPEN, it must become LOCKED to this address before the request has any effect. */
  | { allowed: true; lock: boolean }
  | { allowed: false; reason: 'address_not_allowed' | 'country_not_allowed' | 'country_unknown' };

/**
 * Decides whether a phone may connect from an address. The same for registration, calls and configuration.
 * @param fence the restriction as stored
 * @param address the request's source, as {@link normalizeAddress} writes it
 * @param country the address's country, ISO 3166-1 alpha-2 in upper case; undefined when unknown, private or reserved
 */
export function decideFence(fence: Fence, address: string, country: string | undefined): FenceDecision {
  switch (fence.mode) {
    case 'OPEN':
      return { allowed: true, lock: true };
    case 'LOCKED':
      return fence.address === address
        ? { allowed: true, lock: false }
        : { allowed: false, reason: 'address_not_allowed' };
    case 'ROAMING':
      if (country === undefined) return { allowed: false, reason: 'country_unknown' };
      return fence.countries.includes(country)
        ? { allowed: true, lock: false }
        : { allowed: false, reason: 'country_not_allowed' };
  }
}

/**
 * The one way an address is written: IPv4 as four decimal numbers, IPv6 as RFC 5952 has it, an IPv4-mapped IPv6 address
 * (RFC 4291 section 2.5.5.2) as the IPv4 address it carries.
 * @returns undefined when the text is no address: no octal or shortened IPv4, no zone, no brackets, no port
 */
export function normalizeAddress(text: string): string | undefined {
  const family = isIP(text);
  if (family === 4) return text;
  if (family === 0 || text.includes('%')) return undefined;
  return ipaddr.process(text).toString();
}
