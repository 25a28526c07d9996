import type { TSchema } from 'typebox';
import { PhoneBody, READ_ONLY } from '../types.js';
import type { Violation } from './violation.js';

/** What the body of a request holds, property by property. */
export interface Shape {
  /** The properties that have the right type; `null` counts as not sent, read-only ones are left out. */
  body: PhoneBody;
  /** Paths of the properties that have the wrong type. */
  wrong: string[];
  /** Paths of the properties that don't exist. */
  unknown: string[];
}

/** Reads the body of a create request against {@link PhoneBody}: types only, values are for the rules. */
export function readShape(json: object): Shape {
  const shape: Shape = { body: {}, wrong: [], unknown: [] };
  const sent = Object.fromEntries(Object.entries(json).filter(([name]) => !READ_ONLY.some((other) => other === name)));
  shape.body = (read(PhoneBody, sent, '', shape) ?? {}) as PhoneBody;
  return shape;
}

/** `Value is invalid` for each property of the wrong type, `Unknown property` for each that doesn't exist. */
export function shapeViolations({ wrong, unknown }: Shape): Violation[] {
  return [
    ...wrong.map((path) => ({ code: 422, message: path, description: 'Value is invalid' }) as const),
    ...unknown.map((path) => ({ code: 422, message: path, description: 'Unknown property' }) as const),
  ];
}

/** Paths that are reported of one request; a body of nothing but nonsense is told no more. */
const REPORTED = 200;

/** The part of JSON Schema that {@link PhoneBody} is written in. */
interface Node {
  type?: 'object' | 'array' | 'string' | 'number' | 'boolean';
  properties?: Record<string, TSchema>;
  items?: TSchema;
  anyOf?: TSchema[];
  maxItems?: number;
  maxBytes?: number;
}

/** The value as far as it fits the schema, undefined when it doesn't or is null. */
function read(schema: TSchema, value: unknown, path: string, shape: Shape): unknown {
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

function readObject(node: Node, value: object, path: string, shape: Shape): object {
  const result: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(value)) {
    const at = path === '' ? name : `${path}.${name}`;
    const schema = Object.hasOwn(node.properties ?? {}, name) ? node.properties?.[name] : undefined;
    if (schema === undefined) report(shape.unknown, at);
    else result[name] = read(schema, entry, at, shape);
  }
  return result;
}

/** An element keeps its position, so one that is no object is reported and stands as an empty one. */
function readItem(node: Node, item: unknown, path: string, shape: Shape): unknown {
  if (item === null) report(shape.wrong, path);
  return read(node.items as TSchema, item, path, shape) ?? {};
}

/** Text is Unicode without NUL, and not longer than the schema says; numbers are finite. */
function isScalar(node: Node, value: unknown): boolean {
  if (typeof value !== node.type) return false;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'string') return typeof value === 'boolean';
  return !/[\0\p{Surrogate}]/u.test(value) && Buffer.byteLength(value) <= (node.maxBytes ?? Number.POSITIVE_INFINITY);
}

function report(paths: string[], path: string): void {
  if (paths.length < REPORTED) paths.push(path);
}
