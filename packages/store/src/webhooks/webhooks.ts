import { newId, type Violation } from '@ringfence/phone';
import type { Redis } from 'ioredis';
import { audited, auditedAction } from '../audit/audited.js';
import { applyChange, type Command, type Condition } from '../change.js';
import { DirectoryConflict, retry } from '../directory/entries.js';
import { keys } from '../keys.js';
import type { Secrets } from '../secrets.js';
import type { Webhook, WebhookSettings } from './webhook.js';

/** Webhooks that there may be. */
const WEBHOOKS = 1_000;

/** Why there can't be another one. */
export const WEBHOOKS_FULL: Violation = {
  code: 409,
  message: 'webhook',
  description: 'There are too many webhooks to add another',
};

/** A webhook as it is kept: its secret is sealed. */
type Stored = Webhook & { secret: string };

/** Where events are sent. */
export class Webhooks {
  readonly #redis: Redis;
  readonly #secrets: Secrets;
  readonly #now: () => number;

  constructor(redis: Redis, secrets: Secrets, now: () => number) {
    this.#redis = redis;
    this.#secrets = secrets;
    this.#now = now;
  }

  /** All of them, the oldest first. */
  async list(): Promise<Webhook[]> {
    const stored = await this.#redis.hvals(keys.webhooks);
    return stored.map((json) => show(JSON.parse(json))).sort((one, other) => (one._id < other._id ? -1 : 1));
  }

  /** Reads one; undefined when there is none. */
  async get(id: string): Promise<Webhook | undefined> {
    const json = await this.#redis.hget(keys.webhooks, id);
    return json === null ? undefined : show(JSON.parse(json));
  }

  /** What its signatures are made with; undefined when there is none. */
  async secret(id: string): Promise<string | undefined> {
    const json = await this.#redis.hget(keys.webhooks, id);
    return json === null ? undefined : this.#secrets.open((JSON.parse(json) as Stored).secret, id);
  }

  /** Changes whenever one of them does, or there is something to send again. */
  async version(): Promise<string> {
    return (await this.#redis.get(keys.webhooksVersion)) ?? '';
  }

  /**
   * Adds one; undefined when there are too many.
   * @throws DirectoryConflict when its customer doesn't exist, or others were faster again and again
   */
  async add(
    owner: Pick<Webhook, 'customer' | 'reseller'>,
    settings: WebhookSettings,
    secret: string,
  ): Promise<Webhook | undefined> {
    return retry(async () => {
      const count = await this.#redis.hlen(keys.webhooks);
      if (count >= WEBHOOKS) return undefined;
      const now = this.#now();
      const webhook: Webhook = { _id: newId(), ...owner, ...settings, created: now, changed: now };
      const { customer } = webhook;
      await this.#write(
        [
          must(['HLEN', keys.webhooks], count),
          ...(customer === undefined ? [] : [must(['EXISTS', keys.customer(customer)], 1)]),
        ],
        [
          ['HSET', keys.webhooks, webhook._id, JSON.stringify(this.#seal(webhook, secret))],
          ...ownedBy(webhook).map((set): Command => ['SADD', set, webhook._id]),
          ...this.#audited(undefined, webhook),
        ],
      );
      return webhook;
    });
  }

  /**
   * Changes one. What waits for another attempt is sent at once.
   * @param secret left out when it stays
   * @throws DirectoryConflict when it was changed since it was read
   */
  async change(before: Webhook, settings: WebhookSettings, secret: string | undefined): Promise<Webhook> {
    const { types: _, ...rest } = before;
    // Two changes of one millisecond are two changes.
    const changed = Math.max(this.#now(), before.changed + 1);
    const after: Webhook = { ...rest, ...settings, changed };
    const json = (await this.#redis.hget(keys.webhooks, before._id)) ?? '';
    const known = JSON.parse(json || '{}') as Stored;
    if (known.changed !== before.changed) throw conflict();
    const stored: Stored = secret === undefined ? { ...after, secret: known.secret } : this.#seal(after, secret);
    await this.#write(
      [must(['HGET', keys.webhooks, before._id], json)],
      [
        ['HSET', keys.webhooks, before._id, JSON.stringify(stored)],
        ['DEL', keys.webhookState(before._id)],
        ...this.#audited(before, after),
      ],
    );
    return after;
  }

  /** Removes one with everything that waits for it. */
  async remove(webhook: Webhook): Promise<void> {
    const { _id } = webhook;
    const own = [keys.webhookState(_id), keys.webhookQueue(_id), keys.webhookDead(_id)];
    await this.#write(
      [],
      [
        ['HDEL', keys.webhooks, _id],
        ...own.map((key): Command => ['DEL', key]),
        ...ownedBy(webhook).map((set): Command => ['SREM', set, _id]),
        ...this.#audited(webhook, undefined),
      ],
    );
  }

  async #write(conditions: readonly Condition[], commands: readonly Command[]): Promise<void> {
    await applyChange(this.#redis, conditions, [...commands, ['INCR', keys.webhooksVersion]]);
  }

  #audited(before: Webhook | undefined, after: Webhook | undefined): Command[] {
    const { _id: id = '', customer } = after ?? before ?? {};
    const change = { object: 'webhook', id, customer, before: settingsOf(before), after: settingsOf(after) } as const;
    const noted = audited(change, this.#now());
    // Its secret may be all that was changed, which is kept from the trail.
    return noted.length > 0 ? noted : auditedAction({ object: 'webhook', id, customer }, this.#now());
  }

  #seal(webhook: Webhook, secret: string): Stored {
    return { ...webhook, secret: this.#secrets.seal(secret, webhook._id) };
  }
}

function show({ secret: _, ...webhook }: Stored): Webhook {
  return webhook;
}

function settingsOf(webhook: Webhook | undefined): object | undefined {
  if (webhook === undefined) return undefined;
  const { created: _, changed: __, ...settings } = webhook;
  return settings;
}

function ownedBy({ customer }: Webhook): string[] {
  return customer === undefined ? [] : [keys.customerWebhooks(customer)];
}

function must(command: Command, answer: string | number): Condition {
  return { command, answer, otherwise: conflict };
}

function conflict(): Error {
  return new DirectoryConflict('the webhooks have changed');
}
