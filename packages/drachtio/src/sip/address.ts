import { consistsOf, DISPLAY_NAME, isBlank, skipBlanks, TOKEN, trimBlanks } from './characters.js';
import { endOfQuoted, type Parameter, parameter, parseParameters } from './parameters.js';
import { isAbsoluteUri } from './uri.js';

/** A parsed From, To, Contact, Route or Record-Route entry (RFC 3261 section 20.10). */
export interface Address {
  /** What stands before the URI, quotes included; empty when there is none. */
  readonly displayName: string;
  /** The URI between the angle brackets, as sent. */
  readonly uri: string;
  /** The parameters after the URI, as sent. */
  readonly parameters: readonly Parameter[];
  /** The `tag` parameter. */
  readonly tag: string | undefined;
}

/**
 * Parses one `name-addr` or `addr-spec` with its parameters. In an `addr-spec` without angle brackets everything after
 * the first semicolon belongs to the header, not to the URI (RFC 3261 section 20).
 * @returns undefined when malformed; the URI itself is only checked to be an absolute URI
 */
export function parseAddress(value: string): Address | undefined {
  const open = startOfUri(value);
  if (open === undefined) return undefined;
  if (open === -1) return parseAddrSpec(value);
  const close = value.indexOf('>', open);
  const uri = value.slice(open + 1, close);
  const displayName = trimBlanks(value.slice(0, open));
  const isNamed = displayName === '' || displayName.startsWith('"') || consistsOf(DISPLAY_NAME, displayName);
  if (close === -1 || !isNamed || !isAbsoluteUri(uri)) return undefined;
  return finish(displayName, uri, parseParameters(value, close + 1));
}

/** Writes an address with its URI in angle brackets and the given parameters text (`;tag=…`) after it. */
export function formatAddress(displayName: string, uri: string, parameters: string): string {
  return displayName === '' ? `<${uri}>${parameters}` : `${displayName} <${uri}>${parameters}`;
}

function startOfUri(value: string): number | -1 | undefined {
  let i = skipBlanks(value, 0);
  if (value[i] === '"') {
    i = endOfQuoted(value, i);
    if (i === -1) return undefined;
    i = skipBlanks(value, i);
    return value[i] === '<' ? i : undefined;
  }
  const open = value.indexOf('<', i);
  return open;
}

function parseAddrSpec(value: string): Address | undefined {
  let end = 0;
  while (end < value.length && value[end] !== ';' && !isBlank(value.charCodeAt(end))) end += 1;
  const uri = value.slice(0, end);
  if (uri.includes(',') || uri.includes('?') || !isAbsoluteUri(uri)) return undefined;
  return finish('', uri, parseParameters(value, end));
}

function finish(displayName: string, uri: string, parameters: Parameter[] | undefined): Address | undefined {
  if (parameters === undefined) return undefined;
  const tag = parameter(parameters, 'tag');
  const isTagValid = tag === undefined || consistsOf(TOKEN, tag);
  return isTagValid ? { displayName, uri, parameters, tag } : undefined;
}
