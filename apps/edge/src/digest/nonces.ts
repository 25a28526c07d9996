import { createHmac, randomFillSync, timingSafeEqual } from 'node:crypto';

/** A nonce that was found to be ours. */
export interface CheckedNonce {
  /** Names it in the store; begins with the ms at which it was issued. */
  id: string;
  /** Whether it is too old to be answered. */
  expired: boolean;
}

const TIME_BYTES = 6;
const RANDOM_BYTES = 8;
const SIGNATURE_BYTES = 16;
const PAYLOAD_BYTES = TIME_BYTES + RANDOM_BYTES;

/** Exactly the base64url of all bytes, so that one nonce cannot be written in two ways. */
const NONCE = /^[A-Za-z0-9_-]{40}$/;

/**
 * Issues and recognises digest nonces. They are signed, so nothing is kept of one until it is answered: time of issue,
 * random bytes, and an HMAC-SHA256 over these and the realm.
 */
export class Nonces {
  readonly #key: Buffer;
  readonly #realm: string;
  readonly #age: number;
  /** Random bytes are drawn many at a time: each draw costs as much as the rest of a nonce. */
  readonly #random = Buffer.alloc(RANDOM_BYTES * 512);
  #used = this.#random.length;

  /**
   * @param key the same in every edge of the system
   * @param age ms that a nonce may be answered
   */
  constructor({ key, realm, age }: { key: Buffer; realm: string; age: number }) {
    this.#key = key;
    this.#realm = realm;
    this.#age = age;
  }

  /** ms that a nonce may be answered. */
  get age(): number {
    return this.#age;
  }

  /** Makes a nonce of 40 characters. */
  issue(now: number): string {
    const payload = Buffer.alloc(PAYLOAD_BYTES);
    payload.writeUIntBE(now, 0, TIME_BYTES);
    this.#draw(payload.subarray(TIME_BYTES));
    return Buffer.concat([payload, this.#sign(payload)]).toString('base64url');
  }

  /** Recognises a nonce; undefined when it was not issued by this system for this realm. */
  check(nonce: string, now: number): CheckedNonce | undefined {
    if (!NONCE.test(nonce)) return undefined;
    const bytes = Buffer.from(nonce, 'base64url');
    const payload = bytes.subarray(0, PAYLOAD_BYTES);
    if (!timingSafeEqual(this.#sign(payload), bytes.subarray(PAYLOAD_BYTES))) return undefined;
    const issued = payload.readUIntBE(0, TIME_BYTES);
    const id = `${issued}-${payload.toString('base64url', TIME_BYTES)}`;
    return { id, expired: now - issued > this.#age };
  }

  #draw(target: Buffer): void {
    if (this.#used === this.#random.length) {
      randomFillSync(this.#random);
      this.#used = 0;
    }
    this.#used += this.#random.copy(target, 0, this.#used, this.#used + RANDOM_BYTES);
  }

  #sign(payload: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(this.#realm).update(payload).digest().subarray(0, SIGNATURE_BYTES);
  }
}
