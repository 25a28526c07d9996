import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

/**
 * One atomic Redis operation: a Lua file in `lua/`, loaded once and called by its hash.
 * The file's first comment says what its KEYS, ARGV and return value are.
 */
export class Script {
  readonly #source: string;
  readonly #sha: string;

  /** @param name file name in `lua/`, without the ending */
  constructor(name: string) {
    this.#source = readFileSync(new URL(`../lua/${name}.lua`, import.meta.url), 'utf8');
    this.#sha = createHash('sha1').update(this.#source).digest('hex');
  }

  /**
   * Runs the script.
   * @returns what the Lua code returns, as ioredis decodes it
   * @throws the error of Redis or of the connection
   */
  async run(redis: Redis, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.#sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return redis.eval(this.#source, keys.length, ...keys, ...args);
    }
  }
}
