import { createServer, type Limits } from '@ringfence/drachtio';
import { type Endpoint, hostPort, Phone, type PhoneOptions, type Protocol } from '../sip/index.js';

/** The drachtio server under test. */
export interface Target {
  /** Where applications connect to, and the secret they must know. */
  readonly application: Endpoint & { readonly secret: string };
  /** Its SIP side, UDP and TCP. */
  readonly sip: Endpoint;
  /** Its other transports, those it has. */
  readonly others: Partial<Record<Other, Endpoint>>;
  /** False when it is a real drachtio server outside this process. */
  readonly embedded: boolean;
  /** Its timer T1 in milliseconds (RFC 3261 section 17.1.1.1). */
  readonly t1: number;
}

/** The transports beside UDP and TCP. */
export type Other = Exclude<Protocol, 'udp' | 'tcp'>;

/** What a test offers to undo things at its end. */
export interface Teardown {
  teardown(undo: () => unknown): unknown;
}

/**
 * The server that `DRACHTIO_HOST`, `DRACHTIO_PORT`, `DRACHTIO_SECRET` and `DRACHTIO_SIP` name, or else an embedded one that
 * starts in this process on free ports of 127.0.0.1 and ends with the test.
 * @param t1 timer T1 for the embedded server in milliseconds; a real one keeps its own 500
 * @param others the transports that it has beside UDP and TCP; where a real one has them say `DRACHTIO_TLS`, `DRACHTIO_WS`
 *   and `DRACHTIO_WSS`
 * @param limits what the embedded server holds at most, where it differs from what is usual
 */
export async function startTarget(
  t: Teardown,
  {
    t1 = 500,
    address = '127.0.0.1',
    others = [],
    limits = {},
  }: { t1?: number; address?: string; others?: readonly Other[]; limits?: Partial<Limits> } = {},
): Promise<Target> {
  if (process.env.DRACHTIO_HOST) return realTarget(process.env.DRACHTIO_HOST);
  const secret = 'cymru';
  const host = hostPort({ address, port: 0 });
  const server = createServer({
    sip: { contacts: [`sip:${host}`, ...others.map((transport) => `sip:${host};transport=${transport}`)] },
    limits,
    admin: { host: '127.0.0.1', port: 0, secret },
    durations: { t1, t2: 8 * t1, t4: 10 * t1 },
  });
  const { port, admin, sip } = await server.listen();
  t.teardown(() => server.close());
  const portOf = (transport: Other) =>
    Number(
      sip
        .find((point) => point.startsWith(`${transport}/`))
        ?.split(':')
        .at(-1),
    );
  return {
    application: { address: admin.host, port: admin.port, secret },
    sip: { address, port },
    others: Object.fromEntries(others.map((transport) => [transport, { address, port: portOf(transport) }])),
    embedded: true,
    t1,
  };
}

function realTarget(host: string): Target {
  const { DRACHTIO_PORT = '9022', DRACHTIO_SECRET = 'cymru', DRACHTIO_SIP, ...env } = process.env;
  const endpoint = (text: string): Endpoint => {
    const [, address = host, port = '5060'] = /^(.*):(\d+)$/.exec(text) ?? [];
    return { address, port: Number(port) };
  };
  const others = { tls: env.DRACHTIO_TLS, ws: env.DRACHTIO_WS, wss: env.DRACHTIO_WSS };
  return {
    application: { address: host, port: Number(DRACHTIO_PORT), secret: DRACHTIO_SECRET },
    sip: endpoint(DRACHTIO_SIP ?? `${host}:5060`),
    others: Object.fromEntries(Object.entries(others).flatMap(([name, at]) => (at ? [[name, endpoint(at)]] : []))),
    embedded: false,
    t1: 500,
  };
}

/** Opens a phone that talks to the target and closes it when the test ends. */
export async function openPhone(t: Teardown, target: Target, options: Partial<PhoneOptions> = {}): Promise<Phone> {
  const phone = await Phone.open({ server: serverOf(target, options.transport), ...options });
  t.teardown(() => phone.close());
  return phone;
}

/** Where a transport of the target is. */
export function serverOf(target: Target, transport: Protocol = 'udp'): Endpoint {
  const found = transport === 'udp' || transport === 'tcp' ? target.sip : target.others[transport];
  if (found === undefined) throw new Error(`the target has no ${transport}`);
  return found;
}

/** The options of a test of a transport: skipped when the target doesn't have it. */
export function has(target: Target, transport: Other): { skip: string | false } {
  return { skip: target.others[transport] === undefined && `the target has no ${transport}` };
}
