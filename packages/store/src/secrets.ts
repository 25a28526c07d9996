import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Bytes of the master key. */
export const MASTER_KEY_BYTES = 32;

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts the secrets that Redis holds (AES-256-GCM), and derives the other keys of the system from the one master key.
 */
export class Secrets {
  readonly #master: Buffer;
  readonly #sealing: Buffer;

  /** @param master {@link MASTER_KEY_BYTES} random bytes, the same in every process */
  constructor(master: Buffer) {
    if (master.length !== MASTER_KEY_BYTES) throw new RangeError(`a master key has ${MASTER_KEY_BYTES} bytes`);
    this.#master = master;
    this.#sealing = this.derive('sealing');
  }

  /** A 32-byte key for one purpose (HKDF-SHA256, RFC 5869). */
  derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#master, '', `ringfence ${purpose}`, 32));
  }

  /** Encrypts `text`; only the same `owner` opens it again, so that sealed values cannot be swapped between records. */
  seal(text: string, owner: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#sealing, iv).setAAD(Buffer.from(owner));
    const sealed = [iv, cipher.update(text, 'utf8'), cipher.final()];
    return Buffer.concat([...sealed, cipher.getAuthTag()]).toString('base64');
  }

  /**
   * Decrypts what {@link seal} made.
   * @throws Error when the value was changed, belongs to another owner or was sealed with another key
   */
  open(sealed: string, owner: string): string {
    const bytes = Buffer.from(sealed, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', this.#sealing, bytes.subarray(0, IV_BYTES));
    decipher.setAAD(Buffer.from(owner)).setAuthTag(bytes.subarray(-TAG_BYTES));
    return decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  }
}
