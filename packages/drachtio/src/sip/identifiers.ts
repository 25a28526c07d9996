import { randomFillSync } from 'node:crypto';
import { MAGIC_COOKIE } from './via.js';

/** A new From or To tag: 64 bits from a cryptographic source (RFC 3261 section 19.3 asks for 32). */
export function newTag(): string {
  return randomHex();
}

/** A new Via branch, with the magic cookie of RFC 3261 section 8.1.1.7. */
export function newBranch(): string {
  return MAGIC_COOKIE + randomHex();
}

/** A new transaction or message id in the form of a UUID: random for this process, counted within it. */
export function newId(): string {
  idsMade += 1;
  return idPrefix + idsMade.toString(16).padStart(12, '0');
}

/** A new Call-ID: a random UUID, in one piece where `randomUUID` gives a chain of many. */
export function newUuid(): string {
  const start = reserve(16);
  pool[start + 6] = ((pool[start + 6] ?? 0) & 0x0f) | 0x40;
  pool[start + 8] = ((pool[start + 8] ?? 0) & 0x3f) | 0x80;
  const hex = pool.toString('hex', start, start + 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const pool = Buffer.alloc(4096);
let unused = pool.length;
const idPrefix = newUuid().slice(0, -12);
let idsMade = 0;

function randomHex(): string {
  const start = reserve(8);
  return pool.toString('hex', start, start + 8);
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
