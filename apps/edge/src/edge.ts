import { randomUUID } from 'node:crypto';
import type { Countries } from '@ringfence/geoip';
import type { CallLimits, Store } from '@ringfence/store';
import type { Access } from './access.js';
import { Calls, RENEW_EVERY } from './call/calls.js';
import { answerPrack } from './call/progress.js';
import { createCallRoute } from './call/route.js';
import type { SessionTimes } from './call/session-terms.js';
import { type ClusterSettings, Clusters } from './cluster/clusters.js';
import { type DrachtioAddress, openConnection } from './connection.js';
import { createAccess } from './create-access.js';
import { createGate } from './defence/gate.js';
import { DialogFence } from './dialog-fence.js';
import { type LocalServer, serveLocally } from './local-server.js';
import { createOptionsRoute } from './options.js';
import { Connections } from './register/connections.js';
import { startKeepAlive } from './register/keep-alive.js';
import { createRegistrar } from './register/register.js';
import { createReport, type Log, type Report } from './report.js';
import type { ExpiryLimits } from './sip/expiry.js';
import { unavailable } from './sip/failure.js';
import { guard } from './sip/guard.js';
import { ALLOW, REFUSED_METHODS } from './sip/methods.js';
import { type Handler, serve } from './sip/serve.js';
import { createStack, type Route, type SipRequest, type SipResponse, type SipStack } from './sip/stack.js';
import { Notifier } from './subscribe/notifier.js';
import type { SubscriptionLimits } from './subscribe/subscriptions.js';
import { createMessageTaker } from './subscribe/take-messages.js';
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
  /** Addresses and networks of proxies whose word on their clients' addresses is taken. */
  trustedProxies: readonly string[];
  /** Addresses and networks that are never banned nor limited. */
  trustedNetworks: readonly string[];
  /** Seconds that a ban lasts; 0 for no bans. */
  banTime: number;
  /** Requests a second that one address may send without proving a password. */
  requestsPerSource: number;
  /** What phones are to route their requests through (RFC 3608), as Service-Route writes it; undefined for nothing. */
  serviceRoute: string | undefined;
  /** Seconds that registrations and subscriptions may last. */
  expires: ExpiryLimits;
  contactsPerPhone: number;
  /** Seconds that a call may ring. */
  ringTime: number;
  /** How long a call whose phones are silent is taken for alive. */
  sessionTimes: SessionTimes;
  /** Simultaneous calls of this edge. */
  callsMax: number;
  /** Calls of a phone and of a customer, over all edges. */
  callLimits: CallLimits;
  /** The targets of the PBX clusters. */
  clusters: ClusterSettings;
  /** What is always sent to the caller's cluster. */
  emergencyNumbers: readonly string[];
  subscriptions: SubscriptionLimits;
  /** The clock, ms since 1970. */
  now?: () => number;
  log: Log;
}

/** A running edge. */
export interface Edge {
  /** How many calls there are. */
  readonly calls: number;
  /** How many subscriptions there are. */
  readonly subscriptions: number;
  /** Hangs up on all calls, ends all subscriptions and disconnects from drachtio. */
  close(): Promise<void>;
}

/** Milliseconds that hanging up on all calls may take at shutdown. */
const HANG_UP_TIME = 1_000;

