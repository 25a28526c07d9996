/** A token bucket for each of a bounded number of keys; the key that was used longest ago makes room for a new one. */
export class RateLimit {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #keys: number;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  /**
   * @param burst how many at once
   * @param perSecond how many come back each second
   * @param keys how many keys are remembered
   */
  constructor({ burst, perSecond, keys }: { burst: number; perSecond: number; keys: number }) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#keys = keys;
  }

  /** Takes one for the key; false when there is none left. */
  take(key: string, now: number): boolean {
    const bucket = this.#buckets.get(key) ?? { tokens: this.#burst, at: now };
    const earned = (Math.max(0, now - bucket.at) / 1_000) * this.#perSecond;
    const tokens = Math.min(this.#burst, bucket.tokens + earned);
    const granted = tokens >= 1;
    this.#buckets.delete(key);
    if (this.#buckets.size >= this.#keys) this.#buckets.delete(this.#buckets.keys().next().value as string);
    this.#buckets.set(key, { tokens: granted ? tokens - 1 : tokens, at: now });
    return granted;
  }

  /** Gives some back to a key, never more than it may have at once. */
  giveBack(key: string, count: number): void {
    const bucket = this.#buckets.get(key);
    if (bucket !== undefined) bucket.tokens = Math.min(this.#burst, bucket.tokens + count);
  }
}
