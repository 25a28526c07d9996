import type { Directory } from '@ringfence/store';

/** Milliseconds that is remembered which reseller a customer has. */
const REMEMBERED = 60_000;

/** Customers of which it is remembered. */
const CUSTOMERS = 20_000;

/** Which reseller a customer has; may be a minute old. */
export class Resellers {
  readonly #directory: Directory;
  readonly #known = new Map<string, { reseller: string | undefined; until: number }>();

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  /** Id of the reseller of a customer; undefined when it has none, or doesn't exist. */
  async of(customer: string): Promise<string | undefined> {
    const now = performance.now();
    const known = this.#known.get(customer);
    if (known !== undefined && known.until > now) return known.reseller;
    const reseller = (await this.#directory.customer(customer))?.reseller;
    this.#known.delete(customer);
    if (this.#known.size >= CUSTOMERS) this.#known.delete(this.#known.keys().next().value as string);
    this.#known.set(customer, { reseller, until: now + REMEMBERED });
    return reseller;
  }
}
