import type { Call, CalledParty, CallLimits, CallRefusal, Calls as CallStore, Event, Source } from '@ringfence/store';

/** What is told of a call beside who calls whom. */
type Details = Pick<Event, 'at' | 'answeredBy' | 'status' | 'duration'>;

/** An event of a call. */
export function callEvent<T extends `call.${string}` & Event['type']>(
  type: T,
  { id, customer, caller, callee }: Call,
  { at, ...details }: Details,
  source?: Source,
) {
  return {
    ...{ type, at, call: id, customer, from: caller.number, to: callee.number },
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
  return callEvent('call.ended', call, { at, status, duration }, source);
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
    this.#call = { ...this.#call, callee };
  }

  /** It was picked up: by a phone, or by a PBX cluster. */
  answer(phone: string | undefined): void {
    const callee = { ...this.#call.callee, ...(phone === undefined ? {} : { answeredBy: phone }) };
    this.#call = { ...this.#call, state: 'answered', answeredAt: this.#now(), callee };
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

  async #write(): Promise<void> {
    const call = this.#call;
    if (call !== this.#stored) {
      await this.#store.change(this.#stored, call, changeEvent(call, this.#now(), this.#source));
      this.#stored = call;
    }
    if (this.#ended === undefined) return;
    await this.#store.end(call, endedEvent(call, this.#ended.status, this.#ended.at, this.#source));
  }
}

/** The event that tells what a call has become. */
function changeEvent(call: Call, now: number, source: Source) {
  const { answeredAt, callee } = call;
  if (answeredAt === undefined) return callEvent('call.forwarded', call, { at: now }, source);
  const answeredBy = callee.answeredBy === undefined ? {} : { answeredBy: callee.answeredBy };
  return callEvent('call.answered', call, { at: answeredAt, ...answeredBy }, source);
}
