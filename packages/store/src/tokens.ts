import { createHash, randomBytes } from 'node:crypto';
import { newId, type Violation } from '@ringfence/phone';
import type { Redis } from 'ioredis';
import { audited } from './audit/audited.js';
import { applyChange, type Command, type Condition } from './change.js';
import { DirectoryConflict, type Page, type Part, retry } from './directory/entries.js';
import { keys } from './keys.js';
import { Script } from './script.js';
import { checkToken, type NewToken } from './token-check.js';

/** A key to the API; the text that opens it is kept nowhere. */
export interface Token extends NewToken {
  _id: string;
  /** Times are ms since 1970. */
  created: number;
  /** When it was last used, to the minute. */
  lastUsed?: number;
}

/** A token that was made, with its text. */
export type CreatedToken = Token & { text: string };

/** Milliseconds for which the time of the last use stays as it is. */
const USE_NOTED = 60_000;

/** Expired tokens that are removed at once. */
const PRUNED = 100;

/** The tokens of the API. */
export class Tokens {
  readonly #redis: Redis;
  readonly #now: () => number;
  readonly #customer: (id: string) => Promise<object | undefined>;
  readonly #touchToken = new Script('touch-token');

  /**
   * @param customer reads a customer; undefined when there is none
   * @param now the clock, ms since 1970
   */
  constructor(redis: Redis, customer: (id: string) => Promise<object | undefined>, now: () => number = Date.now) {
    this.#redis = redis;
    this.#customer = customer;
    this.#now = now;
  }

  /**
   * Makes the token that a client describes.
   * @returns the token and its text, or everything that is wrong with what was sent
   */
  async add(json: object): Promise<{ token: CreatedToken } | { violations: Violation[] }> {
    return retry(async () => {
      const checked = await checkToken(json, this.#now(), this.#customer);
      return 'violations' in checked ? checked : { token: await this.create(checked.token) };
    });
  }

  /**
   * Makes a token; its text (256 random bits) is told this once.
   * @throws DirectoryConflict when its customer doesn't exist
   */
  async create(token: NewToken): Promise<CreatedToken> {
    await this.prune();
    const text = `rf_${randomBytes(32).toString('base64url')}`;
    return { ...(await this.#write(text, token)), text };
  }

  /** Makes the token that a given text opens, unless there is one. */
  async ensure(text: string, token: NewToken): Promise<void> {
    if ((await this.#redis.hexists(keys.tokens, hash(text))) === 0) await this.#write(text, token);
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

  /** Lists the tokens that have not expired, the oldest first. */
  async list({ offset, limit }: Page): Promise<Part<Token>> {
    await this.prune();
    const [total, members] = await Promise.all([
      this.#redis.zcard(keys.tokenList),
      this.#redis.zrange(keys.tokenList, offset, offset + limit - 1),
    ]);
    return { total, entries: (await this.#read(members)).map(({ token }) => token) };
  }

  /** Makes a token useless; false when there is none of that id. */
  async revoke(id: string): Promise<boolean> {
    // Members of one score are in the order of their bytes, and `;` comes after `:`.
    const members = await this.#redis.zrange(keys.tokenList, `[${id}:`, `(${id};`, 'BYLEX');
    const revoked = (await this.#read(members)).flatMap(({ token: { _id, created, lastUsed, ...content } }) =>
      audited({ object: 'token', id: _id, before: content }, this.#now()),
    );
    return (await this.#remove(members, revoked)) > 0;
  }

  /** Removes expired tokens, at most {@link PRUNED} of them; they open nothing in any case. */
  async prune(): Promise<void> {
    await this.#remove(await this.#redis.zrangebyscore(keys.tokenExpiries, '-inf', this.#now(), 'LIMIT', 0, PRUNED));
  }

  async #write(text: string, content: NewToken): Promise<Token> {
    const token: Token = { _id: newId(), ...content, created: this.#now() };
    const field = hash(text);
    const conditions: Condition[] = content.customer === undefined ? [] : [exists(keys.customer(content.customer))];
    await applyChange(this.#redis, conditions, [
      ['HSET', keys.tokens, field, JSON.stringify(token)],
      ['ZADD', keys.tokenList, 0, memberOf(token, field)],
      ...(token.expires === undefined
        ? []
        : [['ZADD', keys.tokenExpiries, token.expires, memberOf(token, field)] satisfies Command]),
      ...ownedBy(token).map((set): Command => ['SADD', set, memberOf(token, field)]),
      ...audited({ object: 'token', id: token._id, after: content }, this.#now()),
    ]);
    return token;
  }

  /** Removes the tokens behind list members, with further commands in the same step; gives how many there were. */
  async #remove(members: string[], more: Command[] = []): Promise<number> {
    const found = await this.#read(members);
    await applyChange(
      this.#redis,
      [],
      [
        ...found.flatMap(({ token, member, field }): Command[] => [
          ['HDEL', keys.tokens, field],
          ['ZREM', keys.tokenList, member],
          ['ZREM', keys.tokenExpiries, member],
          ...ownedBy(token).map((set): Command => ['SREM', set, member]),
        ]),
        ...(found.length > 0 ? more : []),
      ],
    );
    return found.length;
  }

  async #read(members: string[]): Promise<{ token: Token; member: string; field: string }[]> {
    if (members.length === 0) return [];
    const fields = members.map((member) => member.slice(member.indexOf(':') + 1));
    const found = await this.#redis.hmget(keys.tokens, ...fields);
    return found.flatMap((json, at) =>
      json === null
        ? []
        : [{ token: JSON.parse(json) as Token, member: members[at] as string, field: fields[at] as string }],
    );
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function memberOf({ _id }: Token, field: string): string {
  return `${_id}:${field}`;
}

/** The set of the customer's tokens that a token is in. An ADMIN is not its customer's: it stays when that goes. */
function ownedBy({ level, customer }: Token): string[] {
  return customer === undefined || level === 'ADMIN' ? [] : [keys.customerTokens(customer)];
}

function exists(key: string): Condition {
  return { command: ['EXISTS', key], answer: 1, otherwise: () => new DirectoryConflict('the customer is gone') };
}
