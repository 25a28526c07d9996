import { createHash, randomBytes } from 'node:crypto';
import { newId } from '@ringfence/phone';
import type { Redis } from 'ioredis';
import { keys } from './keys.js';
import { Script } from './script.js';

/** What a token may do, from everything to nothing. */
export const ACCESS_LEVELS = ['ADMIN', 'RESELLER', 'OWNER', 'MANAGER', 'VIEWER', 'PERSONAL'] as const;

/** What a token may do. */
export type AccessLevel = (typeof ACCESS_LEVELS)[number];

/** A key to the API; the text that opens it is kept nowhere. */
export interface Token {
  _id: string;
  level: AccessLevel;
  /** Id of the customer it is for; none of an ADMIN or RESELLER. */
  customer?: string;
  /** Id of the reseller it is for. */
  reseller?: string;
  /** What it is for, in somebody's words. */
  name: string;
  /** Times are ms since 1970. */
  created: number;
  /** When it stops working; never, when absent. */
  expires?: number;
  /** When it was last used, to the minute. */
  lastUsed?: number;
}

/** What a token is made of. */
export type NewToken = Omit<Token, '_id' | 'created' | 'lastUsed'>;

/** Milliseconds for which the time of the last use stays as it is. */
const USE_NOTED = 60_000;

/** The tokens of the API. */
export class Tokens {
  readonly #redis: Redis;
  readonly #now: () => number;
  readonly #touchToken = new Script('touch-token');

  /** @param now the clock, ms since 1970 */
  constructor(redis: Redis, now: () => number = Date.now) {
    this.#redis = redis;
    this.#now = now;
  }

  /** Makes a token; its text (256 random bits) is told this once. */
  async create(token: NewToken): Promise<Token & { text: string }> {
    const text = `rf_${randomBytes(32).toString('base64url')}`;
    const stored = { _id: newId(), ...token, created: this.#now() };
    await this.#redis.hset(keys.tokens, hash(text), JSON.stringify(stored));
    return { ...stored, text };
  }

  /** Makes the token that a given text opens, unless there is one. */
  async ensure(text: string, token: NewToken): Promise<void> {
    const stored = { _id: newId(), ...token, created: this.#now() };
    await this.#redis.hsetnx(keys.tokens, hash(text), JSON.stringify(stored));
  }

  /** The token that a text opens, its use noted; undefined when there is none or it has expired. */
  async find(text: string): Promise<Token | undefined> {
    const field = hash(text);
    const json = await this.#redis.hget(keys.tokens, field);
    if (json === null) return undefined;
    const token = JSON.parse(json) as Token;
    const now = this.#now();
    if (token.expires !== undefined && token.expires <= now) return undefined;
    if (now - (token.lastUsed ?? 0) < USE_NOTED) return token;
    const used = { ...token, lastUsed: now };
    await this.#touchToken.run(this.#redis, [keys.tokens], [field, json, JSON.stringify(used)]);
    return used;
  }

  /** Every token, the oldest first. */
  async list(): Promise<Token[]> {
    const tokens = (await this.#redis.hvals(keys.tokens)).map((json) => JSON.parse(json) as Token);
    return tokens.sort((a, b) => a.created - b.created);
  }

  /** Makes a token useless; false when there is none of that id. */
  async revoke(id: string): Promise<boolean> {
    const tokens = Object.entries(await this.#redis.hgetall(keys.tokens));
    const field = tokens.find(([, json]) => (JSON.parse(json) as Token)._id === id)?.[0];
    return field !== undefined && (await this.#redis.hdel(keys.tokens, field)) === 1;
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
