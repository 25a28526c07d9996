import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Countries } from '@ringfence/geoip';
import { type EventFeed, Fleet, type Store } from '@ringfence/store';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { WebhookTargets } from './background/webhooks/targets.js';
import { answerClientError } from './client-error.js';
import access from './plugins/access.js';
import audit from './plugins/audit.js';
import body from './plugins/body.js';
import operatorsPage from './plugins/console.js';
import errors, { answerError } from './plugins/errors.js';
import headers from './plugins/headers.js';
import log from './plugins/log.js';
import openapi from './plugins/openapi.js';
import validation from './plugins/validation.js';
import auditTrail from './routes/audit/index.js';
import bans from './routes/bans/index.js';
import calls from './routes/calls/index.js';
import counts from './routes/counts/index.js';
import customer from './routes/customer/index.js';
import events from './routes/events/index.js';
import { READERS_MAX } from './routes/events/readers.js';
import health from './routes/health/index.js';
import history from './routes/history/index.js';
import overview from './routes/overview/index.js';
import extension from './routes/pbx/extension/index.js';
import group from './routes/pbx/group/index.js';
import queue from './routes/pbx/queue/index.js';
import sipphone from './routes/pbx/sipphone/index.js';
import sipphonemodels from './routes/pbx/sipphonemodels/index.js';
import product from './routes/product/index.js';
import token from './routes/token/index.js';
import webhook from './routes/webhook/index.js';

/** What the API works with. */
export interface ApiOptions {
  store: Store;
  /** Finds out which bindings a changed fence refuses. */
  countries: Countries;
  /** Private addresses and networks that webhooks may be sent to; none when left out. */
  webhookNetworks?: readonly string[];
  /** Milliseconds that replaced SIP credentials stay good, unless the phone uses the new ones before. */
  credentialsOverlap: number;
  /** The folder with the operators' page, which is served when it is given. */
  consoleFolder?: string | undefined;
  /** Without one nothing is logged. */
  logger?: FastifyBaseLogger;
}

/** Largest body; the two long texts of a phone fit in, however they are escaped. */
const BODY_LIMIT = 1024 * 1024;

/** Simultaneous connections: of those that follow the events, and of all others. */
const CONNECTIONS = READERS_MAX + 2_000;

/** Milliseconds that a client may take: for its headers, for a request, and between two requests. */
const HEADERS_TIMEOUT = 5_000;
const REQUEST_TIMEOUT = 15_000;
const KEEP_ALIVE_TIMEOUT = 30_000;

/** What routes work with. */
interface RouteParts extends Pick<ApiOptions, 'store' | 'countries' | 'credentialsOverlap'> {
  /** All phones, for lists and numbers. */
  fleet: Fleet;
  /** Where webhooks may be sent. */
  targets: WebhookTargets;
  /** Tells what happens. */
  feed: EventFeed;
}

/** The routes, in the order of their description. */
const ROUTES: readonly FastifyPluginAsyncTypebox<RouteParts>[] = [
  sipphone,
  sipphonemodels,
  customer,
  extension,
  group,
  queue,
  product,
  events,
  calls,
  overview,
  history,
  counts,
  webhook,
  bans,
  auditTrail,
  token,
  health,
];

/** The management API, ready to listen or to be called with `inject`. */
export function buildApi(options: ApiOptions): FastifyInstance {
  const { store, countries, credentialsOverlap, webhookNetworks = [], consoleFolder, logger } = options;
  const app = fastify({
    ...(logger === undefined ? {} : { loggerInstance: logger }),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    http: { headersTimeout: HEADERS_TIMEOUT, connectionsCheckingInterval: 1_000 },
    return503OnClosing: false,
    frameworkErrors: answerError,
    clientErrorHandler: answerClientError,
  });
  // A client may say with a half-closed connection that its request is all: Node would drop it without an answer.
  Object.assign(app.server, { maxConnections: CONNECTIONS, httpAllowHalfOpen: true });
  app
    .register(log)
    .register(errors)
    .register(headers)
    .register(openapi)
    .register(validation)
    .register(body)
    .register(access, { store })
    .register(audit);
  const feed = store.follow((err) => app.log.warn({ err }, 'the event stream could not be followed'));
  app.addHook('onClose', () => feed.close());
  const fleet = new Fleet({ ...store, feed, countryOf: (address) => countries.country(address).country });
  const targets = new WebhookTargets(webhookNetworks);
  for (const routes of ROUTES) app.register(routes, { store, countries, credentialsOverlap, fleet, feed, targets });
  if (consoleFolder !== undefined) app.register(operatorsPage, { folder: consoleFolder });
  return app;
}
