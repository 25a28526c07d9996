import type { CalledParty, Extension } from '@ringfence/store';
import { Hunt } from '../cluster/hunt.js';
import type { ClusterTarget } from '../cluster/target.js';
import { SipFailure, unavailable } from '../sip/failure.js';
import { ANONYMOUS, type Identity, identityOf } from './identity.js';
import { type Contact, chooseContacts, MOST_PHONES } from './phones.js';
import { ringContact } from './redirection.js';
import type { Ringer } from './ring.js';
import type { CallParts } from './route.js';

/** The header that says, between the edge and a PBX cluster, which customer a number belongs to. */
export const CUSTOMER_HEADER = 'X-Ringfence-Customer';

/** On whose behalf a number is called, and who the other side sees. */
export interface Originator {
  /** Id of the customer. */
  customer: string;
  /** The phone whose PBX cluster numbers go to that are no extension, and which doesn't ring itself. */
  phone: string;
  /** The extension of that phone, which a PBX cluster is assured of. */
  extension: Identity;
  /** Who calls; the extension, unless it sends on or transfers somebody else. */
  shown: Identity;
  /** Whether who calls wants to be unknown. */
  isAnonymous: boolean;
  /** Whether the extension sends somebody else's call on. */
  isSentOn: boolean;
}

/** Where a call goes. */
export interface Destination {
  callee: CalledParty;
  /** What is to ring. */
  ringers: readonly Ringer[];
  /** Whether it is called whatever limits there are. */
  isUnlimited: boolean;
}

/** How often one call may be sent on. */
const MOST_REDIRECTIONS = 5;

/**
 * Finds out where a number is: at a PBX cluster when it is one for emergencies, at the phones of an extension of the
 * customer, else at the PBX cluster.
 * @param visited numbers that the call was at before
 * @throws SipFailure when it cannot be called
 */
export async function findDestination(
  parts: CallParts,
  originator: Originator,
  number: string,
  visited: readonly string[] = [],
): Promise<Destination> {
  if (number === '') throw new SipFailure(404);
  if (visited.includes(number) || visited.length > MOST_REDIRECTIONS) throw new SipFailure(482);
  if (parts.emergencyNumbers.includes(number)) return emergencyAt(parts, originator, number);
  const { bindings, calls, now } = parts;
  const { customer } = originator;
  const found = await bindings.callee(customer, number, { now: now(), limit: MOST_PHONES });
  if (found === undefined) return atCluster(parts, originator, number);
  const others = found.phones.filter(({ phone }) => phone !== originator.phone);
  const contacts = await chooseContacts(calls, customer, others);
  return atExtension(parts, originator, { extension: found.extension, contacts, visited });
}

/** An extension as destination, with the contacts that are to ring. */
export function atExtension(
  parts: CallParts,
  { customer, shown, isAnonymous }: Pick<Originator, 'customer' | 'shown' | 'isAnonymous'>,
  { extension, contacts, visited }: { extension: Extension; contacts: readonly Contact[]; visited: readonly string[] },
): Destination {
  const { _id, number, name } = extension;
  const identities = {
    From: isAnonymous ? ANONYMOUS : identityOf(shown, parts.realm),
    To: identityOf(extension, parts.realm),
  };
  const sendOn = (phone: string, to: string) =>
    findDestination(parts, { customer, phone, extension, shown, isAnonymous, isSentOn: true }, to, [
      ...visited,
      number,
    ]);
  return {
    callee: { extension: _id, number, name, phones: [...new Set(contacts.map(({ phone }) => phone))] },
    ringers: contacts.map((contact) => ringContact(parts, contact, { extension, identities, sendOn })),
    isUnlimited: false,
  };
}

async function atCluster(parts: CallParts, originator: Originator, number: string): Promise<Destination> {
  const usable = (await targetsOf(parts, originator)).filter(({ isUp }) => isUp);
  if (usable.length === 0) throw unavailable();
  return huntAt(parts, originator, number, usable);
}

/** A call for help: whatever limits there are, to any target, and never without telling who calls. */
async function emergencyAt(parts: CallParts, originator: Originator, number: string): Promise<Destination> {
  const targets = await targetsOf(parts, originator);
  const inOrder = targets.toSorted((a, b) => Number(b.isUp) - Number(a.isUp));
  return { ...huntAt(parts, { ...originator, isAnonymous: false }, number, inOrder), isUnlimited: true };
}

async function targetsOf({ bindings, clusters }: CallParts, { phone }: Originator): Promise<readonly ClusterTarget[]> {
  const targets = clusters.targets(await bindings.pbxCluster(phone));
  if (targets === undefined) throw new SipFailure(404);
  return targets;
}

function huntAt(
  { stack, realm }: CallParts,
  originator: Originator,
  number: string,
  targets: readonly ClusterTarget[],
): Destination {
  const identities = identitiesForCluster(realm, originator, number);
  return {
    callee: { number, name: '', phones: [] },
    ringers: [
      (invite) =>
        new Hunt(stack, targets, number, { ...invite, headers: Object.assign({}, invite.headers, identities) }),
    ],
    isUnlimited: false,
  };
}

/**
 * Who calls, as a trusted network is told it (RFC 3325): always the extension that it is done for, whether others may know
 * it, and which extension sent the call on (RFC 5806).
 */
function identitiesForCluster(
  realm: string,
  { customer, extension, shown, isAnonymous, isSentOn }: Originator,
  number: string,
): Record<string, string> {
  const asserted = identityOf(extension, realm);
  return {
    From: isAnonymous ? ANONYMOUS : identityOf(shown, realm),
    To: identityOf({ number, name: '' }, realm),
    'P-Asserted-Identity': asserted,
    ...(isAnonymous ? { Privacy: 'id' } : {}),
    ...(isSentOn ? { Diversion: `${asserted};reason=deflection` } : {}),
    [CUSTOMER_HEADER]: customer,
  };
}
