import {
  CATALOGUE,
  type CheckedModel,
  checkModel,
  checkModelChange,
  type Model,
  newId,
  type Violation,
} from '@ringfence/phone';
import type { Redis } from 'ioredis';
import { audited } from './audit/audited.js';
import { applyChange, type Condition } from './change.js';
import { DirectoryConflict, retry } from './directory/entries.js';
import { eventFields } from './event.js';
import { EVENTS_KEPT } from './events.js';
import { keys } from './keys.js';

/** A model that was written, or everything that is wrong with it. */
export type WrittenModel = { model: Model } | { violations: Violation[] };

/** Models that operators may add or change; a list reads all of them. */
const OWN_MODELS = 500;

const NAME_TAKEN: Violation = {
  code: 409,
  message: 'model',
  description: 'A model with the same brand and name already exists',
};
const FULL: Violation = { code: 409, message: 'model', description: 'There are too many models to add another' };

/** What can stand in the way of a model that is right in itself. */
export const MODEL_CONFLICTS: readonly Violation[] = [NAME_TAKEN, FULL];

/** Thrown inside when a model cannot be written as it is. */
class Refused extends Error {
  readonly violation: Violation;

  constructor(violation: Violation) {
    super(violation.description);
    this.violation = violation;
  }
}

/** The phone models: the built-in catalogue, and what operators added to it or put in the place of its entries. */
export class Models {
  readonly #redis: Redis;
  readonly #now: () => number;

  /** @param now the clock, ms since 1970 */
  constructor(redis: Redis, now: () => number = Date.now) {
    this.#redis = redis;
    this.#now = now;
  }

  /** Reads a model; undefined when there is none. */
  async get(id: string): Promise<Model | undefined> {
    return parse(await this.#redis.hget(keys.models, id)) ?? BUILT_IN.get(id);
  }

  /** All models, by brand and name. */
  async list(): Promise<Model[]> {
    const own = (await this.#redis.hvals(keys.models)).map((json) => JSON.parse(json) as Model);
    const models = new Map([...CATALOGUE, ...own].map((model) => [model._id, model]));
    return [...models.values()].sort(
      (a, b) => spelling(a).localeCompare(spelling(b), 'en', { numeric: true }) || a._id.localeCompare(b._id),
    );
  }

  /**
   * Adds the model that a client describes.
   * @param json all its properties, see {@link checkModel}
   * @throws DirectoryConflict when others were faster again and again
   */
  async add(json: object): Promise<WrittenModel> {
    const checked = await checkModel(json);
    return retry(() => this.#write(newId(), checked, null));
  }

  /**
   * Changes a model; a built-in one is covered by the changed one.
   * @param json what is different, or the whole model, see {@link checkModelChange}
   * @returns undefined when there is no such model
   * @throws DirectoryConflict when others were faster again and again
   */
  async change(id: string, json: object): Promise<WrittenModel | undefined> {
    return retry(async () => {
      const own = await this.#redis.hget(keys.models, id);
      const before = parse(own) ?? BUILT_IN.get(id);
      return before && this.#write(id, await checkModelChange(before, json), own);
    });
  }

  /**
   * Puts a model in the place of what operators made of that id before.
   * @param own JSON of that, null when there was nothing
   */
  async #write(_id: string, checked: CheckedModel, own: string | null): Promise<WrittenModel> {
    if ('violations' in checked) return checked;
    const model = { _id, ...checked.model };
    const [name, before] = [nameOf(model), parse(own)];
    const kept = before !== undefined && nameOf(before) === name;
    try {
      const conditions = [
        { command: ['HGET', keys.models, _id], answer: own ?? '', otherwise: conflict },
        ...(own === null ? await this.#room() : []),
        ...(kept ? [] : isFree(name, _id)),
      ] satisfies Condition[];
      await applyChange(this.#redis, conditions, [
        ...(before === undefined ? [] : [['HDEL', keys.modelNames, nameOf(before)] as const]),
        ['HSET', keys.modelNames, name, _id],
        ['HSET', keys.models, _id, JSON.stringify(model)],
        [
          'XADD',
          keys.events,
          'MAXLEN',
          '~',
          EVENTS_KEPT,
          '*',
          ...eventFields({ type: 'model.changed', at: this.#now() }),
        ],
        ...audited({ object: 'model', id: _id, before: before ?? BUILT_IN.get(_id), after: model }, this.#now()),
      ]);
      return { model };
    } catch (error) {
      if (error instanceof Refused) return { violations: [error.violation] };
      throw error;
    }
  }

  /** That no other model was added since there was room for one. */
  async #room(): Promise<Condition[]> {
    const count = await this.#redis.hlen(keys.models);
    if (count >= OWN_MODELS) throw new Refused(FULL);
    return [{ command: ['HLEN', keys.models], answer: count, otherwise: conflict }];
  }
}

const BUILT_IN = new Map(CATALOGUE.map((model) => [model._id, model]));

/** Ids of the built-in models by their names. */
const BUILT_IN_NAMES = new Map(CATALOGUE.map((model) => [nameOf(model), model._id]));

/** That no model of operators has a name, nor a built-in one that is still as it was built in. */
function isFree(name: string, id: string): Condition[] {
  const taken = () => new Refused(NAME_TAKEN);
  const builtIn = BUILT_IN_NAMES.get(name);
  return [
    { command: ['HEXISTS', keys.modelNames, name], answer: 0, otherwise: taken },
    ...(builtIn === undefined || builtIn === id
      ? []
      : [{ command: ['HEXISTS', keys.models, builtIn], answer: 1, otherwise: taken } satisfies Condition]),
  ];
}

/** What no two models may have in common. */
function nameOf({ brand, model }: Pick<Model, 'brand' | 'model'>): string {
  return `${brand} ${model.normalize('NFC').toLowerCase()}`;
}

/** What models are ordered by. */
function spelling({ brandName, model }: Model): string {
  return `${brandName} ${model}`;
}

function parse(json: string | null): Model | undefined {
  return json === null ? undefined : (JSON.parse(json) as Model);
}

function conflict(): Error {
  return new DirectoryConflict('the models have changed');
}
