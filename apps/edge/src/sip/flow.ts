import type { Binding } from '@ringfence/store';
import { uriHost } from './uri.js';

/** The way that a contact registered on, as a URI: requests for it go there, whatever its own URI says. */
export function flowUri({ protocol, address, port, proxy }: Binding): string {
  const hop = proxy ?? { address, port };
  return `sip:${uriHost(hop.address)}:${hop.port};transport=${protocol}`;
}
