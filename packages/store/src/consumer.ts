import type { Redis } from 'ioredis';
import { applyChange, type Command, type Condition } from './change.js';
import type { StoredEvent } from './event.js';
import type { Events } from './events.js';
import { keys } from './keys.js';

/** Thrown when another process has done the work of a consumer meanwhile; nothing was written. */
export class Overtaken extends Error {}

/** Milliseconds after which the work of a process that has not renewed its lease may be taken over. */
const LEASE = 10_000;

/**
 * Work that is done for every event of the stream, by one process at a time: what is written for events is written in one
 * step with how far the work has come, so that nothing is done twice and nothing left out, whenever a process ends.
 */
export class Consumer {
  readonly #redis: Redis;
  readonly #events: Events;
  readonly #name: string;
  readonly #process: string;
  #position = '';

  /**
   * @param name names the work
   * @param process names this process among those that may do it
   */
  constructor(redis: Redis, events: Events, name: string, process: string) {
    this.#redis = redis;
    this.#events = events;
    this.#name = name;
    this.#process = process;
  }

  /** Takes the work, or keeps it; false when another process has it. */
  async hold(): Promise<boolean> {
    const key = keys.lease(this.#name);
    if ((await this.#redis.set(key, this.#process, 'PX', LEASE, 'NX')) === 'OK') return true;
    return this.#ifHeld(['PEXPIRE', key, LEASE]);
  }

  /** Gives the work to whoever takes it first. */
  async release(): Promise<void> {
    await this.#ifHeld(['DEL', keys.lease(this.#name)]);
  }

  /**
   * Finds how far the work has come.
   * @param beginning where it begins when it was never done: `0-0`, or the id of an event
   * @returns false when events since then are gone from the stream
   */
  async open(beginning: string): Promise<boolean> {
    const known = await this.#redis.get(keys.consumed(this.#name));
    this.#position = known ?? '';
    if (known === null) {
      await this.commit(beginning, []);
      return true;
    }
    return known === '0-0' || this.#events.has(known);
  }

  /** The next events that nothing was done for, oldest first. */
  async next(count: number): Promise<StoredEvent[]> {
    return this.#events.read(this.#position, count);
  }

  /**
   * Writes what was done for events, in one step.
   * @param last id of the last of them
   * @throws Overtaken
   */
  async commit(last: string, commands: readonly Command[]): Promise<void> {
    const key = keys.consumed(this.#name);
    const asKnown: Condition = {
      ...{ command: ['GET', key], answer: this.#position },
      otherwise: () => new Overtaken(`another process does the work: ${this.#name}`),
    };
    await applyChange(this.#redis, [asKnown], [...commands, ['SET', key, last]]);
    this.#position = last;
  }

  /**
   * Writes something else than what was done for events.
   * @throws Overtaken
   */
  async write(commands: readonly Command[]): Promise<void> {
    await this.commit(this.#position, commands);
  }

  async #ifHeld(command: Command): Promise<boolean> {
    const own: Condition = {
      ...{ command: ['GET', keys.lease(this.#name)], answer: this.#process },
      otherwise: () => new Overtaken(`another process does the work: ${this.#name}`),
    };
    try {
      await applyChange(this.#redis, [own], [command]);
      return true;
    } catch (error) {
      if (error instanceof Overtaken) return false;
      throw error;
    }
  }
}
