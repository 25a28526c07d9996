import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EventFilter, nameOf } from './filter.js';
import { FIRST_FRAME, heartbeatFrame } from './frame.js';

/** Bytes that may wait for a reader; one who is further behind is too slow. */
const BYTES_WAITING = 1 << 20;

/** Milliseconds that a reader may take for what waits, while it is told of the past. */
const PATIENCE = 10_000;

/** One who reads the event stream over an HTTP response that doesn't end. */
export class Reader {
  readonly #response: ServerResponse;
  #filter: EventFilter;
  #filterName: string;
  #wroteAt = performance.now();

  /**
   * Begins the response.
   * @param headers what every answer of the API has
   */
  constructor(response: ServerResponse, headers: object, filter: EventFilter) {
    this.#response = response;
    this.#filter = filter;
    this.#filterName = nameOf(filter);
    // Without chunks, which cost three writes instead of one: the stream ends with the connection (RFC 9112 section 6.3).
    response.useChunkedEncodingByDefault = false;
    const type = { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' };
    response.writeHead(200, { ...headers, ...type });
    // A client that says no more is gone, though its connection may be half open: there is nothing more to say to it.
    response.socket?.once('end', () => this.drop());
    response.on('error', () => this.drop());
    response.write(FIRST_FRAME);
  }

  get filter(): EventFilter {
    return this.#filter;
  }

  /** Names the filter, see {@link nameOf}. */
  get filterName(): string {
    return this.#filterName;
  }

  set filter(filter: EventFilter) {
    this.#filter = filter;
    this.#filterName = nameOf(filter);
  }

  /** Whether nothing can be written any more. */
  get isGone(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  /** Calls back when the reader is gone, for whatever reason. */
  onGone(listener: () => void): void {
    this.#response.once('close', listener);
  }

  /** Writes, unless too much waits already: then the reader is dropped, and may come again and go on where it was. */
  send(bytes: Buffer | string): void {
    if (this.isGone) return;
    if (this.#response.writableLength > BYTES_WAITING) {
      this.drop();
      return;
    }
    this.#response.write(bytes);
    this.#wroteAt = performance.now();
  }

  /** Writes and waits until little of it is left to be sent; a reader that takes too long is dropped. */
  async sendAll(bytes: Buffer): Promise<void> {
    this.send(bytes);
    if (!this.#response.writableNeedDrain) return;
    const ended = new AbortController();
    const drained = once(this.#response, 'drain', { signal: ended.signal }).then(() => true);
    const gone = once(this.#response, 'close', { signal: ended.signal }).then(() => true);
    const late = sleep(PATIENCE, false, { signal: ended.signal });
    const isDrained = await Promise.race([drained, gone, late]);
    ended.abort();
    await Promise.allSettled([drained, gone, late]);
    if (!isDrained) this.drop();
  }

  /** Writes a sign of life if nothing was written for a time. */
  beat(position: string | undefined, every: number): void {
    if (performance.now() - this.#wroteAt >= every) this.send(heartbeatFrame(position));
  }

  /** Ends the stream: in order, if nothing waits for the reader that may never be taken. */
  end(): void {
    if (this.#response.writableLength > 0) this.drop();
    else this.#response.end();
  }

  /** Ends the stream at once. */
  drop(): void {
    this.#response.destroy();
  }
}
