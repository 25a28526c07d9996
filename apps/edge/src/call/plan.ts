import type { NewCall } from './calls.js';
import type { Party } from './party.js';
import type { Ringer } from './ring.js';

/** How a call is made. */
export interface Plan {
  /** Who calls whom, for the store. */
  parties: NewCall;
  caller: Party;
  /** Whether it begins whatever limits there are. */
  isUnlimited: boolean;
  /** What is to ring. */
  ringers: readonly Ringer[];
}
