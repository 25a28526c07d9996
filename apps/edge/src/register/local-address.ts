import { normalizeAddress } from '@ringfence/phone';
import ipaddr from 'ipaddr.js';
import { parseNameAddrs } from '../sip/name-addr.js';
import type { ReceivedRequest } from '../sip/stack.js';
import { parseSipUri } from '../sip/uri.js';

/**
 * The phone's address in its own network, as far as it shows: `real=` of a Snom's Contact, a private address in the
 * Contact, the address of the topmost Via, the address after the @ of the Call-ID.
 */
export function localAddressOf(request: Pick<ReceivedRequest, 'headers'>): string | undefined {
  const contact = parseNameAddrs(request.headers.contact ?? '', 100)?.[0];
  return (
    realAddress(contact?.params.get('real') ?? contact?.uri.params.get('real')) ??
    privateAddress(contact?.uri.host) ??
    sentBy(request.headers.via) ??
    callIdHost(request.headers['call-id'])
  );
}

/** An address, an address and port, or a URI. */
function realAddress(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const bare = text.replace(/^<(.*)>$/, '$1');
  return normalizeAddress(parseSipUri(/^sips?:/i.test(bare) ? bare : `sip:${bare}`)?.host ?? bare);
}

const PRIVATE: readonly string[] = ['private', 'uniqueLocal', 'linkLocal', 'carrierGradeNat'];

function privateAddress(host: string | undefined): string | undefined {
  const address = normalizeAddress(host ?? '');
  return address !== undefined && PRIVATE.includes(ipaddr.parse(address).range()) ? address : undefined;
}

/** `SIP/2.0/UDP 10.0.0.5:5060;branch=…`: the part after the transport. */
function sentBy(via: string | undefined): string | undefined {
  const sent = /^\s*SIP\s*\/\s*2\.0\s*\/\s*[A-Za-z]{2,8}\s+(\[[^\]\s]{2,45}\]|[^\s:;,]{1,255})/i.exec(via ?? '')?.[1];
  return normalizeAddress(sent?.replace(/^\[|\]$/g, '') ?? '');
}

/** Grandstream writes the digits of the address as the letters A to J. */
function callIdHost(callId: string | undefined): string | undefined {
  const host = callId?.slice(callId.lastIndexOf('@') + 1).trim() ?? '';
  if (!callId?.includes('@') || host.length > 45) return undefined;
  const digits = /^[A-J.]+$/.test(host) ? host.replace(/[A-J]/g, (letter) => `${letter.charCodeAt(0) - 65}`) : host;
  return normalizeAddress(digits.replace(/^\[|\]$/g, ''));
}
