import { randomFillSync } from 'node:crypto';
import { MAGIC_COOKIE } from './via.js';

/** A new From or To tag: 13 letters and digits from a cryptographic source (RFC 3261 section 19.3 asks for 32 bits). */
export function newTag(): string {
  return randomAlphanumerics(13);
}

/** A new Via branch, with the magic cookie of RFC 3261 section 8.1.1.7. */
export function newBranch(): string {
  return MAGIC_COOKIE + randomAlphanumerics(13);
}

/** A new Call-ID, transaction id or message id: a random UUID, in one piece where `randomUUID` gives a chain of many. */
export function newUuid(): string {
  const start = reserve(16);
  pool[start + 6] = ((pool[start + 6] ?? 0) & 0x0f) | 0x40;
  pool[start + 8] = ((pool[start + 8] ?? 0) & 0x3f) | 0x80;
  const hex = pool.toString('hex', start, start + 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const ALPHABET = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789');
const pool = Buffer.alloc(4096);
let unused = pool.length;

function randomAlphanumerics(length: number): string {
  const text = Buffer.alloc(length);
  for (let filled = 0; filled < length; ) {
    const index = (pool[reserve(1)] ?? 0) & 63;
    if (index >= ALPHABET.length) continue;
    text[filled] = ALPHABET[index] ?? 0;
    filled += 1;
  }
  return text.toString('latin1');
}

/** Takes bytes from the pool of random ones. Gives where they start. */
function reserve(bytes: number): number {
  if (unused + bytes > pool.length) {
    randomFillSync(pool);
    unused = 0;
  }
  unused += bytes;
  return unused - bytes;
}
