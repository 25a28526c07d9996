import type { Events, Token } from '@ringfence/store';
import { apiError } from '../../errors.js';
import type { Scope } from '../../scope.js';
import type { Broadcast } from './broadcast.js';
import { catchUp } from './catch-up.js';
import type { Reader } from './reader.js';

/** Readers that one process has at most, and readers of one token. */
export const READERS_MAX = 5_000;
const READERS_PER_TOKEN = 100;

/** Readers that are told of the past at the same time; the others wait for their turn. */
const CATCHING_UP = 32;

/** Milliseconds between two looks at who needs a sign of life, and without a word after which a reader needs one. */
const LOOK = 1_000;
const HEARTBEAT = 15_000;

/** Milliseconds between two looks at whether the readers still may read. */
const CHECK = 5_000;

/** What one asks for who wants to read. */
export interface Admission {
  /** Id of the token. */
  token: string;
  /** Id of the customer that the request names. */
  customer: string | undefined;
  /** Id of the last event that the reader knows. */
  after: string | undefined;
  /** Finds out what the reader may be told of; undefined when it may no longer read. */
  authorise(): Promise<Scope | undefined>;
}

/** All readers of the process: how many there may be, that they are alive, and whether they still may read. */
export class Readers {
  readonly #events: Events;
  readonly #broadcast: Broadcast;
  readonly #onError: (error: unknown) => void;
  readonly #guests = new Map<Reader, Admission>();
  readonly #perToken = new Map<string, number>();
  readonly #waiting: Reader[] = [];
  readonly #timers: NodeJS.Timeout[];
  #catchingUp = 0;

  /** @param onError told when readers can't be served or checked for now */
  constructor(events: Events, broadcast: Broadcast, onError: (error: unknown) => void) {
    this.#events = events;
    this.#broadcast = broadcast;
    this.#onError = onError;
    this.#timers = [setInterval(() => this.#beat(), LOOK), setInterval(() => void this.#check(), CHECK)];
  }

  /**
   * Stops a caller who has too many readers, or anybody when there are too many.
   * @throws ApiError
   */
  guard({ _id }: Token): void {
    if ((this.#perToken.get(_id) ?? 0) >= READERS_PER_TOKEN) throw apiError('too_many_requests');
    if (this.#guests.size >= READERS_MAX) throw apiError('unavailable');
  }

  /** Tells a reader of what happened after an event, and from then on until one of the two ends it. */
  add(reader: Reader, admission: Admission): void {
    const { token } = admission;
    this.#guests.set(reader, admission);
    this.#perToken.set(token, (this.#perToken.get(token) ?? 0) + 1);
    reader.onGone(() => this.#remove(reader));
    this.#waiting.push(reader);
    void this.#catchUpNext();
  }

  /** Ends all streams. */
  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const reader of this.#guests.keys()) reader.end();
  }

  #remove(reader: Reader): void {
    const guest = this.#guests.get(reader);
    if (guest === undefined) return;
    this.#guests.delete(reader);
    this.#broadcast.remove(reader);
    const left = (this.#perToken.get(guest.token) ?? 0) - 1;
    if (left > 0) this.#perToken.set(guest.token, left);
    else this.#perToken.delete(guest.token);
  }

  async #catchUpNext(): Promise<void> {
    if (this.#catchingUp >= CATCHING_UP) return;
    this.#catchingUp++;
    for (let reader = this.#waiting.shift(); reader !== undefined; reader = this.#waiting.shift()) {
      try {
        await catchUp(reader, this.#guests.get(reader)?.after, this.#events, this.#broadcast);
      } catch (error) {
        this.#onError(error);
        reader.drop();
      }
    }
    this.#catchingUp--;
  }

  #beat(): void {
    for (const reader of this.#guests.keys()) {
      reader.beat(this.#broadcast.has(reader) ? this.#broadcast.position : undefined, HEARTBEAT);
    }
  }

  /** Looks at the rights of all readers; while they can't be looked at, all goes on as it was. */
  async #check(): Promise<void> {
    const scopes = new Map<string, Promise<Scope | undefined>>();
    const checks = [...this.#guests].map(async ([reader, { token, customer, authorise }]) => {
      const name = `${token} ${customer}`;
      const scope = scopes.get(name) ?? authorise();
      scopes.set(name, scope);
      this.#admit(reader, await scope);
    });
    const failed = (await Promise.allSettled(checks)).find((check) => check.status === 'rejected');
    if (failed !== undefined) this.#onError(failed.reason);
  }

  #admit(reader: Reader, scope: Scope | undefined): void {
    if (scope === undefined) {
      reader.end();
      return;
    }
    const isLive = this.#broadcast.has(reader);
    if (isLive) this.#broadcast.remove(reader);
    reader.filter = { ...reader.filter, scope };
    if (isLive) this.#broadcast.add(reader);
  }
}
