import { randomFillSync, timingSafeEqual } from 'node:crypto';
import { Hmac } from './hmac.js';

/** A nonce that was found to be ours. */
export interface CheckedNonce {
  /** Names it in the store; begins with the ms at which it was issued. */
  id: string;
  /** Whether it is too old to be answered. */
  expired: boolean;
}

const TIME_BYTES = 6;
const RANDOM_BYTES = 9;
const PAYLOAD_BYTES = TIME_BYTES + RANDOM_BYTES;

/** Characters of base64url for three bytes; all parts are of whole threes, so that one nonce cannot be written in two ways. */
const characters = (bytes: number) => (bytes / 3) * 4;
const TIME_LENGTH = characters(TIME_BYTES);
const PAYLOAD_LENGTH = characters(PAYLOAD_BYTES);
const NONCE_LENGTH = 2 * PAYLOAD_LENGTH;

const NONCE = /^[A-Za-z0-9_-]{40}$/;

/**
 * Issues and recognises digest nonces. They are signed, so nothing is kept of one until it is answered: time of issue,
 * random bytes, and 120 bits of an HMAC-SHA256 over these and the realm.
 */
export class Nonces {
  readonly #hmac: Hmac;
  readonly #age: number;
  /** What is signed: the realm, and the payload in its place. */
  readonly #signed: Buffer;
  readonly #payloadAt: number;
  /** Random bytes are drawn many at a time: each draw costs as much as the rest of a nonce. */
  readonly #random = Buffer.alloc(RANDOM_BYTES * 512);
  #used = this.#random.length;

  /**
   * @param key the same in every edge of the system
   * @param age ms that a nonce may be answered
   */
  constructor({ key, realm, age }: { key: Buffer; realm: string; age: number }) {
    this.#hmac = new Hmac(key);
    this.#age = age;
    this.#payloadAt = Buffer.byteLength(realm);
    this.#signed = Buffer.alloc(this.#payloadAt + PAYLOAD_BYTES);
    this.#signed.write(realm);
  }

  /** ms that a nonce may be answered. */
  get age(): number {
    return this.#age;
  }

  /** Makes a nonce of 40 characters. */
  issue(now: number): string {
    this.#signed.writeUIntBE(now, this.#payloadAt, TIME_BYTES);
    this.#draw(this.#payloadAt + TIME_BYTES);
    return this.#signed.toString('base64url', this.#payloadAt) + this.#sign();
  }

  /** Recognises a nonce; undefined when it was not issued by this system for this realm. */
  check(nonce: string, now: number): CheckedNonce | undefined {
    if (!NONCE.test(nonce)) return undefined;
    this.#signed.write(nonce, this.#payloadAt, PAYLOAD_BYTES, 'base64url');
    if (!timingSafeEqual(Buffer.from(this.#sign()), Buffer.from(nonce.slice(PAYLOAD_LENGTH)))) return undefined;
    const issued = this.#signed.readUIntBE(this.#payloadAt, TIME_BYTES);
    return { id: `${issued}-${nonce.slice(TIME_LENGTH, PAYLOAD_LENGTH)}`, expired: now - issued > this.#age };
  }

  #draw(at: number): void {
    if (this.#used === this.#random.length) {
      randomFillSync(this.#random);
      this.#used = 0;
    }
    this.#used += this.#random.copy(this.#signed, at, this.#used, this.#used + RANDOM_BYTES);
  }

  #sign(): string {
    return this.#hmac.sign(this.#signed).slice(0, NONCE_LENGTH - PAYLOAD_LENGTH);
  }
}
