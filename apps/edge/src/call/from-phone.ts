import type { Admission, Extension } from '@ringfence/store';
import { Hunt } from '../cluster/hunt.js';
import { Refusal, SipFailure, unavailable } from '../sip/failure.js';
import { addressOf } from '../sip/request.js';
import type { SipRequest } from '../sip/stack.js';
import { ANONYMOUS, identityOf } from './identity.js';
import { calledExtension, findContacts, ringContact } from './phones.js';
import type { Plan } from './plan.js';
import { wantsPrivacy } from './privacy.js';
import type { CallParts } from './route.js';

/** The header that says, between the edge and a PBX cluster, which customer a number belongs to. */
export const CUSTOMER_HEADER = 'X-Ringfence-Customer';

/** A phone that calls. */
interface Caller {
  admission: Admission;
  extension: Extension;
  /** Whether it wants to be unknown. */
  isAnonymous: boolean;
}

/**
 * Plans a call of a phone that is admitted and linked to an extension: to an extension of its customer, or else to the
 * phone's PBX cluster. Who calls follows from the credentials alone.
 * @throws SipFailure when it cannot be made
 */
export async function planFromPhone(parts: CallParts, request: SipRequest, dialled: string): Promise<Plan> {
  const isAnonymous = wantsPrivacy(request, addressOf(request, 'from'));
  const { admission, extension } = await parts.access.admit(request, 'proxy', async (admission) => {
    const extension = await findExtension(parts, admission);
    return { ...(await parts.bindings.admit(admission)), admission, extension };
  });
  const caller = { admission, extension, isAnonymous };
  if (parts.emergencyNumbers.includes(dialled)) return planEmergency(parts, caller, dialled);
  const callee = await parts.directory.extensionByNumber(admission.phone.customer, dialled);
  return callee === undefined ? planToCluster(parts, caller, dialled) : planToExtension(parts, caller, callee);
}

async function findExtension({ directory }: CallParts, { phone }: Admission): Promise<Extension> {
  const extension = phone.extension === undefined ? undefined : await directory.extension(phone.extension);
  if (extension === undefined) throw new Refusal('no_extension');
  return extension;
}

async function planToExtension(parts: CallParts, caller: Caller, callee: Extension): Promise<Plan> {
  const { customer, id } = caller.admission.phone;
  const phones = await parts.directory.phonesOfExtension(callee._id);
  const others = phones.filter((phone) => phone !== id);
  const contacts = await findContacts(parts, customer, others);
  return {
    ...planOf(caller, calledExtension(callee, contacts)),
    identities: {
      From: caller.isAnonymous ? ANONYMOUS : identityOf(caller.extension, parts.realm),
      To: identityOf(callee, parts.realm),
    },
    ringers: contacts.map((contact) => ringContact(parts.stack, contact)),
  };
}

async function planToCluster(parts: CallParts, caller: Caller, number: string): Promise<Plan> {
  const targets = await findTargets(parts, caller);
  if (targets === undefined || number === '') throw new SipFailure(404);
  const usable = targets.filter(({ isUp }) => isUp);
  if (usable.length === 0) throw unavailable();
  return {
    ...planOf(caller, { number, name: '', phones: [] }),
    identities: identitiesForCluster(parts.realm, caller, number),
    ringers: [(invite) => new Hunt(parts.stack, usable, number, invite)],
  };
}

/** A call for help: whatever limits there are, to any target, and never without telling who calls. */
async function planEmergency(parts: CallParts, caller: Caller, number: string): Promise<Plan> {
  const targets = await findTargets(parts, caller);
  if (targets === undefined) throw new SipFailure(404);
  const inOrder = targets.toSorted((a, b) => Number(b.isUp) - Number(a.isUp));
  return {
    ...planOf(caller, { number, name: '', phones: [] }),
    identities: identitiesForCluster(parts.realm, { ...caller, isAnonymous: false }, number),
    isUnlimited: true,
    ringers: [(invite) => new Hunt(parts.stack, inOrder, number, invite)],
  };
}

async function findTargets({ bindings, clusters }: CallParts, { admission }: Caller) {
  return clusters.targets(await bindings.pbxCluster(admission.phone.id));
}

function planOf({ admission, extension }: Caller, callee: Plan['parties']['callee']) {
  const { phone, source } = admission;
  return {
    parties: {
      ...{ customer: phone.customer, source, callee },
      caller: { phone: phone.id, extension: extension._id, number: extension.number, name: extension.name },
    },
    ...{ caller: { phone: phone.id, address: source.address }, isUnlimited: false },
  };
}

/** Who calls, as a trusted network is told it (RFC 3325): always who it is, and whether others may know. */
function identitiesForCluster(realm: string, { admission, extension, isAnonymous }: Caller, number: string) {
  const identity = identityOf(extension, realm);
  return {
    From: isAnonymous ? ANONYMOUS : identity,
    To: identityOf({ number, name: '' }, realm),
    'P-Asserted-Identity': identity,
    ...(isAnonymous ? { Privacy: 'id' } : {}),
    [CUSTOMER_HEADER]: admission.phone.customer,
  };
}
