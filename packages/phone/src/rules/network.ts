import ipaddr from 'ipaddr.js';
import { normalizeAddress } from '../fence.js';
import type { PhoneBody } from '../types.js';
import type { Check } from './subject.js';

type Network = NonNullable<PhoneBody['network']>;
type AddressField = 'ipAddress' | 'gateway' | 'dns1' | 'dns2';

/**
 * A property that holds an address: needed when DHCP doesn't assign it, and always a valid one. That of the phone and of
 * its gateway is IPv4, which is what a mask belongs to.
 */
export function addressField(field: AddressField): Check {
  const read = field === 'ipAddress' || field === 'gateway' ? parseIpv4 : normalizeAddress;
  return ({ body: { network } }) => {
    const text = network?.[field];
    if (text === undefined) return field !== 'dns2' && network?.dhcp === false;
    return read(text) === undefined;
  };
}

/** The mask: needed without DHCP, and its ones are all on the left. */
export const subnetInvalid: Check = ({ body: { network } }) =>
  network?.subnet === undefined ? network?.dhcp === false : maskLength(network.subnet) === undefined;

/** The gateway: an address that the phone reaches without a gateway. */
export const gatewayInvalid: Check = (subject) => {
  const network = subject.body.network;
  return addressField('gateway')(subject) === true || (network?.dhcp === false && !reachable(network));
};

/** A VLAN id, written as a number or in digits, or undefined when it is none (IEEE 802.1Q: 12 bits, 4095 reserved). */
export function parseVlanId(value: number | string): number | undefined {
  const id = typeof value === 'number' || /^\d{1,4}$/.test(value) ? Number(value) : Number.NaN;
  return Number.isInteger(id) && id >= 0 && id <= 4094 ? id : undefined;
}

/** Whether the gateway is inside the subnet; what is itself missing or invalid has a rule of its own. */
function reachable({ ipAddress, subnet, gateway }: Network): boolean {
  const [own, mask, other] = [parseIpv4(ipAddress), maskLength(subnet), parseIpv4(gateway)];
  return own === undefined || mask === undefined || other === undefined || own.match(other, mask);
}

/** Number of leading ones of a mask, undefined when it is none. */
function maskLength(text: string | undefined): number | undefined {
  return parseIpv4(text)?.prefixLengthFromSubnetMask() ?? undefined;
}

function parseIpv4(text: string | undefined): ipaddr.IPv4 | undefined {
  const address = normalizeAddress(text ?? '');
  return address !== undefined && ipaddr.IPv4.isValid(address) ? ipaddr.IPv4.parse(address) : undefined;
}
