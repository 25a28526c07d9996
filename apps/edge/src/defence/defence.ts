import { type Networks, RateLimit } from '@ringfence/service';
import type { Bans, Offence, PhoneAccount, RefusalReason } from '@ringfence/store';
import { LRUCache } from 'lru-cache';
import type { BanList } from './ban-list.js';

/** A client, by what it claims and where it is. */
export interface Client {
  address: string;
  /** `udp`, `tcp`, `tls`, `ws` or `wss`. */
  protocol: string;
  username: string;
}

/** What the defence works with. */
export interface DefenceParts {
  bans: Bans;
  banList: BanList;
  /** Networks whose clients are never banned. */
  trusted: Networks;
  /** Networks that may send any number of requests. */
  unlimited: Networks;
  /** ms that a ban lasts; 0 for no bans. */
  banTime: number;
  /** Requests a second, of those without proof of a password, that one address is served. */
  requestsPerSource: number;
  now: () => number;
  /** Told when an offence could not be counted. */
  onError: (error: unknown) => void;
}

/** Points of a wrong password. The source of a UDP packet may be forged, and the ban would hit someone else. */
const POINTS_PROVEN = 3;
const POINTS_FORGEABLE = 1;

/** Challenges that a user may leave unanswered at a time: clients probe, and packets are lost. */
const UNANSWERED_ALLOWED = 10;

/** Different unknown usernames that an address may try in an hour, before each counts against all of it. */
const UNKNOWN_ALLOWED = 5;
const UNKNOWN_POINTS = 5;
const UNKNOWN_WINDOW = 3_600_000;

/** Milliseconds for which a client that proved its password may leave challenges unanswered: a phone asks for all its lamps at once. */
const TRUST_TIME = 3_600_000;

/** How many clients are remembered that proved a password. */
const PROVEN_REMEMBERED = 100_000;

/** How many clients are remembered of each other kind; the one that was seen longest ago makes room. */
const REMEMBERED = 20_000;

/** Seconds' worth of requests that an address may send at once, as an office does whose phones all start. */
const BURST_SECONDS = 10;

/**
 * Keeps count of what clients do without proving a password, and bans those that guess. A challenge is no failure, a
 * success clears the score, and one bad phone doesn't ban its office: scores are of a user at an address. Only who tries
 * many usernames that nobody has, from an address that can't be forged, is banned with the whole address.
 */
export class Defence {
  readonly #parts: DefenceParts;
  readonly #strangers: RateLimit;
  readonly #unanswered = new LRUCache<string, number>({ max: REMEMBERED });
  readonly #proven = new LRUCache<string, true>({ max: PROVEN_REMEMBERED, ttl: TRUST_TIME });
  readonly #scored = new LRUCache<string, true>({ max: REMEMBERED });
  readonly #unknown = new LRUCache<string, Set<string>>({ max: REMEMBERED, ttl: UNKNOWN_WINDOW });

  constructor(parts: DefenceParts) {
    this.#parts = parts;
    const perSecond = parts.requestsPerSource;
    this.#strangers = new RateLimit({ burst: perSecond * BURST_SECONDS, perSecond, keys: REMEMBERED });
  }

  /** Whether requests of a user at an address are refused unseen. */
  isBanned({ address, username }: Pick<Client, 'address'> & { username?: string }): boolean {
    return this.#parts.banList.has({ address, username }) && !this.#parts.trusted.has(address);
  }

  /**
   * Whether one more request of which nothing is known is served.
   * @param sender where the packet came from
   */
  admits(sender: string): boolean {
    return this.#strangers.take(sender, this.#parts.now()) || this.#parts.unlimited.has(sender);
  }

  /** A client was challenged that had not answered a challenge. */
  challenged(client: Client): void {
    if (client.username === '') return;
    const name = nameOf(client);
    if (this.#proven.has(name)) return;
    const count = (this.#unanswered.get(name) ?? 0) + 1;
    this.#unanswered.set(name, count);
    if (count > UNANSWERED_ALLOWED) this.#count(client, { reason: 'unanswered_challenges', points: POINTS_FORGEABLE });
  }

  /**
   * A client has proved its password.
   * @param sender where the packet came from: its request and the one that was challenged don't count
   */
  proved(client: Client, sender: string): void {
    this.#strangers.giveBack(sender, 2);
    const name = nameOf(client);
    this.#unanswered.delete(name);
    this.#proven.set(name, true);
    if (!this.#scored.delete(name)) return;
    this.#parts.bans.clear({ address: client.address, username: client.username }).catch(this.#parts.onError);
  }

  /** A client was refused. */
  refused(client: Client, reason: RefusalReason, phone: PhoneAccount | undefined): void {
    this.#unanswered.delete(nameOf(client));
    if (reason === 'unknown_user') this.#triedUnknown(client);
    if (reason !== 'unknown_user' && reason !== 'wrong_password') return;
    const points = client.protocol === 'udp' ? POINTS_FORGEABLE : POINTS_PROVEN;
    const whose = phone && { phone: phone.id, customer: phone.customer };
    this.#count(client, { reason: 'wrong_passwords', points, ...whose });
  }

  #triedUnknown({ address, protocol, username }: Client): void {
    if (protocol === 'udp') return;
    const tried = this.#unknown.get(address) ?? new Set<string>();
    if (tried.has(username)) return;
    if (tried.size < UNKNOWN_ALLOWED) this.#unknown.set(address, tried.add(username));
    else this.#count({ address }, { reason: 'unknown_users', points: UNKNOWN_POINTS });
  }

  #count(
    { address, username }: Pick<Client, 'address'> & { username?: string },
    offence: Omit<Offence, 'address' | 'username'>,
  ): void {
    const { bans, banList, banTime, trusted, onError } = this.#parts;
    if (banTime === 0 || trusted.has(address)) return;
    if (username !== undefined) this.#scored.set(nameOf({ address, username }), true);
    bans
      .count({ address, username, ...offence }, banTime)
      .then((ban) => ban && banList.add(ban))
      .catch(onError);
  }
}

function nameOf({ address, username }: { address: string; username: string }): string {
  return `${address} ${username}`;
}
