import type { Timers } from '../timers.js';

/** The base durations of RFC 3261 section 17.1.1.1, in milliseconds. */
export interface Durations {
  /** The round-trip time to expect. */
  readonly t1: number;
  /** The longest interval between retransmissions. */
  readonly t2: number;
  /** How long a message may stay in the network. */
  readonly t4: number;
}

export const RFC_DURATIONS: Durations = { t1: 500, t2: 4_000, t4: 5_000 };

/** What every transaction state machine works with. */
export interface Machine {
  readonly timers: Timers;
  readonly durations: Durations;
  /** Whether the transport delivers by itself, so that nothing is retransmitted. */
  readonly isReliable: boolean;
}
