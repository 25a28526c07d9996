import { parseAddress } from '../sip/address.js';
import { parseNumber } from '../sip/characters.js';
import type { Header } from '../sip/headers.js';
import { splitList } from '../sip/list.js';
import { type SipRequest, SipResponse } from '../sip/message.js';
import { parseUri } from '../sip/uri.js';
import { type ListeningPoint, sentBy } from '../transport/hop.js';
import { newVia } from './compose.js';

/** The headers of a request as a proxy sends them on: our Via on top, one hop less, our own Route taken off (section 16.6). */
export function forwardedHeaders(request: SipRequest, local: ListeningPoint): Header[] {
  const hops = (parseNumber(request.value('Max-Forwards') ?? '', 255) ?? 71) - 1;
  const headers: Header[] = [{ name: 'Via', value: newVia(local) }];
  for (const header of request.headers) {
    if (header.name !== 'Max-Forwards' && header.name !== 'Route') headers.push(header);
  }
  const routes = request.values('Route').flatMap((value) => splitList(value) ?? []);
  const isOurs = routes[0] !== undefined && namesPoint(routes[0], local);
  for (const value of isOurs ? routes.slice(1) : routes) headers.push({ name: 'Route', value });
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

/** Our Record-Route entry. */
export function recordRoute(local: ListeningPoint): string {
  const transport = local.transport === 'udp' ? '' : `;transport=${local.transport}`;
  return `<sip:${sentBy(local)}${transport};lr>`;
}

function namesPoint(route: string, local: ListeningPoint): boolean {
  const uri = parseUri(parseAddress(route)?.uri ?? '');
  return uri !== undefined && uri.host === local.host && (uri.port ?? 5060) === local.port;
}
