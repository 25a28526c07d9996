import type { PhoneAction } from '@ringfence/phone';
import type { Redis } from 'ioredis';
import { auditedAction } from './audit/audited.js';
import { type Binding, parseBinding } from './binding.js';
import type { Bindings } from './bindings.js';
import { applyChange, type Command } from './change.js';
import { keys } from './keys.js';
import { Script } from './script.js';

/** What a phone is to be told by a NOTIFY. */
export interface Notice {
  /** Id of the phone. */
  phone: string;
  action: PhoneAction;
  /** The Event header that asks for it. */
  event: string;
}

/** A notice whose time has come: where to send it, or why it can't be sent. */
export type DueNotice = Notice & ({ bindings: Binding[] } | { failure: NoticeFailure });

/** Why a phone was not told: it is no longer registered, or there was no room for it in the time that there was. */
export type NoticeFailure = 'offline' | 'too_late';

/** What became of a notice when it was to wait for its turn. */
export type Queued = 'queued' | 'offline' | 'full' | 'unreachable';

/** Notices a minute in all, and to one source address. */
export const NOTICES_A_MINUTE = 50;
export const NOTICES_A_MINUTE_TO_ONE_ADDRESS = 5;

/** Most notices that wait at one server, and ms that each may wait. */
const MOST_WAITING = 10_000;
const LONGEST_WAIT = 4 * 3_600_000;

/** Notices that are looked at at once, many of which may have to wait for others to their address. */
const LOOKED_AT = 1_000;

/** Milliseconds after which a server is taken for gone when no edge asks for its notices. */
const SERVER_SILENCE = 10_000;

/** What phones are to be told, in the order in which it was asked for, each at the server that has the way to it. */
export class Notices {
  readonly #redis: Redis;
  readonly #bindings: Bindings;
  readonly #now: () => number;
  readonly #claim = new Script('claim-notices');

  /** @param now the clock, ms since 1970 */
  constructor(redis: Redis, bindings: Bindings, now: () => number) {
    this.#redis = redis;
    this.#bindings = bindings;
    this.#now = now;
  }

  /**
   * Has a phone told something, when its turn comes. What already waits to be told is not told twice.
   * @returns `offline` when the phone isn't registered, `unreachable` when no edge runs that has a way to it, `full` when too
   *   many wait
   */
  async add({ phone, customer, action, event }: Notice & { customer: string }): Promise<Queued> {
    const now = this.#now();
    const [bindings, alive] = await Promise.all([
      this.#bindings.live(phone, now),
      this.#redis.zrangebyscore(keys.noticeServers, now - SERVER_SILENCE, '+inf'),
    ]);
    if (bindings.length === 0) return 'offline';
    const servers = new Set(bindings.flatMap((binding) => serverFor(binding, alive)));
    if (servers.size === 0) return 'unreachable';
    const waiting = await Promise.all([...servers].map((server) => this.#redis.zcard(keys.notices(server))));
    if (waiting.some((count) => count >= MOST_WAITING)) return 'full';
    const member = `${phone}|${action}|${event}`;
    const commands = [...servers].flatMap((server) => queue(server, member, now));
    await applyChange(this.#redis, [], [...commands, ...auditedAction({ object: 'phone', id: phone, customer }, now)]);
    return 'queued';
  }

  /**
   * Takes the notices that may be sent now; each is handed out once.
   * @param server the drachtio server that they are sent by
   * @param limit how many at most
   */
  async claim(server: string, limit: number): Promise<DueNotice[]> {
    const claimed = await this.#claim.run(
      this.#redis,
      [keys.notices(server), keys.noticeEnds(server), keys.noticeServers, keys.noticeTimes('all')],
      [
        ...[this.#now(), server, limit, LOOKED_AT, NOTICES_A_MINUTE, NOTICES_A_MINUTE_TO_ONE_ADDRESS],
        ...[keys.bindings('%s'), keys.noticeTimes('%s'), SERVER_SILENCE, LONGEST_WAIT],
      ],
    );
    return (claimed as [string, PhoneAction, string, Verdict, ...string[]][]).map(
      ([phone, action, event, verdict, ...bindings]) => ({
        ...{ phone, action, event },
        ...(verdict === 'send' ? { bindings: bindings.map(parseBinding) } : { failure: FAILURES[verdict] }),
      }),
    );
  }
}

function queue(server: string, member: string, now: number): Command[] {
  return [
    ['ZADD', keys.notices(server), 'NX', now, member],
    ['HSETNX', keys.noticeEnds(server), member, now + LONGEST_WAIT],
    ['PEXPIRE', keys.notices(server), LONGEST_WAIT],
    ['PEXPIRE', keys.noticeEnds(server), LONGEST_WAIT],
  ];
}

type Verdict = 'send' | 'late' | 'offline';

const FAILURES: Record<Exclude<Verdict, 'send'>, NoticeFailure> = { late: 'too_late', offline: 'offline' };

/** The server that reaches a contact: the one that it registered with; over UDP any other one when that is gone. */
function serverFor({ server, protocol }: Binding, alive: readonly string[]): string[] {
  if (server !== undefined && alive.includes(server)) return [server];
  return protocol === 'udp' ? alive.slice(-1) : [];
}
