import { CATALOGUE, type Model } from '@ringfence/phone';
import type { Redis } from 'ioredis';
import { keys } from './keys.js';

/** The phone models: the built-in catalogue, and what operators added to it or put in the place of its entries. */
export class Models {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Reads a model; undefined when there is none. */
  async get(id: string): Promise<Model | undefined> {
    const json = await this.#redis.hget(keys.models, id);
    return json === null ? CATALOGUE.find(({ _id }) => _id === id) : (JSON.parse(json) as Model);
  }

  /** All models, by brand and name. */
  async list(): Promise<Model[]> {
    const own = Object.values(await this.#redis.hgetall(keys.models)).map((json) => JSON.parse(json) as Model);
    const models = new Map([...CATALOGUE, ...own].map((model) => [model._id, model]));
    return [...models.values()].sort((a, b) => spelling(a).localeCompare(spelling(b), 'en', { numeric: true }));
  }

  /** Adds a model, or puts it in the place of the one that has its id. */
  async put(model: Model): Promise<void> {
    await this.#redis.hset(keys.models, model._id, JSON.stringify(model));
  }
}

function spelling({ brandName, model }: Model): string {
  return `${brandName} ${model}`;
}
