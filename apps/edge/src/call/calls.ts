import { randomUUID } from 'node:crypto';
import type { Call, CalledParty, CallingParty, CallLimits, Calls as CallStore, Source } from '@ringfence/store';
import { SipFailure, unavailable } from '../sip/failure.js';
import { CallRecord, endedEvent } from './call-record.js';

/** A call that counts: from before the first phone rings until both sides hung up. */
export interface CallSlot {
  /** One id for all events of the call. */
  id: string;
  /** Aborted when the call must end: the edge shuts down or lost its drachtio server. */
  over: AbortSignal;
  /** The call is sent on to another number, which rings next. */
  forward(callee: CalledParty): void;
  /** One that took part was replaced by another. */
  transfer(role: 'caller' | 'callee', party: CallingParty): void;
  /** The call was picked up: by a phone, or by a PBX cluster. */
  answer(phone: string | undefined): void;
  /**
   * The call is over.
   * @param status the final status of its set-up
   */
  end(status: number): void;
}

/** Who calls whom. */
export interface NewCall extends Pick<Call, 'customer' | 'caller' | 'callee'> {
  /** Where the call comes from. */
  source: Source;
}

/** How calls are kept. */
export interface CallsParts {
  store: CallStore;
  /** Id of this edge. */
  edge: string;
  /** Simultaneous calls of this edge. */
  max: number;
  limits: CallLimits;
  now: () => number;
  /** Told when the store could not be written. */
  onError: (error: unknown) => void;
}

interface Entry {
  record: CallRecord;
  over: AbortController;
  /** Resolves when it has ended and the store was told, or could not be. */
  ended: Promise<void>;
}

/** Milliseconds between two calls of {@link Calls.renew}: a quarter of the lease, so that some may fail. */
export const RENEW_EVERY = 5_000;

/** Renewals in a row after which this edge says of others that they are gone: before, Redis may just have come back. */
const RENEWALS_BEFORE_SWEEP = 2;

/** The calls of this edge: bounded here as a whole, and in the store, over all edges, by phone and by customer. */
export class Calls {
  readonly #parts: CallsParts;
  readonly #calls = new Map<string, Entry>();
  /** Those of which the store does not have the latest; no call begins while the store is away, so they are bounded. */
  readonly #unwritten = new Set<CallRecord>();
  #renewing = false;
  #renewals = 0;

  constructor(parts: CallsParts) {
    this.#parts = parts;
  }

  /** How many there are. */
  get size(): number {
    return this.#calls.size;
  }

  /**
   * Begins a call.
   * @param isUnlimited whether it begins whatever limits there are
   * @throws SipFailure 503 when this edge has too many, so that another one is tried; 486 when the phone or its customer
   *   has, or calls too often: no other edge would take the call, and a 503 would turn the phone away from this one
   *   (RFC 3263 section 4.3)
   */
  async start({ source, ...parties }: NewCall, isUnlimited = false): Promise<CallSlot> {
    const { store, edge, max, limits, now } = this.#parts;
    if (this.#calls.size >= max && !isUnlimited) throw unavailable();
    const id = randomUUID();
    const record = new CallRecord(store, { id, state: 'ringing', startedAt: now(), edge, ...parties }, source, now);
    const { slot, forget } = this.#enter(id, record);
    const refusal = await record.start(isUnlimited ? undefined : limits).catch((error) => {
      slot.end(503);
      throw error;
    });
    if (refusal === undefined) return slot;
    forget();
    throw new SipFailure(486, { 'Retry-After': `${Math.ceil(refusal.retryAfter / 1_000)}` });
  }

  /** Whether a phone takes part in a call, on whichever edge. */
  isBusy(customer: string, phone: string): Promise<boolean> {
    return this.#parts.store.isBusy(customer, phone);
  }

  /** Ends all calls; resolves when each is over. */
  async endAll(): Promise<void> {
    const all = [...this.#calls.values()];
    for (const { over } of all) over.abort();
    await Promise.all(all.map(({ ended }) => ended));
  }

  /** Says that this edge is alive, catches up on what could not be written, and ends the calls of edges that are gone; never rejects. */
  async renew(): Promise<void> {
    if (this.#renewing) return;
    this.#renewing = true;
    const { store, edge, now } = this.#parts;
    try {
      const held = await store.renew(edge);
      if (!held) await Promise.all([...this.#calls.values()].map(({ record }) => record.restore()));
      await Promise.all([...this.#unwritten].map((record) => this.#write(record)));
      this.#renewals++;
      if (this.#renewals >= RENEWALS_BEFORE_SWEEP) await store.expire((call) => endedEvent(call, 503, now()));
    } catch (error) {
      this.#renewals = 0;
      this.#parts.onError(error);
    } finally {
      this.#renewing = false;
    }
  }

  /** `forget` is for a call that has not begun. */
  #enter(id: string, record: CallRecord): { slot: CallSlot; forget(): void } {
    const over = new AbortController();
    let resolve = (_written: Promise<void>) => {};
    const ended = new Promise<void>((done) => {
      resolve = done;
    });
    this.#calls.set(id, { record, over, ended });
    const slot: CallSlot = {
      id,
      over: over.signal,
      forward: (callee) => {
        record.forward(callee);
        void this.#write(record);
      },
      transfer: (role, party) => {
        record.transfer(role, party);
        void this.#write(record);
      },
      answer: (phone) => {
        record.answer(phone);
        void this.#write(record);
      },
      end: (status) => {
        if (!this.#calls.delete(id)) return;
        record.end(status);
        resolve(this.#write(record));
      },
    };
    const forget = () => {
      this.#calls.delete(id);
      resolve(Promise.resolve());
    };
    return { slot, forget };
  }

  async #write(record: CallRecord): Promise<void> {
    try {
      await record.write();
      this.#unwritten.delete(record);
    } catch (error) {
      this.#unwritten.add(record);
      this.#parts.onError(error);
    }
  }
}
