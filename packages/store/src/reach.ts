import { type Binding, parseBinding } from './binding.js';

/** What a call to a phone needs to know. */
export interface Reach {
  /** Id of the phone. */
  phone: string;
  /** The bindings that have not run out. */
  bindings: Binding[];
  /** Whether a call may ring while the phone is in another one. */
  callWaiting: boolean;
  /** Number of the PBX cluster that it is on. */
  pbxCluster: number;
}

/**
 * Reads where a phone can be reached.
 * @param settings its callWaiting and pbxCluster
 * @param stored its bindings
 */
export function toReach(
  phone: string,
  [callWaiting, pbxCluster]: readonly (string | null | undefined)[],
  stored: readonly string[],
  now: number,
): Reach {
  const bindings = liveBindings(stored, now);
  return { phone, bindings, callWaiting: callWaiting !== '0', pbxCluster: Number(pbxCluster) };
}

/** The bindings of these that have not run out. */
export function liveBindings(stored: readonly string[], now: number): Binding[] {
  return stored.map(parseBinding).filter(({ expiresAt }) => expiresAt > now);
}
