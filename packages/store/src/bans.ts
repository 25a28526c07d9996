import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { audited } from './audit/audited.js';
import { applyChange } from './change.js';
import { eventFields } from './event.js';
import { EVENTS_KEPT } from './events.js';
import { keys } from './keys.js';
import { Script } from './script.js';

/** Who is banned, or may come to be: a user at an address, or all users at an address. */
export interface Offender {
  address: string;
  /** The SIP username that is claimed; left out for all. */
  username?: string | undefined;
}

/** Why an offender is banned. */
export type BanReason = 'wrong_passwords' | 'unknown_users' | 'unanswered_challenges';

/** A ban. */
export interface Ban extends Offender {
  /** Names it. */
  id: string;
  reason: BanReason;
  /** When it began and when it ends, ms since 1970. */
  since: number;
  until: number;
  /** Id of the phone that has the username, and of its customer. */
  phone?: string | undefined;
  customer?: string | undefined;
}

/** Something that counts against an offender. */
export interface Offence extends Offender {
  reason: BanReason;
  points: number;
  phone?: string | undefined;
  customer?: string | undefined;
}

/** Points that make a ban, and how many are forgiven each second: one in twenty seconds. */
const FULL_SCORE = 30;
const FORGIVEN = 1 / 20;

/** Most bans at a time. */
const BANS_KEPT = 10_000;

/** The scores and bans of all edges. */
export class Bans {
  readonly #redis: Redis;
  readonly #now: () => number;
  readonly #score = new Script('score-offence');

  /** @param now the clock, ms since 1970 */
  constructor(redis: Redis, now: () => number = Date.now) {
    this.#redis = redis;
    this.#now = now;
  }

  /**
   * Counts an offence; too many in a time make a ban, and `ban.added` is appended.
   * @param time ms that a ban lasts
   * @returns the ban that it led to
   */
  async count(offence: Offence, time: number): Promise<Ban | undefined> {
    const { points, ...offender } = offence;
    const since = this.#now();
    const ban: Ban = { ...offender, id: idOf(offence), since, until: since + time };
    const event = { type: 'ban.added', at: since, ...offender, until: ban.until } as const;
    const isBanned = await this.#score.run(
      this.#redis,
      [keys.score(ban.id), keys.bans, keys.banEnds, keys.events],
      [
        ...[since, points, FULL_SCORE, FORGIVEN, ban.id, time, BANS_KEPT, JSON.stringify(ban)],
        ...[EVENTS_KEPT, ...eventFields(event)],
      ],
    );
    return isBanned === 1 ? ban : undefined;
  }

  /** Forgets what was counted against an offender that turned out to be none. */
  async clear(offender: Offender): Promise<void> {
    await this.#redis.del(keys.score(idOf(offender)));
  }

  /** The bans that have not ended, the newest first. */
  async list(): Promise<Ban[]> {
    await this.#removeEnded();
    const bans = (await this.#redis.hvals(keys.bans)).map((json) => JSON.parse(json) as Ban);
    return bans.filter(({ until }) => until > this.#now()).sort((a, b) => b.since - a.since);
  }

  /** Reads a ban; undefined when there is none, or it has ended. */
  async get(id: string): Promise<Ban | undefined> {
    const json = await this.#redis.hget(keys.bans, id);
    const ban = json === null ? undefined : (JSON.parse(json) as Ban);
    return ban !== undefined && ban.until > this.#now() ? ban : undefined;
  }

  /** Ends a ban before its time and appends `ban.lifted`. */
  async lift(ban: Ban): Promise<void> {
    const { address, username, phone, customer } = ban;
    const event = { type: 'ban.lifted', at: this.#now(), address, username, phone, customer } as const;
    const { id, ...before } = ban;
    await applyChange(
      this.#redis,
      [],
      [
        ['HDEL', keys.bans, id],
        ['ZREM', keys.banEnds, id],
        ['XADD', keys.events, 'MAXLEN', '~', EVENTS_KEPT, '*', ...eventFields(event)],
        ...audited({ object: 'ban', id, customer, before }, this.#now()),
      ],
    );
  }

  async #removeEnded(): Promise<void> {
    const ended = await this.#redis.zrangebyscore(keys.banEnds, 0, this.#now(), 'LIMIT', 0, BANS_KEPT);
    if (ended.length === 0) return;
    await this.#redis
      .multi()
      .hdel(keys.bans, ...ended)
      .zrem(keys.banEnds, ...ended)
      .exec();
  }
}

/** An offender's id: usernames may be anything, so it is a hash. */
function idOf({ address, username = '' }: Offender): string {
  return createHash('sha256').update(`${address} ${username}`).digest('hex').slice(0, 24);
}
