import { createServer } from '@ringfence/drachtio';
import { type Endpoint, Phone, type PhoneOptions } from '../sip/index.js';

/** The drachtio server under test. */
export interface Target {
  /** Where applications connect to, and the secret they must know. */
  readonly application: Endpoint & { readonly secret: string };
  /** Its SIP side, IPv4. */
  readonly sip: Endpoint;
  /** False when it is a real drachtio server outside this process. */
  readonly embedded: boolean;
  /** Its timer T1 in milliseconds (RFC 3261 section 17.1.1.1). */
  readonly t1: number;
}

/** What a test offers to undo things at its end. */
export interface Teardown {
  teardown(undo: () => unknown): unknown;
}

/**
 * The server that `DRACHTIO_HOST`, `DRACHTIO_PORT`, `DRACHTIO_SECRET` and `DRACHTIO_SIP` name, or else an embedded one that
 * starts in this process on free ports of 127.0.0.1 and ends with the test.
 * @param t1 timer T1 for the embedded server in milliseconds; a real one keeps its own 500
 */
export async function startTarget(t: Teardown, { t1 = 500, address = '127.0.0.1' } = {}): Promise<Target> {
  const { DRACHTIO_HOST: host, DRACHTIO_PORT = '9022', DRACHTIO_SECRET = 'cymru', DRACHTIO_SIP } = process.env;
  if (host) {
    const [, sipAddress = host, sipPort = '5060'] = /^(.*):(\d+)$/.exec(DRACHTIO_SIP ?? `${host}:5060`) ?? [];
    return {
      application: { address: host, port: Number(DRACHTIO_PORT), secret: DRACHTIO_SECRET },
      sip: { address: sipAddress, port: Number(sipPort) },
      embedded: false,
      t1: 500,
    };
  }
  const secret = 'cymru';
  const server = createServer({
    sip: { contacts: [`sip:${address.includes(':') ? `[${address}]` : address}:0`] },
    admin: { host: '127.0.0.1', port: 0, secret },
    durations: { t1, t2: 8 * t1, t4: 10 * t1 },
  });
  const { port, admin } = await server.listen();
  t.teardown(() => server.close());
  return {
    application: { address: admin.host, port: admin.port, secret },
    sip: { address, port },
    embedded: true,
    t1,
  };
}

/** Opens a phone that talks to the target and closes it when the test ends. */
export async function openPhone(t: Teardown, target: Target, options: Partial<PhoneOptions> = {}): Promise<Phone> {
  const phone = await Phone.open({ server: target.sip, ...options });
  t.teardown(() => phone.close());
  return phone;
}
