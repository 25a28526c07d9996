import type { Binding, Bindings, Directory, Reach } from '@ringfence/store';
import { SipFailure } from '../sip/failure.js';
import type { Calls } from './calls.js';

/** What finding phones works with. */
export interface PhoneFinderParts {
  bindings: Bindings;
  directory: Directory;
  calls: Calls;
  now: () => number;
}

/** A phone's contact to ring. */
export interface Contact {
  /** Id of the phone. */
  phone: string;
  binding: Binding;
}

/** Most phones of an extension that are looked at. */
export const MOST_PHONES = 100;

/** Most contacts of all of them that one call rings. */
const MOST_LEGS = 20;

/**
 * The contacts of phones to ring, the newest of every phone first.
 * @param isAllowed which phones may ring
 * @throws SipFailure 480 when there are none, 486 when all are busy and want no second call
 */
export async function findContacts(
  { bindings, calls, now }: PhoneFinderParts,
  customer: string,
  phones: readonly string[],
  isAllowed: (cluster: number) => boolean = () => true,
): Promise<Contact[]> {
  const reaches = await Promise.all(phones.slice(0, MOST_PHONES).map((phone) => bindings.reach(phone, now())));
  return chooseContacts(calls, customer, reaches, isAllowed);
}

/**
 * The contacts to ring of phones that can be reached so.
 * @throws SipFailure as {@link findContacts} does
 */
export async function chooseContacts(
  calls: Calls,
  customer: string,
  reaches: readonly Reach[],
  isAllowed: (cluster: number) => boolean = () => true,
): Promise<Contact[]> {
  const online = reaches.filter(({ bindings, pbxCluster }) => bindings.length > 0 && isAllowed(pbxCluster));
  if (online.length === 0) throw new SipFailure(480);
  const busy = await Promise.all(online.map(({ phone, callWaiting }) => !callWaiting && calls.isBusy(customer, phone)));
  const free = online.filter((_reach, i) => !busy[i]);
  if (free.length === 0) throw new SipFailure(486);
  return free
    .flatMap(({ phone, bindings }) => newestFirst(bindings).map((binding, rank) => ({ phone, binding, rank })))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST_LEGS);
}

function newestFirst(bindings: readonly Binding[]): Binding[] {
  return bindings.toSorted((a, b) => b.updatedAt - a.updatedAt);
}
