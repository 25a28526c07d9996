import ipaddr from 'ipaddr.js';
import { normalizeAddress } from '../fence.js';
import type { PhoneBody } from '../types.js';
import type { Check } from './subject.js';

type Network = NonNullable<PhoneBody['network']>;
type AddressField = 'ipAddress' | 'gateway' | 'dns1' | 'dns2';

/** A property that holds an address: needed when DHCP doesn't assign it, and always a valid one. */
export function addressField(field: AddressField): Check {
  return ({ body: { network } }) => {
    const text = network?.[field];
    if (text === undefined) return field !== 'dns2' && network?.dhcp === false;
    return normalizeAddress(text) === undefined;
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
  const [own, mask, other] = [parse(ipAddress), maskLength(subnet ?? ''), parse(gateway)];
  if (own === undefined || mask === undefined || other === undefined) return true;
  return own.kind() === 'ipv4' && other.kind() === 'ipv4' && own.match(other, mask);
}

function parse(text: string | undefined): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const address = normalizeAddress(text ?? '');
  return address === undefined ? undefined : ipaddr.parse(address);
}

/** Number of leading ones of an IPv4 mask, undefined when it is no mask. */
function maskLength(text: string): number | undefined {
  const address = normalizeAddress(text);
  if (address === undefined || !ipaddr.IPv4.isValid(address)) return undefined;
  return ipaddr.IPv4.parse(address).prefixLengthFromSubnetMask() ?? undefined;
}
