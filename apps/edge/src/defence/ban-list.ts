import type { Ban, Bans, FeedListener, Offender, StoredEvent } from '@ringfence/store';

/** The bans of all edges, as this one knows them: asked for each request, so without a way to the store. */
export class BanList implements FeedListener {
  readonly #bans: Bans;
  readonly #now: () => number;
  readonly #onError: (error: unknown) => void;
  /** Ends of bans, ms since 1970, by whom they are of; as many as the store keeps. */
  #ends = new Map<string, number>();

  /** @param onError told when the bans could not be read */
  constructor(bans: Bans, now: () => number, onError: (error: unknown) => void) {
    this.#bans = bans;
    this.#now = now;
    this.#onError = onError;
  }

  /** Whether a user at an address is banned, or the whole address. */
  has({ address, username }: Offender): boolean {
    if (this.#ends.size === 0) return false;
    const now = this.#now();
    const isBanned = (offender: Offender) => (this.#ends.get(nameOf(offender)) ?? 0) > now;
    return isBanned({ address }) || (username !== undefined && isBanned({ address, username }));
  }

  /** Adds a ban that this edge has made. */
  add({ address, username, until }: Pick<Ban, 'address' | 'username' | 'until'>): void {
    this.#ends.set(nameOf({ address, username }), until);
  }

  /** Reads all bans. */
  async read(): Promise<void> {
    const bans = await this.#bans.list();
    this.#ends = new Map(bans.map((ban) => [nameOf(ban), ban.until]));
  }

  events(batch: readonly StoredEvent[]): void {
    for (const { type, address = '', username, until = 0 } of batch) {
      if (type === 'ban.added') this.add({ address, username, until });
      if (type === 'ban.lifted') this.#ends.delete(nameOf({ address, username }));
    }
  }

  missed(): void {
    this.read().catch(this.#onError);
  }
}

function nameOf({ address, username = '' }: Offender): string {
  return `${address} ${username}`;
}
