import type { Redis } from 'ioredis';
import type { Command } from './change.js';
import { keys } from './keys.js';

/** What is counted, and how it is written in Redis. */
const CODES = {
  registered: 'r',
  deregistered: 'd',
  expired: 'e',
  disconnected: 'x',
  refused: 'f',
  locked: 'l',
  calls: 'c',
  online: 'o',
} as const;

/** What is counted. `online` is a level, the last one of each step; the others are how often something happened. */
export type Counted = keyof typeof CODES;

/** What is counted. */
export const COUNTED = Object.keys(CODES) as Counted[];

/** The numbers of one step, which begins at the ms `at`. */
export type CountsOf = { at: number } & Record<Counted, number>;

/** Whose numbers those of all customers together are. */
export const OVERALL = 'all';

/** Seconds of a step, how many steps one hash has, and seconds that it is kept: 48 hours, and 90 days. */
const STEPS = [
  { step: 60, perHash: 60, keptFor: 2 * 86_400 },
  { step: 3_600, perHash: 24, keptFor: 90 * 86_400 },
] as const;

/** How often what happened, and how many phones were online, by minute and by hour. */
export class Counts {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /**
   * The commands that count.
   * @param owners whose numbers they are: ids of customers and resellers, and {@link OVERALL}
   * @param at ms since 1970
   */
  add(counted: Exclude<Counted, 'online'>, owners: readonly string[], at: number, times: number): Command[] {
    return owners.flatMap((owner) =>
      STEPS.flatMap((steps): Command[] => {
        const { key, slot } = placeOf(owner, steps, at);
        return [['HINCRBY', key, `${slot}${CODES[counted]}`, times], expire(key, steps)];
      }),
    );
  }

  /** The commands that note how many phones are online at a time. */
  note(online: number, owner: string, at: number): Command[] {
    return STEPS.flatMap((steps): Command[] => {
      const { key, slot } = placeOf(owner, steps, at);
      return [['HSET', key, `${slot}${CODES.online}`, online], expire(key, steps)];
    });
  }

  /**
   * Reads numbers, of every step that begins in a time; the level of a step that none was noted in is the one before.
   * @param owner see {@link Counts.add}
   * @param from ms since 1970, as is `to`, which is not in it
   * @param step seconds
   */
  async read(owner: string, from: number, to: number, step: 60 | 3_600): Promise<CountsOf[]> {
    const steps = STEPS.find((one) => one.step === step) ?? STEPS[0];
    const ms = step * 1_000;
    const starts: number[] = [];
    for (let at = Math.ceil(from / ms) * ms; at < to; at += ms) starts.push(at);
    const places = starts.map((at) => placeOf(owner, steps, at));
    const names = [...new Set(places.map(({ key }) => key))];
    const hashes = await Promise.all(names.map(async (key) => [key, await this.#redis.hgetall(key)] as const));
    const stored = new Map(hashes);
    let online = 0;
    return places.map(({ key, slot }, at) => {
      const of = (counted: Counted) => stored.get(key)?.[`${slot}${CODES[counted]}`];
      online = Number(of('online') ?? online);
      const numbers = COUNTED.map((counted) => [counted, Number(of(counted) ?? 0)] as const);
      return { at: starts[at] as number, ...(Object.fromEntries(numbers) as Record<Counted, number>), online };
    });
  }
}

type Steps = (typeof STEPS)[number];

/** The hash that the step of a time is in, and which one of its steps. */
function placeOf(owner: string, { step, perHash }: Steps, at: number): { key: string; slot: number } {
  const index = Math.floor(at / (step * 1_000));
  const slot = index % perHash;
  return { key: keys.counts(owner, step, (index - slot) * step), slot };
}

/** A hash is there until its last step is too old. */
function expire(key: string, { step, perHash, keptFor }: Steps): Command {
  return ['EXPIRE', key, step * perHash + keptFor];
}
