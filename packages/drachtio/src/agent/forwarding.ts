import { parseAddress } from '../sip/address.js';
import { parseNumber } from '../sip/characters.js';
import type { Header } from '../sip/headers.js';
import { splitList } from '../sip/list.js';
import { type SipRequest, SipResponse } from '../sip/message.js';
import { parseUri } from '../sip/uri.js';
import { DEFAULT_PORTS, type ListeningPoint, pointUri } from '../transport/hop.js';
import { transportOf } from '../transport/targets.js';
import { newVia } from './compose.js';

/**
 * The headers of a request as a proxy sends them on: our Via on top, one hop less, our own Routes taken off (section 16.6).
 * @param isOwn whether a host and port are the server's own
 */
export function forwardedHeaders(request: SipRequest, local: ListeningPoint, isOwn: IsOwn): Header[] {
  const hops = (parseNumber(request.value('Max-Forwards') ?? '', 255) ?? 71) - 1;
  const headers: Header[] = [{ name: 'Via', value: newVia(local) }];
  for (const header of request.headers) {
    if (header.name !== 'Max-Forwards' && header.name !== 'Route') headers.push(header);
  }
  for (const value of routesBeyond(request, isOwn)) headers.push({ name: 'Route', value });
  headers.push({ name: 'Max-Forwards', value: String(hops) });
  return headers;
}

/** A response without the Via we put on its request. */
export function withoutOurVia(response: SipResponse): SipResponse {
  const headers = response.headers.filter(
    (header, index) => header.name !== 'Via' || index !== response.indexOf('Via'),
  );
  return new SipResponse(response.status, response.reason, headers, response.body);
}

/** Our Record-Route entries, topmost first: one, or one for each side where these differ (RFC 5658). */
export function recordRoutes(onwards: ListeningPoint, from: ListeningPoint): string[] {
  return [...new Set([pointUri(onwards), pointUri(from)])].map((uri) => `<${uri};lr>`);
}

/** The routes of a request after those that lead to ourselves. */
export function routesBeyond(request: SipRequest, isOwn: IsOwn): string[] {
  const routes = request.values('Route').flatMap((value) => splitList(value) ?? []);
  const next = routes.findIndex((route) => !isOurs(route, isOwn));
  return next === -1 ? [] : routes.slice(next);
}

type IsOwn = (host: string, port: number) => boolean;

function isOurs(route: string, isOwn: IsOwn): boolean {
  const uri = parseUri(parseAddress(route)?.uri ?? '');
  return uri !== undefined && isOwn(uri.host, uri.port ?? DEFAULT_PORTS[transportOf(uri) ?? 'udp']);
}
