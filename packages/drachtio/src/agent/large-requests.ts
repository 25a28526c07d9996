import type { Draft } from '../application/draft.js';
import type { Hop } from '../transport/hop.js';
import type { Core } from './core.js';

const MAX_DATAGRAM = 1300;
/** What the server's own headers add to a draft. */
const SERVER_HEADERS = 250;
/** How many destinations are remembered that take no TCP. */
const MAX_REFUSALS = 10_000;
const ATTEMPT_TIMEOUT = 500;

/**
 * Sends a request that is too large for a datagram over TCP, unless its destination takes none (RFC 3261 section 18.1.1).
 * Destinations that took none are remembered.
 */
export class LargeRequests {
  readonly #core: Core;
  readonly #withoutTcp = new Set<string>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** Calls back once with the hop to take: the one given, or the same over TCP. */
  chooseHop(draft: Draft, hop: Hop, done: (chosen: Hop) => void): void {
    const destination = `${hop.address} ${hop.port}`;
    const isLarge = sizeOf(draft) + SERVER_HEADERS > MAX_DATAGRAM;
    const overTcp = isLarge ? this.#core.transports.hopTo('tcp', hop.address, hop.port) : undefined;
    if (overTcp === undefined || this.#withoutTcp.has(destination)) {
      done(hop);
      return;
    }
    let isSettled = false;
    const settle = (isConnected: boolean): void => {
      if (isSettled) return;
      isSettled = true;
      this.#core.timers.cancel(timeout);
      if (!isConnected) this.#rememberRefusal(destination);
      done(isConnected ? overTcp : hop);
    };
    const timeout = this.#core.timers.start(ATTEMPT_TIMEOUT, () => settle(false));
    this.#core.transports.connect(overTcp, (error) => settle(error === undefined));
  }

  #rememberRefusal(destination: string): void {
    if (this.#withoutTcp.size >= MAX_REFUSALS) this.#withoutTcp.clear();
    this.#withoutTcp.add(destination);
  }
}

function sizeOf({ startLine, headers, body }: Draft): number {
  return headers.reduce(
    (size, { name, value }) => size + name.length + value.length + 4,
    startLine.length + body.length,
  );
}
