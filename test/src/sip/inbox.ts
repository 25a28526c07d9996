/** Chooses an item; the first one it says yes to is taken. */
export type Match<Item> = (item: Item) => boolean;

/** How long to wait for something that should come at once, in milliseconds: a busy machine is no fault. */
export const patience = 15_000;

/**
 * What has arrived and nobody has asked for yet, and who is waiting for what has not arrived. Items are taken in the order
 * of their arrival; the oldest go when more than a thousand lie unread.
 */
export class Inbox<Item> {
  readonly #items: Item[] = [];
  readonly #waiting = new Set<{ match: Match<Item>; take: (item: Item) => void; fail: (error: Error) => void }>();
  readonly #describe: (item: Item) => string;
  #failure: Error | undefined;

  /** @param describe one line about an item, for the error of a wait in vain */
  constructor(describe: (item: Item) => string) {
    this.#describe = describe;
  }

  /** Hands the item to the first who waits for it, or keeps it. */
  put(item: Item): void {
    for (const waiter of this.#waiting) {
      if (!waiter.match(item)) continue;
      this.#waiting.delete(waiter);
      waiter.take(item);
      return;
    }
    this.#items.push(item);
    if (this.#items.length > 1_000) this.#items.shift();
  }

  /** Makes every present and later wait fail with this error: what arrives can't be trusted any more. */
  fail(error: Error): void {
    this.#failure ??= error;
    for (const waiter of this.#waiting) waiter.fail(error);
    this.#waiting.clear();
  }

  /**
   * Takes the first item that matches, waiting for it up to `ms` milliseconds.
   * @param what names the wanted item in the error
   */
  take(match: Match<Item>, what: string, ms: number = patience): Promise<Item> {
    if (this.#failure) return Promise.reject(this.#failure);
    const at = this.#items.findIndex(match);
    const [found] = at < 0 ? [] : this.#items.splice(at, 1);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const finish = (end: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
        end();
      };
      const waiter = {
        match,
        take: (item: Item) => finish(() => resolve(item)),
        fail: (error: Error) => finish(() => reject(error)),
      };
      const timer = setTimeout(() => waiter.fail(new Error(`no ${what} within ${ms} ms; ${this.#unread()}`)), ms);
      this.#waiting.add(waiter);
    });
  }

  /** Waits `ms` milliseconds and fails if a matching item is there or arrives meanwhile. */
  async none(match: Match<Item>, what: string, ms: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ms));
    if (this.#failure) throw this.#failure;
    const unwanted = this.#items.find(match);
    if (unwanted !== undefined) throw new Error(`unwanted ${what}: ${this.#describe(unwanted)}`);
  }

  /** Throws away what matches and nobody has asked for. */
  drop(match: Match<Item>): void {
    this.#items.splice(0, this.#items.length, ...this.#items.filter((item) => !match(item)));
  }

  #unread(): string {
    if (this.#items.length === 0) return 'nothing unread';
    return `unread: ${this.#items.slice(-10).map(this.#describe).join(', ')}`;
  }
}
