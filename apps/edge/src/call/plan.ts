import type { DialogPhone } from '../dialog-fence.js';
import type { NewCall } from './calls.js';
import type { Ringer } from './ring.js';

/** How a call is made. */
export interface Plan {
  /** Who calls whom, for the store. */
  parties: NewCall;
  /** The calling phone; undefined when a PBX cluster calls. */
  caller: DialogPhone | undefined;
  /** Whether it begins whatever limits there are. */
  isUnlimited: boolean;
  /** What is to ring. */
  ringers: readonly Ringer[];
}
