import type { Redis } from 'ioredis';
import { applyChange, type Command, type Condition } from '../change.js';
import type { Page, Part } from '../directory/entries.js';
import type { StoredEvent } from '../event.js';
import { keys } from '../keys.js';

/** Events that wait for one webhook at most; what comes when it is full is not sent. */
export const QUEUE_MAX = 10_000;

/** Events that were given up which are kept of one webhook; the oldest make room. */
const DEAD_KEPT = 1_000;

/** The event that a webhook is to be sent next. */
export interface Delivery {
  event: StoredEvent;
  /** How often it was tried. */
  attempts: number;
  /** How often in a row the webhook has failed, whatever the event. */
  failures: number;
  /** When it may be tried, ms since 1970. */
  due: number;
}

/** An event that was given up. */
export interface DeadDelivery {
  /** Names it among those of the webhook. */
  id: string;
  event: StoredEvent;
  attempts: number;
  /** Why the last attempt failed. */
  reason: string;
  /** When it was given up, ms since 1970. */
  at: number;
}

/** How things are with a webhook. */
export interface WebhookStatus {
  /** How many events wait, and how many that were given up are kept. */
  queued: number;
  dead: number;
  /** How often in a row it has failed. */
  failures: number;
  /** Why it failed last; nothing when it didn't. */
  error?: string;
  /** When an event was last taken, ms since 1970. */
  deliveredAt?: number;
}

/** What waits to be sent to webhooks, and what was given up. */
export class Deliveries {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** The commands that put events to the end of a webhook's queue, as far as it has room; the others are given up. */
  async enqueue(webhook: string, events: readonly StoredEvent[], now: number): Promise<Command[]> {
    const room = Math.max(0, QUEUE_MAX - (await this.#redis.llen(keys.webhookQueue(webhook))));
    const queued = events.slice(0, room).map((event) => JSON.stringify(event));
    const dead = events
      .slice(room)
      .map((event) => bury(webhook, { event, attempts: 0, reason: 'queue is full', at: now }));
    return [
      ...(queued.length === 0 ? [] : [['RPUSH', keys.webhookQueue(webhook), ...queued] satisfies Command]),
      ...dead,
    ];
  }

  /** What is to be sent next to a webhook; undefined when nothing waits. */
  async next(webhook: string): Promise<Delivery | undefined> {
    const [json, state] = await Promise.all([
      this.#redis.lindex(keys.webhookQueue(webhook), 0),
      this.#redis.hgetall(keys.webhookState(webhook)),
    ]);
    if (json === null) return undefined;
    const [attempts, failures, due] = [state.attempts, state.failures, state.due].map((value) => Number(value ?? 0));
    return { event: JSON.parse(json), attempts: attempts ?? 0, failures: failures ?? 0, due: due ?? 0 };
  }

  /** Notes that the next event was taken. */
  async delivered(webhook: string, { event }: Delivery, now: number): Promise<void> {
    const state = keys.webhookState(webhook);
    await this.#ifNext(webhook, event, [
      ['LPOP', keys.webhookQueue(webhook)],
      ['DEL', state],
      ['HSET', state, 'deliveredAt', now],
    ]);
  }

  /**
   * Notes that the next event was not taken.
   * @param due when the webhook is tried again, ms since 1970
   * @param isGivenUp whether the event is not tried again
   */
  async failed(
    webhook: string,
    { event, attempts, failures }: Delivery,
    { reason, due, isGivenUp, now }: { reason: string; due: number; isGivenUp: boolean; now: number },
  ): Promise<void> {
    const state = ['failures', failures + 1, 'error', reason, 'due', due];
    const given: Command[] = [
      ['LPOP', keys.webhookQueue(webhook)],
      bury(webhook, { event, attempts: attempts + 1, reason, at: now }),
    ];
    await this.#ifNext(webhook, event, [
      ...(isGivenUp ? given : []),
      ['HSET', keys.webhookState(webhook), 'attempts', isGivenUp ? 0 : attempts + 1, ...state],
    ]);
  }

  /** How things are with a webhook. */
  async status(webhook: string): Promise<WebhookStatus> {
    const [queued, dead, { failures = '0', error, deliveredAt }] = await Promise.all([
      this.#redis.llen(keys.webhookQueue(webhook)),
      this.#redis.xlen(keys.webhookDead(webhook)),
      this.#redis.hgetall(keys.webhookState(webhook)),
    ]);
    return {
      ...{ queued, dead, failures: Number(failures) },
      ...(error === undefined ? {} : { error }),
      ...(deliveredAt === undefined ? {} : { deliveredAt: Number(deliveredAt) }),
    };
  }

  /** Lists what was given up, the newest first. */
  async dead(webhook: string, { offset, limit }: Page): Promise<Part<DeadDelivery>> {
    const key = keys.webhookDead(webhook);
    const [total, entries] = await Promise.all([
      this.#redis.xlen(key),
      this.#redis.xrevrange(key, '+', '-', 'COUNT', offset + limit),
    ]);
    return { total, entries: entries.slice(offset).map(([id, fields]) => unbury(id, fields)) };
  }

  /** Puts what was given up to the end of the queue; false when there is none of that id. */
  async resend(webhook: string, id: string): Promise<boolean> {
    const [entry] = await this.#redis.xrange(keys.webhookDead(webhook), id, id);
    if (entry === undefined) return false;
    const commands: Command[] = [
      ['XDEL', keys.webhookDead(webhook), id],
      ['RPUSH', keys.webhookQueue(webhook), JSON.stringify(unbury(...entry).event)],
      ['INCR', keys.webhooksVersion],
    ];
    await applyChange(this.#redis, [], commands);
    return true;
  }

  /** Forgets what was given up; false when there is none of that id. */
  async forget(webhook: string, id: string): Promise<boolean> {
    return (await this.#redis.xdel(keys.webhookDead(webhook), id)) > 0;
  }

  /** Forgets everything that was given up; gives how much that was. */
  async forgetAll(webhook: string): Promise<number> {
    const [[, count] = []] = (await this.#redis
      .multi()
      .xlen(keys.webhookDead(webhook))
      .del(keys.webhookDead(webhook))
      .exec()) as [unknown, number][];
    return count ?? 0;
  }

  /** Does something if an event is still the next one: another process may have sent it meanwhile. */
  async #ifNext(webhook: string, event: StoredEvent, commands: readonly Command[]): Promise<void> {
    const isNext: Condition = {
      ...{ command: ['LINDEX', keys.webhookQueue(webhook), 0], answer: JSON.stringify(event) },
      otherwise: () => new Outrun(),
    };
    await applyChange(this.#redis, [isNext], commands).catch((error) => {
      if (!(error instanceof Outrun)) throw error;
    });
  }
}

/** Another event is the next one. */
class Outrun extends Error {}

function bury(webhook: string, { event, attempts, reason, at }: Omit<DeadDelivery, 'id'>): Command {
  const fields = ['event', JSON.stringify(event), 'attempts', attempts, 'reason', reason, 'at', at];
  return ['XADD', keys.webhookDead(webhook), 'MAXLEN', DEAD_KEPT, '*', ...fields];
}

function unbury(id: string, fields: string[]): DeadDelivery {
  const [, event = '{}', , attempts, , reason = '', , at] = fields;
  return { id, event: JSON.parse(event), attempts: Number(attempts), reason, at: Number(at) };
}
