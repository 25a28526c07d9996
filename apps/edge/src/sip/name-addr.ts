import { Scanner } from './scanner.js';
import { parseSipUri, type SipUri } from './uri.js';

/** One `"name" <uri>;param=value` of From, To or Contact (RFC 3261 section 20.10). */
export interface NameAddr {
  /** The URI as written. */
  text: string;
  uri: SipUri;
  /** The display name, quotes and escapes taken off; empty when there is none. */
  name: string;
  /** Header parameters by lower-case name; those without value are empty, quotes are taken off. */
  params: ReadonlyMap<string, string>;
}

/** Parameter values: tokens, hosts as in `received=[::1]`, and bare URIs as some phones write them. */
const VALUE = /[\x21\x23-\x2b\x2d-\x3a\x3d\x3f-\x7e]*/y;
const DISPLAY_NAME = /[^<",;]*/y;
const BARE_URI = /[^\s,;?<>"]*/y;

/**
 * Reads From or To.
 * @returns undefined when it is malformed, no SIP URI or more than one address
 */
export function parseNameAddr(text: string): NameAddr | undefined {
  const scanner = new Scanner(text);
  const address = scanAddress(scanner);
  return scanner.done ? address : undefined;
}

/** Reads the first address of a list, whatever follows it; undefined when it is malformed or no SIP URI. */
export function parseFirstNameAddr(text: string): NameAddr | undefined {
  return scanAddress(new Scanner(text));
}

/**
 * Reads a comma-separated list of addresses, as Contact is.
 * @param most how many at most
 * @returns undefined when one is malformed or there are more
 */
export function parseNameAddrs(text: string, most: number): NameAddr[] | undefined {
  const scanner = new Scanner(text);
  const addresses: NameAddr[] = [];
  do {
    const address = scanAddress(scanner);
    if (address === undefined || addresses.length === most) return undefined;
    addresses.push(address);
  } while (scanner.skip(','));
  return scanner.done ? addresses : undefined;
}

function scanAddress(scanner: Scanner): NameAddr | undefined {
  scanner.skipBlanks();
  const [name, text] = scanNameAndUri(scanner);
  const uri = text === undefined ? undefined : parseSipUri(text);
  const params = uri && scanParams(scanner);
  scanner.skipBlanks();
  return text !== undefined && uri && params ? { text, uri, name, params } : undefined;
}

/** With angle brackets the URI is what they hold; without, the parameters after it are the header's (20.10). */
function scanNameAndUri(scanner: Scanner): [name: string, uri: string | undefined] {
  if (scanner.next === '<') {
    scanner.at++;
    return ['', scanner.until('>')];
  }
  if (/^sips?:/i.test(scanner.text.slice(scanner.at, scanner.at + 5))) return ['', scanner.match(BARE_URI)];
  const name = scanner.next === '"' ? scanner.quoted() : scanner.match(DISPLAY_NAME).trim();
  scanner.skipBlanks();
  if (name === undefined || scanner.next !== '<') return ['', undefined];
  scanner.at++;
  return [name, scanner.until('>')];
}

function scanParams(scanner: Scanner): Map<string, string> | undefined {
  const params = new Map<string, string>();
  while (scanner.skip(';')) {
    const name = scanner.token().toLowerCase();
    if (name === '' || params.has(name)) return undefined;
    let value: string | undefined = '';
    if (scanner.skip('=')) {
      value = scanner.next === '"' ? scanner.quoted() : scanner.match(VALUE);
      if (value === undefined || value === '') return undefined;
    }
    params.set(name, value);
  }
  return params;
}
