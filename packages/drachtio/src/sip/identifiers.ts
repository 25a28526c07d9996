import { randomFillSync, randomUUID } from 'node:crypto';
import { MAGIC_COOKIE } from './via.js';

/** A new From or To tag: 13 letters and digits from a cryptographic source (RFC 3261 section 19.3 asks for 32 bits). */
export function newTag(): string {
  return randomAlphanumerics(13);
}

/** A new Via branch, with the magic cookie of RFC 3261 section 8.1.1.7. */
export function newBranch(): string {
  return MAGIC_COOKIE + randomAlphanumerics(13);
}

/** A new Call-ID, transaction id or message id. */
export function newUuid(): string {
  return randomUUID();
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const pool = Buffer.alloc(4096);
let unused = pool.length;

function randomAlphanumerics(length: number): string {
  let text = '';
  while (text.length < length) {
    if (unused === pool.length) {
      randomFillSync(pool);
      unused = 0;
    }
    const index = pool.readUInt8(unused) & 63;
    unused += 1;
    if (index < ALPHABET.length) text += ALPHABET[index];
  }
  return text;
}
