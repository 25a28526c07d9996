import type { Admission, Binding, Bindings, Directory, Extension } from '@ringfence/store';
import type { Access } from '../access.js';
import type { DialogFence } from '../dialog-fence.js';
import { Refusal, SipFailure } from '../sip/failure.js';
import { requireOnly } from '../sip/request.js';
import type { SipRequest, SipResponse, SipStack } from '../sip/stack.js';
import { carryCall } from './call.js';
import type { Calls, NewCall } from './calls.js';
import { readInvitation } from './invitation.js';
import type { Target } from './leg.js';

/** What call routing works with. */
export interface CallParts {
  stack: SipStack;
  access: Access;
  fence: DialogFence;
  bindings: Bindings;
  directory: Directory;
  calls: Calls;
  realm: string;
  /** ms that a call may ring. */
  ringTime: number;
  now: () => number;
}

/** Who calls. */
export interface Caller {
  admission: Admission;
  extension: Extension;
}

/** Most phones of an extension that are looked at, and most contacts of all of them that one call rings. */
const MOST_PHONES = 100;
const MOST_LEGS = 20;

/**
 * Makes the route of calls: a phone that is admitted and linked to an extension calls another extension of its customer,
 * and every contact of every phone of that extension rings.
 */
export function createCallRoute(parts: CallParts) {
  const { access, calls } = parts;
  return async (request: SipRequest, response: SipResponse): Promise<void> => {
    const cancelled = cancellationOf(request);
    requireOnly(request);
    const invitation = readInvitation(request);
    const { caller } = await access.admit(request, 'proxy', async (admission) => {
      const extension = await findCaller(parts, admission);
      const outcome = await parts.bindings.admit(admission);
      return { ...outcome, caller: { admission, extension } };
    });
    const callee = await parts.directory.extensionByNumber(caller.admission.phone.customer, invitation.dialled);
    if (callee === undefined) throw new SipFailure(404);
    const targets = await findTargets(parts, callee, caller);
    if (cancelled.aborted) return;
    const slot = await calls.start(partiesOf(caller, callee, targets));
    await carryCall(parts, { request, response, invitation, caller, callee, targets, cancelled, slot });
  };
}

/** Who calls whom, as the store keeps it. */
function partiesOf({ admission, extension }: Caller, callee: Extension, targets: readonly Target[]): NewCall {
  const { phone, source } = admission;
  const phones = [...new Set(targets.map((target) => target.phone))];
  return {
    ...{ customer: phone.customer, source },
    caller: { phone: phone.id, extension: extension._id, number: extension.number, name: extension.name },
    callee: { extension: callee._id, number: callee.number, name: callee.name, phones },
  };
}

/** Aborted when the caller cancels; the drachtio server has then answered the INVITE itself. */
function cancellationOf(request: SipRequest): AbortSignal {
  const controller = new AbortController();
  request.once('cancel', () => controller.abort());
  return controller.signal;
}

/** The extension of the calling phone. Who calls follows from the credentials alone: From is not even looked at. */
async function findCaller({ directory }: CallParts, { phone }: Admission): Promise<Extension> {
  const extension = phone.extension === undefined ? undefined : await directory.extension(phone.extension);
  if (extension === undefined) throw new Refusal('no_extension');
  return extension;
}

/** The contacts to ring, the newest of every phone first; 480 when there are none, 486 when all are busy and want no second call. */
async function findTargets(
  { directory, bindings, calls, now }: CallParts,
  callee: Extension,
  caller: Caller,
): Promise<Target[]> {
  const phones = await directory.phonesOfExtension(callee._id);
  const others = phones.filter((phone) => phone !== caller.admission.phone.id).slice(0, MOST_PHONES);
  const reaches = await Promise.all(others.map((phone) => bindings.reach(phone, now())));
  const online = reaches.filter(({ bindings }) => bindings.length > 0);
  if (online.length === 0) throw new SipFailure(480);
  const { customer } = caller.admission.phone;
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
