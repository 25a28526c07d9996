import { createHmac } from 'node:crypto';
import type { Models } from '@ringfence/store';
import type { DigestAlgorithm } from './credentials.js';

const MD5_ONLY: readonly DigestAlgorithm[] = ['MD5'];

/** The strongest first, as clients are to see it (RFC 8760 section 2.3). */
const ALL: readonly DigestAlgorithm[] = ['SHA-256', 'MD5'];

/**
 * Which digest algorithms phones are offered (RFC 8760): SHA-256 goes before MD5 where the phone's model can do it, since
 * many clients look at the first challenge only, and some break at a second. A username that nobody has is offered what
 * its phone could be, always the same, so that a challenge doesn't tell whether a phone exists.
 */
export class DigestOffers {
  readonly #models: Pick<Models, 'list'>;
  readonly #key: Buffer;
  #capable: ReadonlySet<string> = new Set();
  #share = 0;

  /** @param key the same in every edge of the system */
  constructor(models: Pick<Models, 'list'>, key: Buffer) {
    this.#models = models;
    this.#key = key;
  }

  /** Reads the models; to be done at the start and when they change. */
  async refresh(): Promise<void> {
    const models = await this.#models.list();
    const capable = models.filter(({ digest }) => digest.includes('SHA-256'));
    this.#capable = new Set(capable.map(({ _id }) => _id));
    this.#share = capable.length / models.length;
  }

  /** Whether all phones are offered the same, so that none need be looked up for it. */
  get areAlike(): boolean {
    return this.#capable.size === 0;
  }

  /**
   * What to offer, in the order of the challenges.
   * @param model id of the phone's model; undefined when there is no such phone
   */
  of(username: string, model: string | undefined): readonly DigestAlgorithm[] {
    if (this.areAlike) return MD5_ONLY;
    const isCapable = model === undefined ? this.#chance(username) < this.#share : this.#capable.has(model);
    return isCapable ? ALL : MD5_ONLY;
  }

  /** From 0 to 1, by chance, but of one username always the same. */
  #chance(username: string): number {
    return createHmac('sha256', this.#key).update(username).digest().readUInt32BE(0) / 2 ** 32;
  }
}
