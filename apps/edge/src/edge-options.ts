import type { Countries } from '@ringfence/geoip';
import type { CallLimits, Store } from '@ringfence/store';
import type { SessionTimes } from './call/session-terms.js';
import type { ClusterSettings } from './cluster/clusters.js';
import type { DrachtioAddress } from './connection.js';
import type { LocalServer } from './local-server.js';
import type { Log } from './report.js';
import type { ExpiryLimits } from './sip/expiry.js';
import type { SubscriptionLimits } from './subscribe/subscriptions.js';

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
  /** Where the control ports of rtpengines are, host:port, that carry the media of calls; none for media from phone to phone. */
  rtpengines: readonly string[];
  /** What is always sent to the caller's cluster. */
  emergencyNumbers: readonly string[];
  subscriptions: SubscriptionLimits;
  /** The clock, ms since 1970. */
  now?: () => number;
  log: Log;
}
