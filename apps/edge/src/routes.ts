import { answerPrack } from './call/progress.js';
import { createCallRoute } from './call/route.js';
import { createGate } from './defence/gate.js';
import { DialogFence } from './dialog-fence.js';
import type { EdgeOptions } from './edge-options.js';
import { serveLocally } from './local-server.js';
import { DIRECT_MEDIA } from './media/media.js';
import { createOptionsRoute } from './options-route.js';
import type { EdgeParts } from './parts.js';
import { createRegistrar } from './register/register.js';
import type { Report } from './report.js';
import { unavailable } from './sip/failure.js';
import { guard } from './sip/guard.js';
import { ALLOW, REFUSED_METHODS } from './sip/methods.js';
import { serve } from './sip/serve.js';
import type { Route, SipStack } from './sip/stack.js';
import { Notifier } from './subscribe/notifier.js';
import { createMessageTaker } from './subscribe/take-messages.js';

/**
 * Sets the routes of all methods.
 * @param isClosing whether the edge takes no more requests
 * @returns what SUBSCRIBE is served by
 */
export function setRoutes(options: EdgeOptions, parts: EdgeParts, report: Report, isClosing: () => boolean): Notifier {
  const { store, localServer, realm, expires, now = Date.now } = options;
  const { stack, access, defence, clusters } = parts;
  const whileOpen: Route = (_request, response, next) => {
    if (isClosing()) response.send(503, { headers: unavailable().headers });
    else next();
  };
  const firstRoutes = [createGate(defence, clusters), guard, whileOpen];
  for (const route of firstRoutes) stack.use(route);
  const registerRoute = serve(createRegisterHandler(options, parts), report);
  stack.use('register', registerRoute);
  if (localServer) serveLocally(localServer, 'REGISTER', [...firstRoutes, registerRoute]);
  stack.use('invite', serve(createInviteHandler(options, parts, report), report));
  const notifier = new Notifier({
    ...{ store, feed: parts.feed, access, stack, realm, expires, limits: options.subscriptions, now },
    onError: (error) => report('warn', error, 'what phones subscribed to could not be read'),
  });
  const { allowEvents } = notifier;
  stack.use('subscribe', serve(notifier.serve, report));
  stack.use('notify', serve(createMessageTaker({ ...store, access, clusters, now }), report));
  stack.use('options', serve(createOptionsRoute({ access, bindings: store.bindings, allowEvents }), report));
  refuseTheRest(stack);
  return notifier;
}

function createRegisterHandler(options: EdgeOptions, { access, server, connections }: EdgeParts) {
  const { store, realm, expires, serviceRoute, contactsPerPhone: contactLimit, now = Date.now } = options;
  const { bindings, secrets } = store;
  return createRegistrar({
    ...{ access, bindings, secrets, expires, contactLimit, realm, serviceRoute, server, now },
    // Without a local server nobody tells when a connection closes.
    onRegistered: (admission) => options.localServer && connections.registered(admission),
  });
}

function createInviteHandler(
  options: EdgeOptions,
  { stack, access, calls, clusters, rtpengine }: EdgeParts,
  report: Report,
) {
  const { store, realm, emergencyNumbers, sessionTimes, now = Date.now } = options;
  const { bindings, directory, secrets } = store;
  const [fence, ringTime] = [new DialogFence(stack, access, report), options.ringTime * 1_000];
  return createCallRoute({
    ...{ stack, access, fence, bindings, directory, secrets, calls, clusters, realm, ringTime, now },
    ...{ emergencyNumbers, sessionTimes, bridges: new Set(), media: rtpengine ?? DIRECT_MEDIA },
  });
}

function refuseTheRest(stack: SipStack): void {
  stack.use('prack', answerPrack);
  for (const method of REFUSED_METHODS) {
    stack.use(method, (_request, response) => response.send(405, { headers: { Allow: ALLOW } }));
  }
}
