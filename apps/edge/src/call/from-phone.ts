import type { Admission, Extension } from '@ringfence/store';
import { MediaEnd } from '../media/media-end.js';
import { readGruu } from '../register/gruu.js';
import { Refusal } from '../sip/failure.js';
import { addressOf } from '../sip/request.js';
import { checkSender } from '../sip/sender.js';
import type { SipRequest } from '../sip/stack.js';
import { parseSipUri } from '../sip/uri.js';
import { type Destination, findDestination, type Originator } from './destination.js';
import { findInstance } from './instance.js';
import type { Plan } from './plan.js';
import { wantsPrivacy } from './privacy.js';
import type { CallParts } from './route.js';

/**
 * Plans a call of a phone that is admitted and linked to an extension. Who calls follows from the credentials alone, and
 * From may not say otherwise.
 * @throws SipFailure when it cannot be made
 */
export async function planFromPhone(parts: CallParts, request: SipRequest, dialled: string): Promise<Plan> {
  const isAnonymous = wantsPrivacy(request, addressOf(request, 'from'));
  const { admission, extension } = await parts.access.admit(request, 'proxy', async (admission, username) => {
    const extension = await findExtension(parts, admission);
    checkSender(request, [username, extension.number]);
    const outcome = await parts.bindings.admit(admission);
    return { admission, extension, ...outcome };
  });
  const { phone, source } = admission;
  const originator = { customer: phone.customer, phone: phone.id, extension, shown: extension };
  const { callee, ringers, isUnlimited } = await findDialled(
    parts,
    { isAnonymous, isSentOn: false, ...originator },
    request.uri,
    dialled,
  );
  const { _id, number, name } = extension;
  return {
    parties: { customer: phone.customer, source, callee, caller: { phone: phone.id, extension: _id, number, name } },
    caller: {
      phone: { phone: phone.id, address: source.address },
      extension: _id,
      number,
      name,
      isAnonymous,
      end: new MediaEnd({ transport: source.protocol, address: source.address }),
    },
    ringers,
    isUnlimited,
  };
}

/** A GRUU says which instance of a phone is called (RFC 5627); everything else is a number. */
function findDialled(parts: CallParts, originator: Originator, uri: string, number: string): Promise<Destination> {
  const { user, params } = parseSipUri(uri) ?? { user: number, params: new Map<string, string>() };
  const target = readGruu(parts.secrets, { user, params });
  return target === undefined ? findDestination(parts, originator, number) : findInstance(parts, originator, target);
}

async function findExtension({ directory }: CallParts, { phone }: Admission): Promise<Extension> {
  const extension = phone.extension === undefined ? undefined : await directory.extension(phone.extension);
  if (extension === undefined) throw new Refusal('no_extension');
  return extension;
}
