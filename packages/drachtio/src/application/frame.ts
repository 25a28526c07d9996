/** What a frame may hold: a SIP message of 64 KiB and the line before it. */
export const MAX_FRAME = 65_536 + 4_096;

/** What a peer may announce before it is taken for something else than an application, trusted and not yet. */
const MAX_ANNOUNCED = 16_777_216;
const MAX_UNTRUSTED = 1_024;
const MAX_LENGTH_DIGITS = 8;
const OVERSIZE_START = 256;
const HASH = 35;

/** What the decoder hands on. */
export interface FrameEvents {
  frame(payload: Buffer): void;
  /** A frame over the limit was skipped; `start` is its beginning, which tells its id. */
  oversize(start: Buffer): void;
  /** What came is no frame: the connection must be closed. */
  broken(): void;
}

/**
 * Cuts a byte stream into frames, `<length>#<payload>`, split and joined in any way. Each byte is copied a bounded number
 * of times and at most one frame is held.
 */
export class FrameDecoder {
  readonly #events: FrameEvents;
  #mayAnnounce = MAX_UNTRUSTED;
  #digits = 0;
  #announced = 0;
  #payload: Buffer | undefined;
  #filled = 0;
  /** Bytes of an oversize frame that are still to be thrown away, once its start is held. */
  #skip = 0;
  #isOversize = false;
  #isStopped = false;

  constructor(events: FrameEvents) {
    this.#events = events;
  }

  /** From here on frames of any length are read, or skipped; before, a frame over 1 KiB breaks the stream. */
  trust(): void {
    this.#mayAnnounce = MAX_ANNOUNCED;
  }

  /** Takes the next bytes of the stream. */
  push(chunk: Buffer): void {
    let position = 0;
    while (position < chunk.length && !this.#isStopped) {
      position = this.#payload === undefined ? this.#readLength(chunk, position) : this.#readPayload(chunk, position);
    }
  }

  /** Hands nothing more on. */
  stop(): void {
    this.#isStopped = true;
    this.#payload = undefined;
  }

  #readLength(chunk: Buffer, start: number): number {
    for (let i = start; i < chunk.length; i += 1) {
      const byte = chunk[i] ?? 0;
      if (byte === HASH && this.#digits > 0 && this.#announced > 0) return this.#begin(chunk, i + 1);
      const digit = byte - 48;
      this.#digits += 1;
      this.#announced = this.#announced * 10 + digit;
      if (digit < 0 || digit > 9 || this.#digits > MAX_LENGTH_DIGITS || this.#announced > this.#mayAnnounce) {
        this.stop();
        this.#events.broken();
        return chunk.length;
      }
    }
    return chunk.length;
  }

  /** Starts a payload; one that lies whole in the chunk is handed on without copying. */
  #begin(chunk: Buffer, start: number): number {
    const length = this.#announced;
    this.#digits = 0;
    this.#announced = 0;
    if (length <= MAX_FRAME && chunk.length - start >= length) {
      this.#events.frame(chunk.subarray(start, start + length));
      return start + length;
    }
    this.#isOversize = length > MAX_FRAME;
    this.#payload = Buffer.allocUnsafe(this.#isOversize ? OVERSIZE_START : length);
    this.#skip = length - this.#payload.length;
    this.#filled = 0;
    return start;
  }

  #readPayload(chunk: Buffer, start: number): number {
    const payload = this.#payload ?? chunk;
    const copied = chunk.copy(payload, this.#filled, start);
    this.#filled += copied;
    if (this.#filled < payload.length) return start + copied;
    const skipped = Math.min(this.#skip, chunk.length - start - copied);
    this.#skip -= skipped;
    if (this.#skip === 0) {
      this.#payload = undefined;
      if (this.#isOversize) this.#events.oversize(payload);
      else this.#events.frame(payload);
    }
    return start + copied + skipped;
  }
}
