import { SipFailure } from '../sip/failure.js';
import { parseNameAddrs } from '../sip/name-addr.js';
import { optionsOf } from '../sip/request.js';
import type { ReceivedRequest } from '../sip/stack.js';

/** Most entries of a Path, and characters of all. */
const MOST_PATHS = 8;
const LONGEST_PATH = 2_048;

/** Seconds after which a client over a connection is to send a keep-alive (RFC 5626 section 4.4.1). */
const FLOW_TIMER = 120;

/**
 * The Path of a REGISTER (RFC 3327), topmost first; empty when there is none.
 * @throws SipFailure 400 when it cannot be read
 */
export function readPath(request: ReceivedRequest): string[] {
  const text = request.headers.path?.trim() ?? '';
  if (text === '') return [];
  const entries = text.length > LONGEST_PATH ? undefined : parseNameAddrs(text, MOST_PATHS);
  if (entries === undefined) throw new SipFailure(400);
  return entries.map(({ text }) => text);
}

/**
 * Whether the client keeps flows to us (RFC 5626 section 6): it says so, and a contact has `reg-id` and an instance.
 * @throws SipFailure 439 when the first hop of the request doesn't support that
 */
export function usesOutbound(request: ReceivedRequest, path: readonly string[], hasFlow: boolean): boolean {
  if (!hasFlow || !optionsOf(request, 'supported').has('outbound')) return false;
  const hops = request.headers.via?.match(/SIP\s*\/\s*2\.0\s*\//gi)?.length ?? 1;
  const first = path.at(-1);
  if (hops > 1 && !(first !== undefined && /;ob(;|$)/i.test(first))) throw new SipFailure(439);
  return true;
}

/** What the response says of outbound (RFC 5626 section 6). */
export function outboundHeaders(protocol: string): Record<string, string> {
  return { Require: 'outbound', ...(protocol === 'udp' ? {} : { 'Flow-Timer': `${FLOW_TIMER}` }) };
}
