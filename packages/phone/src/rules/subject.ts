import type { PhoneBody } from '../types.js';
import type { Facts } from './lookups.js';

/** What a rule looks at: the body as far as its types are right, and what it refers to. */
export interface Subject extends Facts {
  body: PhoneBody;
  /** Paths of the properties that have the wrong type and are therefore not in the body. */
  wrong: readonly string[];
}

/**
 * Whether a subject breaks a rule: for a rule about one property yes or no; for one about elements of a list the
 * positions, for one about countries the codes, that break it.
 */
export type Check = (subject: Subject) => boolean | readonly (string | number)[];
