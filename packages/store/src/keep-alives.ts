import type { Redis } from 'ioredis';
import { type Binding, parseBinding } from './binding.js';
import type { Bindings } from './bindings.js';
import { keys } from './keys.js';
import { Script } from './script.js';

/** A binding that needs a sign of life from us now. */
export interface DueKeepAlive {
  /** Id of the phone. */
  phone: string;
  /** The binding's key among those of the phone. */
  key: string;
  binding: Binding;
  /** How many keep-alives it missed since it last answered one; undefined when it never did. */
  missed: number | undefined;
}

/** Milliseconds after which the keep-alives of a server are forgotten that no edge asks for any more. */
const ABANDONED = 86_400_000;

/** Seconds that is remembered for what a phone made of keep-alives. */
const REMEMBERED = 86_400;

/** The bindings that need keep-alives, of all edges and drachtio servers. */
export class KeepAlives {
  readonly #redis: Redis;
  readonly #bindings: Bindings;
  readonly #claim = new Script('claim-keep-alives');

  constructor(redis: Redis, bindings: Bindings) {
    this.#redis = redis;
    this.#bindings = bindings;
  }

  /**
   * Takes the bindings whose keep-alive is due; each is handed out once, and again after its time.
   * @param server the drachtio server that holds the ways to the phones
   * @param now ms since 1970
   * @param limit how many at most
   */
  async claim(server: string, now: number, limit: number): Promise<DueKeepAlive[]> {
    const args = [now, limit, keys.bindings('%s'), keys.missedKeepAlives('%s'), server, ABANDONED];
    const claimed = (await this.#claim.run(this.#redis, [keys.keepAlives(server)], args)) as [
      string,
      string,
      string,
      string,
    ][];
    return claimed.map(([phone, key, json, missed]) => ({
      ...{ phone, key, binding: parseBinding(json), missed: missed === '' ? undefined : Number(missed) },
    }));
  }

  /** Notes that it was answered. */
  async answered({ phone, key, missed }: DueKeepAlive): Promise<void> {
    if (missed === 0) return;
    const name = keys.missedKeepAlives(phone);
    await this.#redis.multi().hset(name, key, 0).expire(name, REMEMBERED).exec();
  }

  /** Notes that it was not answered. */
  async missed({ phone, key }: DueKeepAlive): Promise<void> {
    const name = keys.missedKeepAlives(phone);
    await this.#redis.multi().hincrby(name, key, 1).expire(name, REMEMBERED).exec();
  }

  /** Ends the binding, unless it was refreshed since, and appends `phone.disconnected`. */
  async lost({ phone, key, binding }: DueKeepAlive): Promise<void> {
    const [customer, extension] = await this.#redis.hmget(keys.phone(phone), 'customer', 'extension');
    if (!customer) return;
    const owner = { _id: phone, customer, ...(extension ? { extension } : {}) };
    const isSame = (other: Binding, otherKey: string) => otherKey === key && other.updatedAt === binding.updatedAt;
    await this.#bindings.end(owner, isSame, { type: 'phone.disconnected', reason: 'no_answer' });
    await this.#redis.hdel(keys.missedKeepAlives(phone), key);
  }
}
