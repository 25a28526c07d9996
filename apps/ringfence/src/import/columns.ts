import type { TSchema } from 'typebox';
import { type EntryError, unreadable } from './entry.js';
import { KINDS } from './kinds.js';

/** A column of a file: the names and positions that lead to a property. */
export type Column = readonly (string | number)[];

/** Elements that an array can have. */
const ELEMENTS_MAX = 1_024;

const PATH = /^[A-Za-z_]\w*(\[\d{1,4}\])?(\.[A-Za-z_]\w*(\[\d{1,4}\])?)*$/;

/**
 * Reads the name of a column: `kind`, or the path of a property as errors name it, such as `softkeys[0].value`.
 * @throws Error when it is no path
 */
export function readColumn(name: string): Column {
  const steps = name.trim().split(/\.|(?=\[)/);
  const column = steps.map((step) => (step.startsWith('[') ? Number(step.slice(1, -1)) : step));
  const isPath = PATH.test(name.trim()) && !column.includes('__proto__');
  if (!isPath || column.some((step) => typeof step === 'number' && step >= ELEMENTS_MAX)) {
    throw new Error(`column '${name}' is not the path of a property`);
  }
  return column;
}

/**
 * What a line says, as the JSON that a client of the API would send. An empty field stands for a property that isn't
 * there; others become numbers or booleans where the kind of entry has those.
 */
export function toEntry(
  columns: readonly Column[],
  fields: readonly string[],
): { json: object } | { error: EntryError } {
  if (fields.slice(columns.length).some((field) => field !== '')) {
    return { error: unreadable('Line has more fields than there are columns') };
  }
  if (fields.some((field) => field.includes('\ufffd'))) return { error: unreadable('Line is not UTF-8') };
  const schema = KINDS[fields[columns.findIndex(([first]) => first === 'kind')] ?? '']?.schema;
  const json = {};
  for (const [at, column] of columns.entries()) {
    const field = fields[at] ?? '';
    if (field !== '') put(json, column, toValue(field, schema && schemaAt(schema, column)));
  }
  return { json: compact(json) as object };
}

/** The part of JSON Schema that says of what type a property is. */
interface Node {
  type?: string;
  properties?: Record<string, TSchema>;
  items?: TSchema;
}

function schemaAt(schema: TSchema, column: Column): Node | undefined {
  return column.reduce<Node | undefined>(
    (node, step) => (typeof step === 'number' ? node?.items : node?.properties?.[step]),
    schema,
  );
}

const NUMBER = /^-?\d+(\.\d+)?$/;

function toValue(field: string, node: Node | undefined): unknown {
  if (node?.type === 'number' && NUMBER.test(field)) return Number(field);
  if (node?.type === 'boolean' && /^(true|false)$/i.test(field)) return field.toLowerCase() === 'true';
  return field;
}

type Tree = { [step: string | number]: unknown };

function put(tree: Tree, [step = '', ...rest]: Column, value: unknown): void {
  const [next] = rest;
  if (next === undefined) {
    tree[step] = value;
  } else {
    tree[step] ??= typeof next === 'number' ? [] : {};
    // A column for a property and another for one inside it: the first one stands.
    if (typeof tree[step] === 'object') put(tree[step] as Tree, rest, value);
  }
}

/** Arrays without the elements that no field is about. */
function compact(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter(() => true).map(compact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, compact(inner)]));
}
