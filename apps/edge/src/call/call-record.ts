import type {
  Call,
  CalledParty,
  CallingParty,
  CallLimits,
  CallRefusal,
  Calls as CallStore,
  Event,
  Source,
} from '@ringfence/store';

/** What is told of a call beside who calls whom. */
type Details = Pick<Event, 'at' | 'answeredBy' | 'status' | 'duration'>;

/** What can become of a call while it lasts. */
type Change = 'call.forwarded' | 'call.answered' | 'call.transferred';

/** An event of a call. */
export function callEvent<T extends `call.${string}` & Event['type']>(
  type: T,
  { id, customer, caller, callee }: Call,
  { at, ...details }: Details,
  source?: Source,
) {
  return {
    type,
    at,
    call: id,
    customer,
    from: caller.number,
    to: callee.number,
    ...(caller.phone === undefined ? {} : { phone: caller.phone }),
    ...(caller.extension === undefined ? {} : { extension: caller.extension }),
    ...(source && { address: source.address, port: source.port, protocol: source.protocol }),
    ...(source?.country === undefined ? {} : { country: source.country }),
    ...details,
  };
}

/** The event that tells of a call's end. */
export function endedEvent(call: Call, status: number, at: number, source?: Source) {
  const duration = call.answeredAt === undefined ? 0 : Math.round((at - call.answeredAt) / 1_000);
  const { answeredBy } = call.callee;
  return callEvent('call.ended', call, { at, status, duration, ...(answeredBy && { answeredBy }) }, source);
}

/**
 * What the store has of a call of this edge. The call goes on whatever happens to the store: {@link CallRecord.write}
 * may fail, and brings the store up to date when it is called again.
 */
export class CallRecord {
  readonly #store: CallStore;
  readonly #source: Source;
  readonly #now: () => number;
  #call: Call;
  #stored: Call;
  #change: Change = 'call.answered';
  #ended: { status: number; at: number } | undefined;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(store: CallStore, call: Call, source: Source, now: () => number) {
    this.#store = store;
    this.#call = call;
    this.#stored = call;
    this.#source = source;
    this.#now = now;
  }

  /** Begins it in the store; says why it may not begin. */
  async start(limits: CallLimits | undefined): Promise<CallRefusal | undefined> {
    const started = callEvent('call.started', this.#call, { at: this.#now() }, this.#source);
    return this.#store.start(this.#call, limits, started);
  }

  /** It is sent on to another number. */
  forward(callee: CalledParty): void {
    this.#become({ ...this.#call, callee }, 'call.forwarded');
  }

  /** One that took part was replaced by another. */
  transfer(role: 'caller' | 'callee', { phone, extension, number, name }: CallingParty): void {
    const kept = { number, name, ...(extension === undefined ? {} : { extension }) };
    const now =
      role === 'caller'
        ? { caller: { ...kept, ...(phone === undefined ? {} : { phone }) } }
        : { callee: { ...kept, ...(phone === undefined ? { phones: [] } : { phones: [phone], answeredBy: phone }) } };
    this.#become({ ...this.#call, ...now }, 'call.transferred');
  }

  /** It was picked up: by a phone, or by a PBX cluster. */
  answer(phone: string | undefined): void {
    const callee = Object.assign({}, this.#call.callee, phone === undefined ? {} : { answeredBy: phone });
    const answered = { state: 'answered' as const, answeredAt: this.#now(), callee };
    this.#become(Object.assign({}, this.#call, answered), 'call.answered');
  }

  /** It is over. */
  end(status: number): void {
    this.#ended = { status, at: this.#now() };
  }

  /** Brings the store up to date, after what is being written. */
  write(): Promise<void> {
    const written = this.#writing.then(() => this.#write());
    this.#writing = written.catch(() => {});
    return written;
  }

  /** Puts it back into the store, which lost it or took it for lost. */
  async restore(): Promise<void> {
    await this.#store.restore(this.#stored);
  }

  #become(call: Call, change: Change): void {
    this.#call = call;
    this.#change = change;
  }

  async #write(): Promise<void> {
    const call = this.#call;
    if (call !== this.#stored) {
      await this.#store.change(this.#stored, call, changeEvent(this.#change, call, this.#now(), this.#source));
      this.#stored = call;
    }
    if (this.#ended === undefined) return;
    await this.#store.end(call, endedEvent(call, this.#ended.status, this.#ended.at, this.#source));
  }
}

/** The event that tells what a call has become. */
function changeEvent(change: Change, call: Call, now: number, source: Source) {
  const { answeredBy } = call.callee;
  const isAnswer = change === 'call.answered' && answeredBy !== undefined;
  return callEvent(change, call, { at: now, ...(isAnswer ? { answeredBy } : {}) }, source);
}
