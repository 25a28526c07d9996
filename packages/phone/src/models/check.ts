import { mergePatch } from '../merge-patch.js';
import { notHttpUrl } from '../rules/softkeys.js';
import type { Violation } from '../rules/violation.js';
import { type Model, ModelProperties, type Range, TALK_PATHS } from './model.js';

/** What became of the description of a model: one that makes sense, or everything that is wrong with it. */
export type CheckedModel = { model: ModelProperties } | { violations: Violation[] };

/**
 * Checks the description of a new model. `null` counts as not sent, and an `_id` is not heard.
 * @param json the description, any object
 * @returns the model, or its violations; whether values fit each other is told once each of them is right by itself
 */
export async function checkModel(json: object): Promise<CheckedModel> {
  return check(mergePatch({}, json));
}

/**
 * Checks a change of a model. When every property that a model must have is sent, what is sent takes the model's place;
 * otherwise it is a merge patch (RFC 7396): an object changes what it names, `null` takes a property away.
 * @param json the change, any object
 * @returns as {@link checkModel}
 */
export async function checkModelChange(model: Model, json: object): Promise<CheckedModel> {
  const whole = REQUIRED.every((name) => Object.hasOwn(json, name));
  return check(mergePatch(whole ? {} : model, json));
}

/** Properties that every model has. */
const REQUIRED = ModelProperties.required;

/** Errors that are reported of one description. */
const REPORTED = 200;

async function check(described: unknown): Promise<CheckedModel> {
  const { _id, ...model } = described as Model;
  const wrong = await shapeViolations(model);
  const violations = wrong.length > 0 ? wrong : senseViolations(model);
  return violations.length > 0 ? { violations } : { model };
}

/** What is wrong with the properties one by one, each path once. */
async function shapeViolations(model: object): Promise<Violation[]> {
  // Models are rarely written, and loading this takes as long as starting everything else.
  const [{ Settings }, { Value }] = await Promise.all([import('typebox/system'), import('typebox/value')]);
  Settings.Set({ maxErrors: REPORTED });
  const found = Value.Errors(ModelProperties, model).flatMap(({ keyword, schemaPath, instancePath, params }) => {
    if (keyword === 'additionalProperties') return [];
    const path = instancePath.slice(1).split('/').map(readStep).reduce(join, '');
    if (keyword === 'required') {
      return params.requiredProperties.map((name) => invalid(join(path, name), 'Property is missing'));
    }
    const unknown = keyword === 'boolean' && schemaPath.endsWith('/additionalProperties');
    return [invalid(path, unknown ? 'Unknown property' : 'Value is invalid')];
  });
  const first = new Map(found.reverse().map((violation) => [violation.message, violation]));
  return [...first.values()].reverse().slice(0, REPORTED);
}

function invalid(message: string, description = 'Value is invalid'): Violation {
  return { code: 422, message, description };
}

/** One step of a path: `softkeyCapabilities[2]`, `ringer.tone`. */
function join(path: string, step: string): string {
  if (path === '' || step === '') return path + step;
  return /^\d+$/.test(step) ? `${path}[${step}]` : `${path}.${step}`;
}

/** A step of a JSON pointer as it was meant (RFC 6901 section 4). */
function readStep(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** What is wrong with the properties together. */
function senseViolations(model: ModelProperties): Violation[] {
  const { capabilities, digest, extensions, picture, sidePanels, softkeyCapabilities, softkeys } = model;
  const hasKeys = softkeys > 0 || sidePanels !== undefined;
  const broken = {
    picture: picture !== undefined && notHttpUrl(picture),
    extensions: capabilities.multipleHandsets && extensions === 1,
    softkeyCapabilities: hasKeys !== softkeyCapabilities.length > 0,
    // The registrar challenges with MD5 whatever the model, so that old phones are not left out.
    digest: !digest.includes('MD5'),
  };
  const named = Object.entries(broken).flatMap(([path, bad]) => (bad ? [invalid(path)] : []));
  return [...named, ...ranges(model).flatMap(([path, range]) => rangeViolations(path, range))];
}

/** Every range of a model with its path. */
function ranges({ ringer, volume }: ModelProperties): [path: string, range: Range | undefined][] {
  const talk = TALK_PATHS.flatMap((way): [string, Range | undefined][] => [
    [`volume.${way}.mic`, volume[way]?.mic],
    [`volume.${way}.speaker`, volume[way]?.speaker],
  ]);
  return [['ringer.volume', ringer?.volume], ['ringer.tone', ringer?.tone], ...talk];
}

function rangeViolations(path: string, range: Range | undefined): Violation[] {
  if (range === undefined) return [];
  if (range.min > range.max) return [invalid(`${path}.max`)];
  return range.default < range.min || range.default > range.max ? [invalid(`${path}.default`)] : [];
}
