import type { SipRequest } from '../sip/message.js';
import type { Timer, Timers } from '../timers.js';
import type { Dialog } from './dialog.js';

const SWEEP_INTERVAL = 60_000;

/** All dialogs, found by what applications and by what peers call them. Their number and age are bounded. */
export class Dialogs<Owner> {
  readonly #timers: Timers;
  readonly #limit: number;
  readonly #age: number;
  readonly #byId = new Map<string, Dialog<Owner>>();
  readonly #byTags = new Map<string, Dialog<Owner>>();
  #sweep: Timer | undefined;

  /** @param age milliseconds without a message after which a dialog is forgotten */
  constructor(timers: Timers, { limit, age }: { limit: number; age: number }) {
    this.#timers = timers;
    this.#limit = limit;
    this.#age = age;
  }

  get size(): number {
    return this.#byTags.size;
  }

  /** Whether there is room for another dialog. */
  get hasRoom(): boolean {
    return this.size < this.#limit;
  }

  add(dialog: Dialog<Owner>): void {
    this.touch(dialog);
    this.#byId.set(dialog.id, dialog);
    this.#byTags.set(key(dialog.callId, dialog.localTag), dialog);
    this.#sweep ??= this.#timers.start(SWEEP_INTERVAL, () => this.#forgetExpired());
  }

  /** Notes that the dialog is alive. */
  touch(dialog: Dialog<Owner>): void {
    dialog.expires = this.#timers.now() + this.#age;
  }

  /** The dialog an application means. */
  byId(id: string): Dialog<Owner> | undefined {
    return this.#byId.get(id);
  }

  /** The dialog a request from the network belongs to (RFC 3261 section 12.2.2). */
  find(request: SipRequest): Dialog<Owner> | undefined {
    const dialog = this.#byTags.get(key(request.callId, request.to.tag ?? ''));
    return dialog?.isFrom(request.from.tag) ? dialog : undefined;
  }

  delete(dialog: Dialog<Owner>): void {
    if (this.#byId.get(dialog.id) === dialog) this.#byId.delete(dialog.id);
    const tags = key(dialog.callId, dialog.localTag);
    if (this.#byTags.get(tags) === dialog) this.#byTags.delete(tags);
  }

  /** Leaves the dialogs of an owner that is gone without one. */
  disown(owner: Owner): void {
    for (const dialog of this.#byTags.values()) if (dialog.owner === owner) dialog.owner = undefined;
  }

  clear(): void {
    this.#timers.cancel(this.#sweep);
    this.#byId.clear();
    this.#byTags.clear();
  }

  #forgetExpired(): void {
    const now = this.#timers.now();
    for (const dialog of this.#byTags.values()) if (dialog.expires <= now) this.delete(dialog);
    this.#sweep = this.size === 0 ? undefined : this.#timers.start(SWEEP_INTERVAL, () => this.#forgetExpired());
  }
}

function key(callId: string, localTag: string): string {
  return `${callId} ${localTag}`;
}
