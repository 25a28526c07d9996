import type { Secrets } from '@ringfence/store';
import type { Access } from '../access.js';
import type { Clusters } from '../cluster/clusters.js';
import type { DialogFence } from '../dialog-fence.js';
import type { Media } from '../media/media.js';
import { requireOnly } from '../sip/request.js';
import type { SipRequest, SipResponse, SipStack } from '../sip/stack.js';
import type { Bridge } from './bridge.js';
import { carryCall } from './call.js';
import { planFromCluster } from './from-cluster.js';
import { planFromPhone } from './from-phone.js';
import { readInvitation } from './invitation.js';
import type { PhoneFinderParts } from './phones.js';
import type { SessionTimes } from './session-terms.js';

/** What call routing works with. */
export interface CallParts extends PhoneFinderParts {
  stack: SipStack;
  access: Access;
  fence: DialogFence;
  clusters: Clusters;
  /** What carries the media. */
  media: Media;
  /** What is always sent to the caller's cluster, whatever limits there are. */
  emergencyNumbers: readonly string[];
  /** Opens the GRUUs that were made with it. */
  secrets: Secrets;
  realm: string;
  /** ms that a call may ring. */
  ringTime: number;
  sessionTimes: SessionTimes;
  /** The calls that are up, which this route keeps. */
  bridges: Set<Bridge>;
}

/** Extensions that a caller may require. */
const SUPPORTED = new Set(['timer', '100rel']);

/**
 * Makes the route of calls: of phones, which prove who they are, and of PBX clusters, which are known by their address.
 * A request from a cluster's address that brings credentials is a phone's.
 */
export function createCallRoute(parts: CallParts) {
  return async (request: SipRequest, response: SipResponse): Promise<void> => {
    const cancelled = cancellationOf(request);
    requireOnly(request, SUPPORTED);
    const invitation = readInvitation(request, parts.sessionTimes);
    const source = parts.access.sourceOf(request);
    const clusters = parts.clusters.at(source.address);
    const isOfPhone = clusters.length === 0 || request.headers['proxy-authorization'] !== undefined;
    const plan = isOfPhone
      ? await planFromPhone(parts, request, invitation.dialled)
      : await planFromCluster(parts, request, invitation.dialled, { clusters, source });
    if (cancelled.aborted) return;
    const slot = await parts.calls.start(plan.parties, plan.isUnlimited);
    await carryCall(parts, { request, response, invitation, plan, cancelled, slot });
  };
}

/** Aborted when the caller cancels; the drachtio server has then answered the INVITE itself. */
function cancellationOf(request: SipRequest): AbortSignal {
  const controller = new AbortController();
  request.once('cancel', () => controller.abort());
  return controller.signal;
}
