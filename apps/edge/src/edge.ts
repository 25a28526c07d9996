import { randomUUID } from 'node:crypto';
import type { Countries } from '@ringfence/geoip';
import type { CallLimits, Store } from '@ringfence/store';
import { Access } from './access.js';
import { Calls, RENEW_EVERY } from './call/calls.js';
import { createCallRoute } from './call/route.js';
import { type ClusterSettings, Clusters } from './cluster/clusters.js';
import { type DrachtioAddress, openConnection } from './connection.js';
import { DialogFence } from './dialog-fence.js';
import { Nonces } from './digest/nonces.js';
import { type LocalServer, serveLocally } from './local-server.js';
import { Refusals } from './refusals.js';
import type { ExpiryLimits } from './register/contacts.js';
import { createRegistrar } from './register/register.js';
import { createReport, type Log, type Report } from './report.js';
import { unavailable } from './sip/failure.js';
import { guard } from './sip/guard.js';
import { ALLOW, REFUSED_METHODS, SDP } from './sip/methods.js';
import { type Handler, serve } from './sip/serve.js';
import { createStack, type Route, type SipRequest, type SipResponse, type SipStack } from './sip/stack.js';
import { startSweep } from './sweep.js';

/** What the edge is made of, and how it is set. */
export interface EdgeOptions {
  store: Store;
  countries: Countries;
  drachtio: DrachtioAddress;
  /** The same drachtio server, when it runs in this process. */
  localServer?: LocalServer | undefined;
  /** Digest realm, and host of the identities that phones see. */
  realm: string;
  /** Seconds that a nonce may be answered. */
  nonceAge: number;
  /** Seconds that registrations may last. */
  expires: ExpiryLimits;
  contactsPerPhone: number;
  /** Seconds that a call may ring. */
  ringTime: number;
  /** Simultaneous calls of this edge. */
  callsMax: number;
  /** Calls of a phone and of a customer, over all edges. */
  callLimits: CallLimits;
  /** The targets of the PBX clusters. */
  clusters: ClusterSettings;
  /** What is always sent to the caller's cluster. */
  emergencyNumbers: readonly string[];
  /** The clock, ms since 1970. */
  now?: () => number;
  log: Log;
}

/** A running edge. */
export interface Edge {
  /** How many calls there are. */
  readonly calls: number;
  /** Hangs up on all calls and disconnects from drachtio. */
  close(): Promise<void>;
}

/** Milliseconds that hanging up on all calls may take at shutdown. */
const HANG_UP_TIME = 1_000;

/**
 * Starts the edge: connects to the drachtio server and serves REGISTER, INVITE and OPTIONS.
 * @returns when the drachtio server has the routes
 */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const { store, log, now = Date.now } = options;
  const report = createReport(log, now);
  const calls = new Calls({
    ...{ store: store.calls, edge: randomUUID(), max: options.callsMax, limits: options.callLimits, now },
    onError: (error) => report('warn', error, 'the store could not be told of a call'),
  });
  const stack = createStack();
  let closing = false;
  const whileOpen: Route = (_request, response, next) => {
    const { status, headers } = unavailable();
    if (closing) response.send(status, { headers: { ...headers } });
    else next();
  };
  stack.use(guard);
  stack.use(whileOpen);
  const clusters = new Clusters(stack, options.clusters, ({ uri, isUp }) =>
    isUp ? log.info({ uri }, 'a PBX answers again') : log.warn({ uri }, 'a PBX does not answer and is left out'),
  );
  const { register, invite } = createHandlers(options, { stack, calls, clusters, report });
  const registerRoute = serve(register, report);
  stack.use('register', registerRoute);
  if (options.localServer) serveLocally(options.localServer, 'REGISTER', [guard, whileOpen, registerRoute]);
  stack.use('invite', serve(invite, report));
  answerTheRest(stack);
  const connection = await openConnection(stack, options.drachtio, log, () => void calls.endAll());
  await clusters.start();
  const renewing = setInterval(() => void calls.renew(), RENEW_EVERY);
  const stopSweep = startSweep(store.bindings, now, (error) => report('warn', error, 'bindings could not be swept'));

  return {
    get calls() {
      return calls.size;
    },
    close: async () => {
      closing = true;
      stopSweep();
      clearInterval(renewing);
      clusters.stop();
      await Promise.race([calls.endAll(), new Promise((resolve) => setTimeout(resolve, HANG_UP_TIME).unref())]);
      await connection.close();
    },
  };
}

function createHandlers(
  options: EdgeOptions,
  { stack, calls, clusters, report }: { stack: SipStack; calls: Calls; clusters: Clusters; report: Report },
): { register: Handler; invite: Handler<SipRequest, SipResponse> } {
  const { countries, realm, expires, now = Date.now } = options;
  const { bindings, directory, events, secrets } = options.store;
  const nonces = new Nonces({ key: secrets.derive('nonce'), realm, age: options.nonceAge * 1_000 });
  const refusals = new Refusals(events, (error) => report('warn', error, 'an event could not be written'));
  const access = new Access({ bindings, secrets, countries, nonces, refusals, realm, now });
  const fence = new DialogFence(stack, access, report);
  const ringTime = options.ringTime * 1_000;
  return {
    register: createRegistrar({ access, bindings, expires, contactLimit: options.contactsPerPhone, now }),
    invite: createCallRoute({
      ...{ stack, access, fence, bindings, directory, calls, clusters, countries, realm, ringTime, now },
      emergencyNumbers: options.emergencyNumbers,
    }),
  };
}

function answerTheRest(stack: SipStack): void {
  stack.use('options', (_request, response) => response.send(200, { headers: { Allow: ALLOW, Accept: SDP } }));
  for (const method of REFUSED_METHODS) {
    stack.use(method, (_request, response) => response.send(405, { headers: { Allow: ALLOW } }));
  }
}
