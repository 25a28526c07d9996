import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { AuditTrail } from './audit/trail.js';
import { Bans } from './bans.js';
import { Bindings } from './bindings.js';
import { Calls } from './calls.js';
import { Counts } from './counts.js';
import { Directory } from './directory.js';
import { EventFeed } from './event-feed.js';
import { Events } from './events.js';
import { History } from './history.js';
import { KeepAlives } from './keep-alives.js';
import { Messages } from './messages.js';
import { Models } from './models.js';
import { Notices } from './notices.js';
import { Phones } from './phones.js';
import { connectRedis } from './redis.js';
import { Secrets } from './secrets.js';
import { Tokens } from './tokens.js';
import { Deliveries } from './webhooks/deliveries.js';
import { Webhooks } from './webhooks/webhooks.js';

/** How to open a store. */
export interface StoreOptions {
  /** `redis://…` or `rediss://…`. */
  url: string;
  /** The key of everything secret, see {@link Secrets}. */
  masterKey: Buffer;
  /** Called with each error of the connection, which repairs itself. */
  onError: (error: Error) => void;
  /** The clock, ms since 1970. */
  now?: () => number;
}

/** Everything that is kept in Redis, over one connection. */
export interface Store {
  redis: Redis;
  secrets: Secrets;
  phones: Phones;
  audit: AuditTrail;
  bans: Bans;
  bindings: Bindings;
  keepAlives: KeepAlives;
  directory: Directory;
  models: Models;
  messages: Messages;
  notices: Notices;
  tokens: Tokens;
  events: Events;
  history: History;
  counts: Counts;
  webhooks: Webhooks;
  deliveries: Deliveries;
  calls: Calls;
  /**
   * Follows the events live, over a connection of its own, until it is closed.
   * @param onError told each time that Redis can't be read
   * @param after a stream id, to begin after it; from now on when left out
   */
  follow(onError: (error: unknown) => void, after?: string): EventFeed;
  /** The clock, ms since 1970. */
  now(): number;
  /** Whether Redis answers within a second. */
  answers(): Promise<boolean>;
  /** Ends the connection, after what is under way. */
  close(): Promise<void>;
}

/** Opens the store; it connects by itself, now and after every failure. */
export function openStore({ url, masterKey, onError, now = Date.now }: StoreOptions): Store {
  const redis = connectRedis(url, onError);
  const secrets = new Secrets(masterKey);
  const directory = new Directory(redis, now);
  const bindings = new Bindings(redis, now);
  return {
    redis,
    secrets,
    phones: new Phones(redis, secrets, now),
    audit: new AuditTrail(redis),
    bans: new Bans(redis, now),
    bindings,
    keepAlives: new KeepAlives(redis, bindings),
    directory,
    models: new Models(redis, now),
    messages: new Messages(redis, now),
    notices: new Notices(redis, bindings, now),
    tokens: new Tokens(redis, (id) => directory.customer(id), now),
    events: new Events(redis),
    history: new History(redis),
    counts: new Counts(redis),
    webhooks: new Webhooks(redis, secrets, now),
    deliveries: new Deliveries(redis),
    calls: new Calls(redis, now),
    follow: (onFeedError, after) => new EventFeed(redis, onFeedError, after),
    now,
    answers: () => answers(redis),
    close: async () => {
      await redis.quit().catch(() => redis.disconnect());
    },
  };
}

async function answers(redis: Redis): Promise<boolean> {
  const pong = redis.ping().then(
    () => true,
    () => false,
  );
  return Promise.race([pong, sleep(1_000, false, { ref: false })]);
}
