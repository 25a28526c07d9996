import type { Application } from '../application/connection.js';
import { formatMeta } from '../application/meta.js';
import type { Routes } from '../application/routes.js';
import type { Dialogs } from '../dialog/dialogs.js';
import type { LocalHandlers } from '../local/local-handlers.js';
import type { Logger } from '../logger.js';
import type { Timers } from '../timers.js';
import type { Durations } from '../transaction/machine.js';
import type { Transactions } from '../transaction/transactions.js';
import type { Hop } from '../transport/hop.js';
import type { Resolver } from '../transport/resolver.js';
import type { Transports } from '../transport/transports.js';
import type { CallEvents } from './call-events.js';
import type { Flows } from './flows.js';

/** What the parts of the user agent core work with. */
export interface Core {
  readonly timers: Timers;
  readonly durations: Durations;
  readonly transports: Transports;
  readonly transactions: Transactions;
  readonly dialogs: Dialogs<Application>;
  readonly routes: Routes<Application>;
  readonly localHandlers: LocalHandlers;
  readonly resolver: Resolver;
  readonly flows: Flows;
  readonly callEvents: CallEvents;
  readonly logger: Logger;
}

/** The facts about a message that came from a hop. */
export function networkMeta(from: Hop, bytes: number): string {
  return formatMeta({ source: 'network', bytes, protocol: from.transport, address: from.address, port: from.port });
}

/** The facts about a request of ours: over UDP drachtio names our own end, over TCP the other. */
export function requestMeta(hop: Hop, bytes: number): string {
  const { transport } = hop;
  const { address, port } = transport === 'udp' ? { address: hop.local.host, port: hop.local.port } : hop;
  return formatMeta({ source: 'application', bytes, protocol: transport, address, port });
}

/** The facts about a response of ours: drachtio names the transport for those to an INVITE only. */
export function responseMeta(to: Hop, bytes: number, method: string): string {
  const protocol = method === 'INVITE' ? to.transport : '';
  return formatMeta({ source: 'application', bytes, protocol, address: to.address, port: to.port });
}

/** The facts about a response that no one sent: it was made here, since none will come. */
export function localMeta(protocol: string): string {
  return formatMeta({ source: 'network', bytes: 0, protocol, address: '', port: 0 });
}
