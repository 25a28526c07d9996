/**
 * A MAC address as we write it: 12 upper-case hex digits.
 *
 * Separated bytes (`:` or `-`) and Cisco's dotted groups of four are read too.
 * @returns undefined when the text is no address of one device: malformed, multicast (the lowest bit of the first byte,
 * IEEE 802) or all zero
 */
export function normalizeMac(text: string): string | undefined {
  if (!SPELLINGS.some((spelling) => spelling.test(text))) return undefined;
  const mac = text.replace(/[:.-]/g, '').toUpperCase();
  const multicast = (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
  return multicast || mac === '000000000000' ? undefined : mac;
}

const SPELLINGS = [
  /^[0-9a-f]{12}$/i,
  /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i,
  /^[0-9a-f]{2}(-[0-9a-f]{2}){5}$/i,
  /^[0-9a-f]{2}(\.[0-9a-f]{2}){5}$/i,
  /^[0-9a-f]{4}([.:-][0-9a-f]{4}){2}$/i,
];
