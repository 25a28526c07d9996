import { createServer, type DrachtioServer, splitContacts } from '@ringfence/drachtio';
import type { Logger, Settings } from '@ringfence/service';

/** Where the own server takes applications: the edge itself, and whoever knows its secret. */
export const OWN_SERVER_HOST = '127.0.0.1';

/** What the own server is set by. */
export type OwnServerSettings = Pick<
  Settings,
  'SIP_CONTACTS' | 'TLS_CERT' | 'TLS_KEY' | 'TLS_CA' | 'DNS_SERVERS' | 'DRACHTIO_PORT'
> & { secret: string };

/**
 * Starts the embedded drachtio server in this process, where it can hand requests over without a socket between.
 * @returns the server, and where it listens for SIP, such as `udp/127.0.0.1:5060`
 * @throws Error when SIP_CONTACTS is not set, or that says what cannot be listened on
 */
export async function startOwnServer(
  { SIP_CONTACTS, TLS_CERT, TLS_KEY, TLS_CA, DNS_SERVERS, DRACHTIO_PORT, secret }: OwnServerSettings,
  log: Logger,
): Promise<{ server: DrachtioServer; sip: readonly string[] }> {
  if (SIP_CONTACTS === undefined) throw new Error('DRACHTIO_HOST or SIP_CONTACTS: one of them must be set');
  const server = createServer({
    sip: { contacts: splitContacts(SIP_CONTACTS) },
    tls: { ...(TLS_CERT && { cert: TLS_CERT }), ...(TLS_KEY && { key: TLS_KEY }), ...(TLS_CA && { ca: TLS_CA }) },
    admin: { host: OWN_SERVER_HOST, port: DRACHTIO_PORT, secret },
    ...(DNS_SERVERS && { dns: { servers: DNS_SERVERS } }),
    logger: log.child({ part: 'drachtio' }),
  });
  const { sip } = await server.listen();
  return { server, sip };
}
