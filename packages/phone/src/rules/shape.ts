import type { Static, TObject, TSchema } from 'typebox';
import { PhoneBody, READ_ONLY } from '../types.js';
import type { Violation } from './violation.js';

/** What the body of a request holds, property by property. */
export interface Shape<T = PhoneBody> {
  /** The properties that have the right type; `null` counts as not sent, read-only ones are left out. */
  body: T;
  /** Paths of the properties that have the wrong type. */
  wrong: string[];
  /** Paths of the properties that don't exist. */
  unknown: string[];
}

/** Reads the body of a create request against {@link PhoneBody}: types only, values are for the rules. */
export function readShape(json: object): Shape {
  return readShapeOf(PhoneBody, json, READ_ONLY);
}

/**
 * Reads an object from a client against a schema: types, and of texts also their length and pattern.
 * @param readOnly names of its properties that a client is not heard on
 */
export function readShapeOf<S extends TObject>(
  schema: S,
  json: object,
  readOnly: readonly string[],
): Shape<Partial<Static<S>>> {
  const shape: Shape<object> = { body: {}, wrong: [], unknown: [] };
  const sent = Object.fromEntries(Object.entries(json).filter(([name]) => !readOnly.includes(name)));
  shape.body = (read(schema, sent, '', shape) ?? {}) as object;
  return shape as Shape<Partial<Static<S>>>;
}

/** `Value is invalid` for each property of the wrong type, `Unknown property` for each that doesn't exist. */
export function shapeViolations({ wrong, unknown }: Pick<Shape, 'wrong' | 'unknown'>): Violation[] {
  return [
    ...wrong.map((path) => ({ code: 422, message: path, description: 'Value is invalid' }) as const),
    ...unknown.map((path) => ({ code: 422, message: path, description: 'Unknown property' }) as const),
  ];
}

/** Paths that are reported of one request; a body of nothing but nonsense is told no more. */
const REPORTED = 200;

/** The part of JSON Schema that bodies are written in. */
interface Node {
  type?: 'object' | 'array' | 'string' | 'number' | 'boolean';
  properties?: Record<string, TSchema>;
  items?: TSchema;
  anyOf?: TSchema[];
  maxItems?: number;
  maxBytes?: number;
  pattern?: string;
  enum?: unknown[];
}

/** The value as far as it fits the schema, undefined when it doesn't or is null. */
function read(schema: TSchema, value: unknown, path: string, shape: Shape<object>): unknown {
  if (value === null || value === undefined) return undefined;
  const node = schema as Node;
  if (node.type === 'object' && typeof value === 'object' && !Array.isArray(value)) {
    return readObject(node, value, path, shape);
  }
  if (node.type === 'array' && Array.isArray(value) && value.length <= (node.maxItems ?? Number.POSITIVE_INFINITY)) {
    return value.map((item, position) => readItem(node, item, `${path}[${position}]`, shape));
  }
  if ((node.anyOf ?? [schema]).some((choice) => isScalar(choice as Node, value))) return value;
  report(shape.wrong, path);
  return undefined;
}

function readObject(node: Node, value: object, path: string, shape: Shape<object>): object {
  const result: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(value)) {
    const at = path === '' ? name : `${path}.${name}`;
    const schema = Object.hasOwn(node.properties ?? {}, name) ? node.properties?.[name] : undefined;
    if (schema === undefined) report(shape.unknown, at);
    else result[name] = read(schema, entry, at, shape);
  }
  return result;
}

/** An element keeps its position, so one of the wrong type is reported and stands as an empty one. */
function readItem(node: Node, item: unknown, path: string, shape: Shape<object>): unknown {
  if (item === null) report(shape.wrong, path);
  const items = node.items as Node & TSchema;
  return read(items, item, path, shape) ?? (items.type === 'object' ? {} : '');
}

/** Text is Unicode without NUL, and neither longer nor other than the schema says; numbers are finite. */
function isScalar(node: Node, value: unknown): boolean {
  if (typeof value !== node.type || node.enum?.includes(value) === false) return false;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'string') return typeof value === 'boolean';
  if (/[\0\p{Surrogate}]/u.test(value) || Buffer.byteLength(value) > (node.maxBytes ?? Number.POSITIVE_INFINITY)) {
    return false;
  }
  return node.pattern === undefined || new RegExp(node.pattern, 'u').test(value);
}

function report(paths: string[], path: string): void {
  if (paths.length < REPORTED) paths.push(path);
}
