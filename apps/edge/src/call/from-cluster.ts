import type { Extension, Source } from '@ringfence/store';
import { AT_CLUSTER, MediaEnd } from '../media/media-end.js';
import { SipFailure } from '../sip/failure.js';
import { type NameAddr, parseFirstNameAddr } from '../sip/name-addr.js';
import { addressOf } from '../sip/request.js';
import type { SipRequest } from '../sip/stack.js';
import { atExtension, CUSTOMER_HEADER } from './destination.js';
import type { Identity } from './identity.js';
import type { Party } from './party.js';
import { findContacts } from './phones.js';
import type { Plan } from './plan.js';
import { wantsPrivacy } from './privacy.js';
import type { CallParts } from './route.js';

/** What a cluster calls: an extension, and which phones of it. */
interface Callee {
  customer: string;
  extension: Extension;
  phones: readonly string[];
}

const LONGEST_NAME = 128;

/**
 * Plans a call of a PBX cluster, which is known by its address and trusted to say who calls (RFC 3325). It calls the
 * username of a phone, or an extension number together with the id of the customer in {@link CUSTOMER_HEADER}; only
 * phones of that cluster ring.
 * @param clusters the numbers of the clusters that are at the request's source
 * @throws SipFailure when it cannot be made
 */
export async function planFromCluster(
  parts: CallParts,
  request: SipRequest,
  dialled: string,
  { clusters, source }: { clusters: readonly number[]; source: Source },
): Promise<Plan> {
  const from = addressOf(request, 'from');
  const isAnonymous = wantsPrivacy(request, from);
  const caller = callerOf(request, from);
  const { customer, extension, phones } = await findCallee(parts, request, dialled);
  const contacts = await findContacts(parts, customer, phones, (cluster) => clusters.includes(cluster));
  const originator = { customer, shown: caller, isAnonymous };
  const { callee, ringers } = atExtension(parts, originator, { extension, contacts, visited: [] });
  return {
    parties: { customer, caller, callee, source },
    caller: partyOf(caller, isAnonymous),
    ringers,
    isUnlimited: false,
  };
}

function partyOf(caller: Identity, isAnonymous: boolean): Party {
  return { phone: undefined, extension: undefined, isAnonymous, end: new MediaEnd(AT_CLUSTER), ...caller };
}

/** Who calls: as the cluster asserts it, or else as From says. */
function callerOf(request: SipRequest, from: NameAddr): Identity {
  const { uri, name } = parseFirstNameAddr(request.headers['p-asserted-identity'] ?? '') ?? from;
  return { number: uri.user, name: name.slice(0, LONGEST_NAME) };
}

async function findCallee({ bindings, directory }: CallParts, request: SipRequest, dialled: string): Promise<Callee> {
  const phone = /^[a-z0-9]{32}$/.test(dialled) ? await bindings.findPhone(dialled) : undefined;
  if (phone?.customerActive && phone.extension !== undefined) {
    const extension = await directory.extension(phone.extension);
    if (extension !== undefined) return { customer: phone.customer, extension, phones: [phone.id] };
  }
  const customer = request.get(CUSTOMER_HEADER)?.trim().toLowerCase() ?? '';
  const isActive = /^[0-9a-f]{24}$/.test(customer) && (await directory.customer(customer))?.active === true;
  const extension = isActive ? await directory.extensionByNumber(customer, dialled) : undefined;
  if (extension === undefined) throw new SipFailure(404);
  return { customer, extension, phones: await directory.phonesOfExtension(extension._id) };
}
