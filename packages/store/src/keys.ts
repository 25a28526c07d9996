/**
 * Every Redis key, in one place. The keys of one phone share the hash tag `{id}`, so that they live in one slot of a
 * Redis Cluster and one script may touch them all.
 */
export const keys = {
  /** Hash: one phone, see {@link file://./phones.ts} for its fields. */
  phone: (id: string) => `rf:phone:{${id}}`,
  /** Hash: the phone's bindings (RFC 3261 section 10), field = binding key, value = JSON of a `Binding`. */
  bindings: (id: string) => `rf:bindings:{${id}}`,
  /** Hash: the digest nonces the phone has used, field = nonce id, value = highest nonce count seen. */
  nonces: (id: string) => `rf:nonces:{${id}}`,
  /** Hash: the phone's bindings that have answered a keep-alive, field = binding key, value = how many they missed since. */
  missedKeepAlives: (id: string) => `rf:missed-keep-alives:{${id}}`,
  /** String: the id of the phone that a SIP username belongs to. */
  username: (username: string) => `rf:username:${username}`,
  /**
   * Hash: the phones that share a MAC address, field = place (0, 1, …), value = phone id; `model` and `customer` are
   * what they have in common.
   */
  mac: (mac: string) => `rf:mac:${mac}`,
  /** String: the id of the phone that claimed a side panel's serial. */
  sidePanel: (serial: string) => `rf:sidepanel:${serial}`,
  /** Set: ids of the phones of a customer. */
  customerPhones: (customer: string) => `rf:phones-of-customer:${customer}`,
  /** Set: ids of the phones linked to an extension. */
  extensionPhones: (extension: string) => `rf:phones-of-extension:${extension}`,
  /**
   * Sorted set of the bindings that need keep-alives from one drachtio server, `<phone id>|<binding key>`, by when the next
   * is due.
   */
  keepAlives: (server: string) => `rf:keep-alives:${server}`,
  /** Sorted set of what a drachtio server is to tell phones, `<phone id>|<action>|<Event header>`, by when it may be told. */
  notices: (server: string) => `rf:notices:${server}`,
  /** Hash: the same, each with the ms since 1970 after which it is not told any more. */
  noticeEnds: (server: string) => `rf:notice-ends:${server}`,
  /** Sorted set of drachtio servers, by when an edge last asked what they are to tell phones. */
  noticeServers: 'rf:notice-servers',
  /** List: when the latest notices were sent to a source address, or in all; ms since 1970, the newest first. */
  noticeTimes: (address: string) => `rf:notice-times:${address}`,
  /** Hash: what counts against an offender, `points` at the ms `at`. */
  score: (offender: string) => `rf:score:${offender}`,
  /** Hash: the bans, field = offender, value = JSON of a `Ban`. */
  bans: 'rf:bans',
  /** Sorted set of the banned offenders, by when their bans end. */
  banEnds: 'rf:ban-ends',
  /** String: JSON of a customer. */
  customer: (id: string) => `rf:customer:${id}`,
  /** Sorted set of all customer ids, by creation. */
  customers: 'rf:customers',
  /** Sorted set of the customer ids of a reseller, by creation. */
  resellerCustomers: (reseller: string) => `rf:customers-of-reseller:${reseller}`,
  /** String: the id of the demo customer while its extensions are being made. */
  unfinishedDemo: 'rf:unfinished-demo',
  /** String: JSON of an extension. */
  extension: (id: string) => `rf:extension:${id}`,
  /** Sorted set of the extension ids of a customer, by number. */
  extensions: (customer: string) => `rf:extensions:${customer}`,
  /** Hash: the extensions of a customer, field = number, value = extension id. */
  extensionNumbers: (customer: string) => `rf:extensions-of-customer:${customer}`,
  /** String: JSON of a pickup group. */
  group: (id: string) => `rf:group:${id}`,
  /** Sorted set of the group ids of a customer, by creation. */
  groups: (customer: string) => `rf:groups:${customer}`,
  /** String: JSON of a queue. */
  queue: (id: string) => `rf:queue:${id}`,
  /** Sorted set of the queue ids of a customer, by creation. */
  queues: (customer: string) => `rf:queues:${customer}`,
  /** String: JSON of a product. */
  product: (id: string) => `rf:product:${id}`,
  /** Sorted set of all product ids, by creation. */
  products: 'rf:products',
  /**
   * Set: ids of what names a thing other than as its owner or extension: phones, by a softkey or as their product, and
   * groups, as their controller.
   */
  referrers: (id: string) => `rf:referrers:${id}`,
  /** Hash: phone models that operators added or changed, field = model id, value = JSON. */
  models: 'rf:models',
  /** Hash: the names of those models, field = brand and name, value = model id. */
  modelNames: 'rf:model-names',
  /** Hash: API tokens, field = SHA-256 of the token, value = JSON. */
  tokens: 'rf:tokens',
  /** Sorted set of `token id:SHA-256`, all of score 0, so that they are in the order of the ids. */
  tokenList: 'rf:token-list',
  /** Sorted set of the same, score = when the token expires in ms since 1970. */
  tokenExpiries: 'rf:token-expiries',
  /** Set of the same: the tokens that are for a customer. */
  customerTokens: (customer: string) => `rf:tokens-of-customer:${customer}`,
  /** Sorted set: `phone id|binding key`, score = the binding's expiry in ms since 1970. */
  expiries: 'rf:expiries',
  /** Hash: the calls in progress of a customer, field = call id, value = JSON of a `Call`. */
  calls: (customer: string) => `rf:calls:{${customer}}`,
  /** Set: ids of the calls that phones of an extension make, or that call it. */
  extensionCalls: (customer: string, extension: string) => `rf:calls-of-extension:{${customer}}:${extension}`,
  /** Set: ids of the calls that a phone takes part in. */
  phoneCalls: (customer: string, phone: string) => `rf:calls-of-phone:{${customer}}:${phone}`,
  /** String: until when a phone has used up its rate of calls, ms since 1970. */
  callRate: (customer: string, phone: string) => `rf:call-rate:{${customer}}:${phone}`,
  /** Sorted set of the ids of running edges, score = when the lease ends in ms since 1970. */
  edges: 'rf:edges',
  /** Set: the calls that an edge carries, `customer id|call id`. */
  edgeCalls: (edge: string) => `rf:calls-of-edge:${edge}`,
  /** String: the message summary of a phone or an extension (RFC 3842). */
  messages: (id: string) => `rf:messages:{${id}}`,
  /** Stream: who changed what, bounded; see {@link file://./audit/trail.ts}. */
  audit: 'rf:audit',
  /** Stream: what happened, bounded; see {@link file://./event.ts} for the schema. */
  events: 'rf:events',
  /** String: id of the last event that a consumer of the stream has done its work for. */
  consumed: (consumer: string) => `rf:consumed:${consumer}`,
  /** String: who does some work that only one process does at a time; it ends by itself. */
  lease: (work: string) => `rf:lease:${work}`,
  /** Stream: the events of one kind that are worth a look later, with the ids that they have in `rf:events`. */
  history: (kind: string) => `rf:history:${kind}`,
  /** List: the ids of those that concern a phone, customer or reseller, the newest first. */
  historyOf: (owner: string, kind: string) => `rf:history-of:{${owner}}:${kind}`,
  /** Hash: where events are sent, field = webhook id, value = JSON of a `Webhook` with its sealed secret. */
  webhooks: 'rf:webhooks',
  /** String: a number that changes with each change of the webhooks. */
  webhooksVersion: 'rf:webhooks-version',
  /** Set: ids of the webhooks of a customer. */
  customerWebhooks: (customer: string) => `rf:webhooks-of-customer:${customer}`,
  /** List: the events that wait to be sent to a webhook, as JSON. */
  webhookQueue: (id: string) => `rf:webhook-queue:{${id}}`,
  /** Hash: how it went with the attempts to send to a webhook, see {@link file://./webhooks/deliveries.ts}. */
  webhookState: (id: string) => `rf:webhook-state:{${id}}`,
  /** Stream: the events that were given up, with the reason. */
  webhookDead: (id: string) => `rf:webhook-dead:{${id}}`,
  /** Hash: how often what happened, field = number of the step and what; see {@link file://./counts.ts}. */
  counts: (owner: string, step: number, from: number) => `rf:counts:{${owner}}:${step}:${from}`,
} as const;
