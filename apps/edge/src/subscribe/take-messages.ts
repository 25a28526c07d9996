import type { Bindings, Directory, Mailbox, Messages } from '@ringfence/store';
import type { Access } from '../access.js';
import { CUSTOMER_HEADER } from '../call/destination.js';
import type { Clusters } from '../cluster/clusters.js';
import { SipFailure } from '../sip/failure.js';
import { ALLOW } from '../sip/methods.js';
import { requireOnly } from '../sip/request.js';
import type { SipRequest, SipResponse } from '../sip/stack.js';
import { parseSipUri } from '../sip/uri.js';
import { MESSAGE_SUMMARY, readSummary } from './message-summary.js';

/** What taking messages works with. */
export interface MessageTakerParts {
  access: Access;
  clusters: Clusters;
  bindings: Bindings;
  directory: Directory;
  messages: Messages;
  now: () => number;
}

/** Most phones of an extension that are looked at. */
const MOST_PHONES = 100;

/**
 * Makes the route of NOTIFY outside dialogs: a PBX cluster, known by its address, tells which messages wait (RFC 3842) for
 * the username of a phone, or for an extension number together with the id of the customer in {@link CUSTOMER_HEADER}; only
 * for phones of that cluster.
 */
export function createMessageTaker(parts: MessageTakerParts) {
  return async (request: SipRequest, response: SipResponse): Promise<void> => {
    const clusters = parts.clusters.at(parts.access.sourceOf(request).address);
    if (clusters.length === 0) throw new SipFailure(405, { Allow: ALLOW });
    requireOnly(request);
    if (request.headers.event?.split(';')[0]?.trim() !== 'message-summary') {
      throw new SipFailure(489, { 'Allow-Events': 'message-summary' });
    }
    const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
    if (type !== MESSAGE_SUMMARY) throw new SipFailure(415, { Accept: MESSAGE_SUMMARY });
    const summary = readSummary(request.body);
    if (summary === undefined) throw new SipFailure(400);
    await parts.messages.set(await findMailbox(parts, request, clusters), summary);
    response.send(200);
  };
}

async function findMailbox(
  parts: MessageTakerParts,
  request: SipRequest,
  clusters: readonly number[],
): Promise<Mailbox> {
  const { bindings, directory } = parts;
  const user = parseSipUri(request.uri)?.user ?? '';
  const phone = /^[a-z0-9]{32}$/.test(user) ? await bindings.findPhone(user) : undefined;
  if (phone !== undefined && (await isServedBy(parts, [phone.id], clusters))) {
    return { customer: phone.customer, phone: phone.id };
  }
  const customer = request.get(CUSTOMER_HEADER)?.trim().toLowerCase() ?? '';
  const extension = /^[0-9a-f]{24}$/.test(customer) ? await directory.extensionByNumber(customer, user) : undefined;
  const phones = extension === undefined ? [] : await directory.phonesOfExtension(extension._id);
  if (extension === undefined || !(await isServedBy(parts, phones, clusters))) throw new SipFailure(404);
  return { customer, extension: extension._id };
}

/** Whether any of some phones is on one of some clusters. */
async function isServedBy(
  { bindings, now }: MessageTakerParts,
  phones: readonly string[],
  clusters: readonly number[],
): Promise<boolean> {
  const reaches = await Promise.all(phones.slice(0, MOST_PHONES).map((phone) => bindings.reach(phone, now())));
  return reaches.some(({ pbxCluster }) => clusters.includes(pbxCluster));
}
