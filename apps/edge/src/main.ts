import { openCountries } from '@ringfence/geoip';
import { runProcess } from '@ringfence/service';
import { openStore } from '@ringfence/store';
import { startEdge } from './edge.js';
import { OWN_SERVER_HOST, startOwnServer } from './own-server.js';

/** The part of its time by which a registration may be granted shorter. */
const EXPIRY_JITTER = 0.1;

/** Seconds that session timers may be short (RFC 4028 section 5). */
const MIN_SE = 90;

/** The edge as a process; see `ringfence --help` for its settings. */
await runProcess({
  name: 'edge',
  settings: [
    ...(['REDIS_URL', 'RINGFENCE_KEY', 'DRACHTIO_HOST', 'DRACHTIO_PORT', 'DRACHTIO_SECRET', 'SIP_REALM'] as const),
    ...(['TRUSTED_PROXIES', 'TRUSTED_NETWORKS', 'BAN_TIME', 'REQUESTS_PER_SOURCE', 'SERVICE_ROUTE'] as const),
    ...(['SIP_CONTACTS', 'TLS_CERT', 'TLS_KEY', 'TLS_CA', 'DNS_SERVERS'] as const),
    ...(['REGISTER_MIN_EXPIRES', 'REGISTER_MAX_EXPIRES', 'REGISTER_DEFAULT_EXPIRES', 'CONTACTS_PER_PHONE'] as const),
    ...([
      'NONCE_AGE',
      'RING_TIME',
      'SESSION_EXPIRES',
      'CALLS_MAX',
      'CALLS_PER_PHONE',
      'CALLS_PER_CUSTOMER',
      'CALL_RATE_PER_PHONE',
    ] as const),
    ...(['PBX_CLUSTER_1', 'PBX_CLUSTER_2', 'EMERGENCY_NUMBERS', 'RTPENGINE'] as const),
    ...(['SUBSCRIPTIONS_MAX', 'SUBSCRIPTIONS_PER_PHONE'] as const),
    ...(['GEOIP_PROVIDER', 'GEOIP_DATABASE', 'GEOIP_NETWORKS'] as const),
  ],
  start: async (settings, log, tell) => {
    const countries = await openCountries({
      provider: settings.GEOIP_PROVIDER,
      database: settings.GEOIP_DATABASE,
      networks: settings.GEOIP_NETWORKS,
      onError: (err) => log.error({ err }, 'the country database was not read again'),
    }).catch((error) => {
      throw new Error(`GEOIP_NETWORKS, GEOIP_DATABASE: ${error.message}`);
    });
    const store = openStore({
      url: required('REDIS_URL', settings.REDIS_URL),
      masterKey: required('RINGFENCE_KEY', settings.RINGFENCE_KEY),
      onError: (err) => log.warn({ err }, 'the connection to Redis failed'),
    });
    if (!(await store.answers())) throw new Error('REDIS_URL: Redis does not answer');
    const secret = required('DRACHTIO_SECRET', settings.DRACHTIO_SECRET);
    const ownServer =
      settings.DRACHTIO_HOST === undefined ? await startOwnServer({ ...settings, secret }, log) : undefined;
    if (ownServer) tell({ sip: ownServer.sip });
    const edge = await startEdge({
      ...{ store, countries, log, realm: settings.SIP_REALM, nonceAge: settings.NONCE_AGE },
      drachtio: { host: settings.DRACHTIO_HOST ?? OWN_SERVER_HOST, port: settings.DRACHTIO_PORT, secret },
      localServer: ownServer?.server,
      expires: {
        jitter: EXPIRY_JITTER,
        min: settings.REGISTER_MIN_EXPIRES,
        max: settings.REGISTER_MAX_EXPIRES,
        default: settings.REGISTER_DEFAULT_EXPIRES ?? settings.REGISTER_MAX_EXPIRES,
      },
      ...{ trustedNetworks: settings.TRUSTED_NETWORKS, banTime: settings.BAN_TIME },
      ...{ requestsPerSource: settings.REQUESTS_PER_SOURCE },
      ...{ trustedProxies: settings.TRUSTED_PROXIES, serviceRoute: settings.SERVICE_ROUTE },
      ...{ contactsPerPhone: settings.CONTACTS_PER_PHONE, ringTime: settings.RING_TIME },
      clusters: { 1: settings.PBX_CLUSTER_1, 2: settings.PBX_CLUSTER_2 },
      ...{ emergencyNumbers: settings.EMERGENCY_NUMBERS, rtpengines: settings.RTPENGINE },
      sessionTimes: { expires: settings.SESSION_EXPIRES, min: MIN_SE },
      callsMax: settings.CALLS_MAX,
      callLimits: {
        perPhone: settings.CALLS_PER_PHONE,
        perCustomer: settings.CALLS_PER_CUSTOMER,
        ratePerPhone: settings.CALL_RATE_PER_PHONE,
      },
      subscriptions: { max: settings.SUBSCRIPTIONS_MAX, perPhone: settings.SUBSCRIPTIONS_PER_PHONE },
    });
    return async () => {
      await edge.close();
      await ownServer?.server.close();
      await store.close();
      countries.close();
    };
  },
});

function required<T>(name: string, value: T | undefined): T {
  if (value === undefined) throw new Error(`${name}: must be set`);
  return value;
}
