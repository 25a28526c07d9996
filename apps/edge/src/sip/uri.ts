import { isIPv4, isIPv6 } from 'node:net';

/** A SIP or SIPS URI (RFC 3261 section 19.1), without headers. */
export interface SipUri {
  scheme: 'sip' | 'sips';
  /** The user part, percent-escapes decoded; empty when there is none. */
  user: string;
  /** Host name or address in lower case; IPv6 without brackets. */
  host: string;
  port: number | undefined;
  /** Parameters by lower-case name; those without value are empty. */
  params: ReadonlyMap<string, string>;
}

/** Longest URI that is read. */
export const LONGEST_URI = 1_024;

const URI = /^(sips?):(?:([^@]*)@)?(\[[^\]]*\]|[^:;?@[\]]*)(?::(\d{1,5}))?((?:;[^;?]*)*)$/i;
const USER = /^(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/:]|%[0-9A-Fa-f]{2})+$/;
const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*\.?$/;
const PARAM = /^(?:[A-Za-z0-9\-_.!~*'()[\]/:&+$]|%[0-9A-Fa-f]{2})+$/;

/**
 * Reads a SIP URI, strictly: no white space, no unescaped characters that the grammar has no place for, a port from 1 to
 * 65,535, a host name or address, no headers (`?…`).
 * @returns undefined when the text is no such URI or longer than {@link LONGEST_URI}
 */
export function parseSipUri(text: string): SipUri | undefined {
  if (text.length > LONGEST_URI) return undefined;
  const [whole, scheme, user, hostPart, portPart, paramPart] = URI.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const host = parseHost(hostPart as string);
  const port = portPart === undefined ? undefined : Number(portPart);
  const params = parseParams(paramPart as string);
  if (host === undefined || params === undefined) return undefined;
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  if (user !== undefined && !USER.test(user)) return undefined;
  const decoded = decode(withoutPassword(user ?? ''));
  if (decoded === undefined) return undefined;
  return { scheme: scheme?.toLowerCase() as 'sip' | 'sips', user: decoded, host, port, params };
}

/** Writes an address as the host of a URI. */
export function uriHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** Writes text as the user part of a URI. */
export function uriUser(text: string): string {
  return encodeURIComponent(text).replaceAll('%2B', '+');
}

function parseHost(text: string): string | undefined {
  if (text.startsWith('['))
    return isIPv6(text.slice(1, -1)) && !text.includes('%') ? text.slice(1, -1).toLowerCase() : undefined;
  if (/^[\d.]+$/.test(text)) return isIPv4(text) ? text : undefined;
  return HOST_NAME.test(text) ? text.toLowerCase() : undefined;
}

const NO_PARAMS: ReadonlyMap<string, string> = new Map();

function parseParams(text: string): ReadonlyMap<string, string> | undefined {
  if (text === '') return NO_PARAMS;
  const params = new Map<string, string>();
  for (const param of text.split(';').slice(1)) {
    const [name, value = '', ...rest] = param.split('=');
    if (!name || !PARAM.test(name) || rest.length > 0 || (param.includes('=') && !PARAM.test(value))) return undefined;
    if (params.has(name.toLowerCase())) return undefined;
    params.set(name.toLowerCase(), value);
  }
  return params;
}

function withoutPassword(user: string): string {
  const colon = user.indexOf(':');
  return colon < 0 ? user : user.slice(0, colon);
}

function decode(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
