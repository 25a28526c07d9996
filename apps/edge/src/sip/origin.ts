import { isIPv4 } from 'node:net';
import { parseVia, splitList } from '@ringfence/drachtio';
import { normalizeAddress } from '@ringfence/phone';
import type { Networks } from '@ringfence/service';
import { SipFailure } from './failure.js';
import type { ReceivedRequest } from './stack.js';

/** Where a request came from. */
export interface Origin {
  /** The client's address, as `normalizeAddress` writes it. */
  address: string;
  port: number;
  /** `udp`, `tcp`, `tls`, `ws` or `wss`: how it came to us. */
  protocol: string;
  /** The trusted proxy that it came through, when it did: requests for the client go back there. */
  proxy: { address: string; port: number } | undefined;
}

/** Most proxies that a request is followed through. */
const MOST_PROXIES = 8;

/**
 * Finds out where a request came from: the packet's source, never what the message says of itself. Only what a trusted
 * proxy says of who sent it the request, in `received` and `rport` of the Via below its own, is believed (RFC 3261 section
 * 18.2.1, RFC 3581).
 * @throws SipFailure 400 when a trusted proxy says nothing that can be read
 */
export function originOf(request: ReceivedRequest, trusted: Networks): Origin {
  const { source_address: source } = request;
  const address = isIPv4(source) ? source : normalizeAddress(source.replace(/^\[(.*)\]$/, '$1'));
  if (address === undefined) throw new SipFailure(400);
  const direct = { address, port: request.source_port, protocol: request.protocol.toLowerCase(), proxy: undefined };
  if (!trusted.has(address)) return direct;
  const [, ...senders] = splitList(request.headers.via ?? '') ?? [];
  let client = { address, port: request.source_port };
  for (const sender of senders.slice(0, MOST_PROXIES)) {
    if (!trusted.has(client.address)) break;
    client = readSender(sender);
  }
  if (client.address === address) return direct;
  return { ...direct, ...client, proxy: { address, port: request.source_port } };
}

function readSender(text: string): { address: string; port: number } {
  const via = parseVia(text);
  const parameter = (name: string) => via?.parameters.find((one) => one.name.toLowerCase() === name)?.value;
  const address = normalizeAddress(parameter('received')?.replace(/^\[(.*)\]$/, '$1') || via?.host || '');
  const port = Number(parameter('rport') || via?.port || 5060);
  if (address === undefined || !(port >= 1 && port <= 65_535)) throw new SipFailure(400);
  return { address, port };
}
