import { isIPv4, isIPv6 } from 'node:net';
import { consistsOf, HOST, parseNumber, TOKEN, URI_PARAMETER, USER } from './characters.js';

/** A parsed `sip:` or `sips:` URI (RFC 3261 section 19.1). */
export interface SipUri {
  readonly scheme: 'sip' | 'sips';
  /** The user part with its escapes, and the password if there is one. */
  readonly user: string | undefined;
  /** In lower case; an IPv6 address without its brackets. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number | undefined;
  /** Names and values in lower case; a flag's value is empty. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** A host and a port, as in a URI or a Via's sent-by. */
export interface HostPort {
  /** In lower case; an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number | undefined;
}

/**
 * Parses a SIP or SIPS URI in one pass.
 * @returns undefined for another scheme and for anything malformed: an empty or bad host, a port out of range, a broken
 *   escape, a parameter given twice
 */
export function parseUri(text: string): SipUri | undefined {
  const colon = text.indexOf(':');
  const scheme = colon > 0 && colon <= 4 ? text.slice(0, colon).toLowerCase() : undefined;
  if (scheme !== 'sip' && scheme !== 'sips') return undefined;
  const at = text.indexOf('@', colon + 1);
  const user = at === -1 ? undefined : text.slice(colon + 1, at);
  if (user !== undefined && !isUser(user)) return undefined;

  let end = text.length;
  const hostStart = at === -1 ? colon + 1 : at + 1;
  const question = text.indexOf('?', hostStart);
  if (question !== -1) {
    if (!areUriHeaders(text.slice(question + 1))) return undefined;
    end = question;
  }
  const semicolon = text.indexOf(';', hostStart);
  const hostEnd = semicolon === -1 || semicolon > end ? end : semicolon;
  const hostPort = parseHostPort(text.slice(hostStart, hostEnd));
  if (hostPort === undefined) return undefined;
  const parameters = hostEnd === end ? NO_PARAMETERS : parseUriParameters(text.slice(hostEnd + 1, end));
  return parameters && { scheme, user, host: hostPort.host, port: hostPort.port, parameters };
}

/** Tells whether the text is an absolute URI of any scheme: `scheme:something` without blanks or quotes. */
export function isAbsoluteUri(text: string): boolean {
  const colon = text.indexOf(':');
  if (colon <= 0 || colon === text.length - 1 || !consistsOf(TOKEN, text, 0, colon)) return false;
  for (let i = colon + 1; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code <= 32 || code >= 127 || code === 34 || code === 60 || code === 62) return false;
  }
  return true;
}

/** Parses `host`, `host:port`, `[v6]` and `[v6]:port`. Gives undefined when host or port is malformed. */
export function parseHostPort(text: string): HostPort | undefined {
  if (text.startsWith('[')) {
    const close = text.indexOf(']');
    const host = text.slice(1, close).toLowerCase().replace(THREE_COLONS, '::$1');
    if (close === -1 || host.includes('%') || !isIPv6(host)) return undefined;
    return withPort(host, text.slice(close + 1));
  }
  const colon = text.indexOf(':');
  const host = (colon === -1 ? text : text.slice(0, colon)).toLowerCase();
  return isHostName(host) ? withPort(host, colon === -1 ? '' : text.slice(colon)) : undefined;
}

/** Writes a host and port as they stand in a URI or Via, an IPv6 address in brackets. */
export function formatHostPort(host: string, port: number | undefined): string {
  const bracketed = host.includes(':') ? `[${host}]` : host;
  return port === undefined ? bracketed : `${bracketed}:${port}`;
}

/** What the grammar of RFC 3261 allows by mistake, and is to be tolerated (RFC 5118 section 4.10). */
const THREE_COLONS = /(?<!:):::(\d+\.\d+\.\d+\.\d+)$/;

const NO_PARAMETERS: ReadonlyMap<string, string> = new Map();

function withPort(host: string, rest: string): HostPort | undefined {
  if (rest === '') return { host, port: undefined };
  const port = rest.startsWith(':') ? parseNumber(rest.slice(1), 65_535) : undefined;
  return port === undefined || port === 0 ? undefined : { host, port };
}

function isHostName(host: string): boolean {
  if (host.length > 255 || !consistsOf(HOST, host) || host.startsWith('.') || host.includes('..')) return false;
  const lastLabel = host.slice(host.lastIndexOf('.') + 1);
  return parseNumber(lastLabel, Number.MAX_SAFE_INTEGER) === undefined || isIPv4(host);
}

function isUser(user: string): boolean {
  return consistsOf(USER, user) && !user.startsWith(':') && areEscapesWhole(user);
}

function areEscapesWhole(text: string): boolean {
  for (let i = text.indexOf('%'); i !== -1; i = text.indexOf('%', i + 1)) {
    if (!isHexadecimal(text.charCodeAt(i + 1)) || !isHexadecimal(text.charCodeAt(i + 2))) return false;
  }
  return true;
}

function isHexadecimal(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
}

function parseUriParameters(text: string): Map<string, string> | undefined {
  const parameters = new Map<string, string>();
  for (const part of text.split(';')) {
    const equals = part.indexOf('=');
    const name = (equals === -1 ? part : part.slice(0, equals)).toLowerCase();
    const value = equals === -1 ? '' : part.slice(equals + 1);
    if (!consistsOf(URI_PARAMETER, name) || parameters.has(name)) return undefined;
    if (equals !== -1 && !consistsOf(URI_PARAMETER, value)) return undefined;
    if (!areEscapesWhole(part)) return undefined;
    parameters.set(name, value.toLowerCase());
  }
  return parameters;
}

function areUriHeaders(text: string): boolean {
  for (const part of text.split('&')) {
    const equals = part.indexOf('=');
    if (equals <= 0 || !areEscapesWhole(part)) return false;
    for (let i = 0; i < part.length; i += 1) {
      const code = part.charCodeAt(i);
      if (code <= 32 || code >= 127 || code === 34 || code === 60 || code === 62) return false;
    }
  }
  return true;
}
