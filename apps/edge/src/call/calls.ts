import { randomUUID } from 'node:crypto';

/** A call that counts: from before the first phone rings until both sides hung up. */
export interface CallSlot {
  /** One id for all events of the call. */
  id: string;
  /** Aborted when the call must end: the edge shuts down or lost its drachtio server. */
  over: AbortSignal;
  /** Adds a phone that takes part. */
  join(phone: string): void;
  /** The call is over. */
  release(): void;
}

interface Entry {
  phones: Set<string>;
  end: AbortController;
  released: Promise<void>;
}

/** The calls of this edge, bounded overall and for each phone. */
export class Calls {
  readonly #max: number;
  readonly #perPhone: number;
  readonly #calls = new Map<string, Entry>();
  readonly #perPhoneCount = new Map<string, number>();

  constructor({ max, perPhone }: { max: number; perPhone: number }) {
    this.#max = max;
    this.#perPhone = perPhone;
  }

  /** How many there are. */
  get size(): number {
    return this.#calls.size;
  }

  /** Whether a phone takes part in a call. */
  isBusy(phone: string): boolean {
    return this.#perPhoneCount.has(phone);
  }

  /** Begins a call of a phone; undefined when there are too many. */
  start(phone: string): CallSlot | undefined {
    if (this.#calls.size >= this.#max || (this.#perPhoneCount.get(phone) ?? 0) >= this.#perPhone) return undefined;
    const id = randomUUID();
    let resolve = () => {};
    const released = new Promise<void>((done) => {
      resolve = done;
    });
    const entry: Entry = { phones: new Set(), end: new AbortController(), released };
    this.#calls.set(id, entry);
    this.#join(entry, phone);
    return {
      id,
      over: entry.end.signal,
      join: (other) => this.#join(entry, other),
      release: () => {
        if (!this.#calls.delete(id)) return;
        for (const participant of entry.phones) this.#count(participant, -1);
        resolve();
      },
    };
  }

  /** Ends all calls; resolves when each is over. */
  async endAll(): Promise<void> {
    const all = [...this.#calls.values()];
    for (const { end } of all) end.abort();
    await Promise.all(all.map(({ released }) => released));
  }

  #join(entry: Entry, phone: string): void {
    if (entry.phones.has(phone)) return;
    entry.phones.add(phone);
    this.#count(phone, 1);
  }

  #count(phone: string, by: number): void {
    const count = (this.#perPhoneCount.get(phone) ?? 0) + by;
    if (count === 0) this.#perPhoneCount.delete(phone);
    else this.#perPhoneCount.set(phone, count);
  }
}