/**
 * Starts the edge: connects to the drachtio server and serves REGISTER, INVITE, SUBSCRIBE and OPTIONS.
 * @returns when the drachtio server has the routes
 */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const { store, log, now = Date.now } = options;
  const report = createReport(log, now);
  const id = randomUUID();
  // A server in this process ends with it; one on the network may be shared by edges.
  const server = options.localServer ? id : `${options.drachtio.host}:${options.drachtio.port}`;
  const calls = new Calls({
    ...{ store: store.calls, edge: id, max: options.callsMax, limits: options.callLimits, now },
    onError: (error) => report('warn', error, 'the store could not be told of a call'),
  });
  const stack = createStack();
  let closing = false;
  const whileOpen: Route = (_request, response, next) => {
    const { status, headers } = unavailable();
    if (closing) response.send(status, { headers: { ...headers } });
    else next();
  };
  const feed = store.follow((error) => report('warn', error, 'the event stream could not be followed'));
  const { access, defence } = await createAccess(options, feed, report);
  const clusters = new Clusters(stack, options.clusters, ({ uri, isUp }) =>
    isUp ? log.info({ uri }, 'a PBX answers again') : log.warn({ uri }, 'a PBX does not answer and is left out'),
  );
  const firstRoutes = [createGate(defence, clusters), guard, whileOpen];
  for (const route of firstRoutes) stack.use(route);
  const connections = new Connections(store.bindings, (error) => report('warn', error, 'bindings could not be ended'));
  const { register, invite } = createHandlers(options, { stack, access, calls, connections, clusters, server, report });
  const registerRoute = serve(register, report);
  stack.use('register', registerRoute);
  const { localServer } = options;
  if (localServer) serveLocally(localServer, 'REGISTER', [...firstRoutes, registerRoute]);
  const stopListening = localServer?.onPeerGone((peer) => connections.closed(peer));
  stack.use('invite', serve(invite, report));
  const notifier = new Notifier({
    ...{
      store,
      feed,
      access,
      stack,
      realm: options.realm,
      expires: options.expires,
      limits: options.subscriptions,
      now,
    },
    onError: (error) => report('warn', error, 'what phones subscribed to could not be read'),
  });
  stack.use('subscribe', serve(notifier.serve, report));
  stack.use('notify', serve(createMessageTaker({ ...store, access, clusters, now }), report));
  const { allowEvents } = notifier;
  stack.use('options', serve(createOptionsRoute({ access, bindings: store.bindings, allowEvents }), report));
  refuseTheRest(stack);
  const connection = await openConnection(stack, options.drachtio, log, () => {
    notifier.lost();
    void calls.endAll();
  });
  await clusters.start();
  const renewing = setInterval(() => void calls.renew(), RENEW_EVERY);
  const stopKeepAlive = startKeepAlive({
    ...{ stack, keepAlives: store.keepAlives, server, realm: options.realm, now },
    onError: (error) => report('warn', error, 'keep-alives could not be noted'),
  });
  const stopSweep = startSweep(store.bindings, now, (error) => report('warn', error, 'bindings could not be swept'));

  return {
    get calls() {
      return calls.size;
    },
    get subscriptions() {
      return notifier.size;
    },
    close: async () => {
      closing = true;
      stopListening?.();
      stopKeepAlive();
      stopSweep();
      clearInterval(renewing);
      clusters.stop();
      notifier.close();
      await Promise.race([calls.endAll(), new Promise((resolve) => setTimeout(resolve, HANG_UP_TIME).unref())]);
      await connection.close();
      await feed.close();
    },
  };
}

/** What handlers share. */
interface HandlerParts {
  stack: SipStack;
  access: Access;
  calls: Calls;
  connections: Connections;
  clusters: Clusters;
  /** Names the drachtio server. */
  server: string;
  report: Report;
}

function createHandlers(
  options: EdgeOptions,
  { stack, access, calls, connections, clusters, server, report }: HandlerParts,
): { register: Handler; invite: Handler<SipRequest, SipResponse> } {
  const { realm, expires, serviceRoute, now = Date.now } = options;
  const { bindings, directory, secrets } = options.store;
  const fence = new DialogFence(stack, access, report);
  const ringTime = options.ringTime * 1_000;
  return {
    register: createRegistrar({
      ...{
        access,
        bindings,
        secrets,
        expires,
        contactLimit: options.contactsPerPhone,
        realm,
        serviceRoute,
        server,
        now,
      },
      // Without a local server nobody tells when a connection closes.
      onRegistered: (admission) => options.localServer && connections.registered(admission),
    }),
    invite: createCallRoute({
      ...{ stack, access, fence, bindings, directory, secrets, calls, clusters, realm, ringTime, now },
      ...{ emergencyNumbers: options.emergencyNumbers, sessionTimes: options.sessionTimes, bridges: new Set() },
    }),
  };
}

function refuseTheRest(stack: SipStack): void {
  stack.use('prack', answerPrack);
  for (const method of REFUSED_METHODS) {
    stack.use(method, (_request, response) => response.send(405, { headers: { Allow: ALLOW } }));
  }
}
