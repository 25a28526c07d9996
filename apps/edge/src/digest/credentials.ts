import { Scanner } from '../sip/scanner.js';

/** What a client answers to a digest challenge (RFC 7616 section 3.4). */
export interface DigestCredentials {
  username: string;
  realm: string;
  nonce: string;
  /** The digest-uri. */
  uri: string;
  /** Lower-case hexadecimal digits. */
  response: string;
  algorithm: DigestAlgorithm;
  cnonce: string;
  /** The nonce count as sent: eight hexadecimal digits. */
  nc: string;
}

/** The algorithms that are verified. */
export type DigestAlgorithm = 'MD5' | 'SHA-256';

/** Hexadecimal digits of a response. */
const RESPONSE_LENGTH: Record<DigestAlgorithm, number> = { MD5: 32, 'SHA-256': 64 };

/** Longest header that is read, and how many credentials in it. */
const LONGEST_HEADER = 4_096;
const MOST_CREDENTIALS = 8;

/**
 * Reads Authorization or Proxy-Authorization, which may hold credentials for several realms, and picks those for one.
 * @param header the header's text, several headers joined by commas
 * @returns undefined when there are none for the realm that could be verified: no qop, another algorithm, a broken count;
 *   `malformed` when the header cannot be read at all
 */
export function readCredentials(header: string, realm: string): DigestCredentials | undefined | 'malformed' {
  if (header.length > LONGEST_HEADER) return 'malformed';
  const all = scanCredentials(new Scanner(header));
  if (all === undefined) return 'malformed';
  const params = all.find(({ scheme, params }) => scheme === 'digest' && params.get('realm') === realm)?.params;
  return params && toDigest(params);
}

interface Credentials {
  /** Lower case. */
  scheme: string;
  params: Map<string, string>;
}

/** A token that no `=` follows begins the next credentials (RFC 7235 section 2.1). */
function scanCredentials(scanner: Scanner): Credentials[] | undefined {
  const all: Credentials[] = [];
  scanner.skipBlanks();
  do {
    const token = scanner.token();
    if (token === '') return undefined;
    if (scanner.skip('=')) {
      if (!scanParam(scanner, token, all.at(-1))) return undefined;
      continue;
    }
    scanner.skipBlanks();
    if (all.push({ scheme: token.toLowerCase(), params: new Map() }) > MOST_CREDENTIALS) return undefined;
    const first = scanner.token();
    if (first === '' || !scanner.skip('=') || !scanParam(scanner, first, all.at(-1))) return undefined;
  } while (scanner.skip(','));
  scanner.skipBlanks();
  return scanner.done ? all : undefined;
}

const BARE_VALUE = /[^\s,"=]*/y;

function scanParam(scanner: Scanner, name: string, credentials: Credentials | undefined): boolean {
  const value = scanner.next === '"' ? scanner.quoted() : scanner.match(BARE_VALUE);
  if (credentials === undefined || value === undefined) return false;
  if (credentials.params.has(name.toLowerCase())) return false;
  credentials.params.set(name.toLowerCase(), value);
  return true;
}

function toDigest(params: Map<string, string>): DigestCredentials | undefined {
  const value = (name: string) => params.get(name) ?? '';
  const algorithm = (params.get('algorithm') ?? 'MD5').toUpperCase();
  if (algorithm !== 'MD5' && algorithm !== 'SHA-256') return undefined;
  const [username, realm, nonce, uri, cnonce] = ['username', 'realm', 'nonce', 'uri', 'cnonce'].map(value);
  const response = value('response').toLowerCase();
  const nc = value('nc').toLowerCase();
  if (!username || !realm || !nonce || !uri || !cnonce) return undefined;
  if (value('qop').toLowerCase() !== 'auth' || !/^[0-9a-f]{8}$/.test(nc) || Number.parseInt(nc, 16) === 0)
    return undefined;
  if (!/^[0-9a-f]+$/.test(response) || response.length !== RESPONSE_LENGTH[algorithm]) return undefined;
  return { username, realm, nonce, uri, response, algorithm, cnonce, nc };
}
