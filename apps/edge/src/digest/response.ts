import { hash, timingSafeEqual } from 'node:crypto';
import type { DigestAlgorithm, DigestCredentials } from './credentials.js';

/** Node's names of the algorithms. */
const HASHES: Record<DigestAlgorithm, string> = { MD5: 'md5', 'SHA-256': 'sha256' };

/**
 * The response that proves a password, with qop `auth` (RFC 7616 section 3.4.1).
 * @returns lower-case hexadecimal digits
 */
export function digestResponse(
  { username, realm, nonce, uri, algorithm, cnonce, nc }: Omit<DigestCredentials, 'response'>,
  method: string,
  password: string,
): string {
  const digest = (text: string) => hash(HASHES[algorithm], text, 'hex');
  const secret = digest(`${username}:${realm}:${password}`);
  return digest(`${secret}:${nonce}:${nc}:${cnonce}:auth:${digest(`${method}:${uri}`)}`);
}

/** Whether the credentials prove the password; takes the same time whether or not they do. */
export function provesPassword(credentials: DigestCredentials, method: string, password: string): boolean {
  const expected = Buffer.from(digestResponse(credentials, method, password));
  return timingSafeEqual(expected, Buffer.from(credentials.response));
}
