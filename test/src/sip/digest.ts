import { createHash, randomBytes } from 'node:crypto';
import type { SipMessage } from './message.js';

/** What a phone proves it knows. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** What a client may choose in a digest answer, also to choose it wrongly. */
export interface DigestChoices {
  /** The nonce count, 1 unless given. */
  readonly nc?: number;
  readonly cnonce?: string;
  /** The `uri` parameter when it shall differ from the Request-URI. */
  readonly uri?: string;
  /** Any parameter of the Authorization header to put in place of the right one, e.g. `{ response: '0' }`. */
  readonly override?: Readonly<Record<string, string>>;
}

/** One challenge of a 401 or 407, as its parameters; quotes are taken off. */
export type Challenge = Readonly<Record<string, string>>;

/** The Digest challenges of a 401 or 407 in the order the server gave them (RFC 3261 section 22, RFC 8760). */
export function challengesOf(response: SipMessage): Challenge[] {
  const lines = response.all(response.status === 407 ? 'Proxy-Authenticate' : 'WWW-Authenticate');
  return lines.filter((line) => /^Digest\s/i.test(line)).map(parseParameters);
}

/** The parameters of a Digest challenge or of an Authorization header, names lower-cased, quotes taken off. */
export function parseParameters(value: string): Challenge {
  const parameters: Record<string, string> = {};
  for (const [, name = '', quoted, token] of value.matchAll(/([\w-]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s,]+))/g)) {
    parameters[name.toLowerCase()] = (quoted ?? token ?? '').replace(/\\(.)/g, '$1');
  }
  return parameters;
}

/**
 * The value of the Authorization or Proxy-Authorization header that answers a challenge: MD5 or SHA-256, with qop=auth
 * when the server offers it and without any otherwise (RFC 7616, RFC 8760).
 */
export function answerChallenge(
  challenge: Challenge,
  { username, password }: Credentials,
  method: string,
  requestUri: string,
  { nc = 1, cnonce = randomBytes(8).toString('hex'), uri = requestUri, override = {} }: DigestChoices = {},
): string {
  const { realm = '', nonce = '', algorithm = 'MD5', opaque } = challenge;
  const hash = (text: string) =>
    createHash(hashes[algorithm.toUpperCase()] ?? 'md5')
      .update(text)
      .digest('hex');
  const qop = (challenge.qop ?? '').split(/\s*,\s*/).includes('auth') ? 'auth' : undefined;
  const count = nc.toString(16).padStart(8, '0');
  const secret = hash(`${username}:${realm}:${password}`);
  const middle = qop ? `${nonce}:${count}:${cnonce}:${qop}` : nonce;
  const parameters = {
    username,
    realm,
    nonce,
    uri,
    response: hash(`${secret}:${middle}:${hash(`${method}:${uri}`)}`),
    algorithm,
    ...(opaque !== undefined && { opaque }),
    ...(qop && { qop, nc: count, cnonce }),
    ...override,
  };
  const written = Object.entries(parameters).map(([name, value]) =>
    unquoted.has(name) ? `${name}=${value}` : `${name}="${value}"`,
  );
  return `Digest ${written.join(', ')}`;
}

const hashes: Record<string, string> = { MD5: 'md5', 'SHA-256': 'sha256' };
const unquoted = new Set(['algorithm', 'qop', 'nc']);
