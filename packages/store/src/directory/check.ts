import { parseId, readShapeOf, shapeViolations, type Violation } from '@ringfence/phone';
import type { Entry, Kind, Neighbours } from './kinds.js';

/** An entry that is right, or everything that is wrong with it. */
export type CheckedEntry<T> = { entry: T } | { violations: Violation[] };

/** What a check may look up. */
export interface Surroundings extends Neighbours {
  customer(id: string): Promise<{ active: boolean } | undefined>;
}

/** What an entry is made from: the one it changes, or the id and the customer of a new one. */
export type Basis<T> = { before: T } | { _id: string; customer: string | undefined };

/**
 * Checks what a client sent of an entry. Of a change any property may be left out; `null` takes a value away.
 * @returns the whole entry, values in their one spelling; or the violations, in the order of the properties
 * @throws what the look-ups throw
 */
export async function checkEntry<T extends Entry>(
  kind: Kind<T>,
  json: object,
  basis: Basis<T>,
  surroundings: Surroundings,
): Promise<CheckedEntry<T>> {
  const shape = readShapeOf(kind.schema, json, ['_id']);
  const { customer: named, ...sent } = shape.body as { customer?: string };
  const start: { _id: string } = 'before' in basis ? basis.before : basis;
  const values = { ...start, ...nothings(kind, json), ...sent } as Partial<T> & { _id: string };
  const violations = [
    ...(await customerViolations(kind, basis, named, surroundings)),
    ...missing(kind, values, shape.wrong),
    ...((await kind.check?.(values, surroundings)) ?? []).filter(({ message }) => !shape.wrong.includes(message)),
    ...shapeViolations(shape),
  ];
  if (violations.length > 0) return { violations };
  return { entry: { _id: start._id, ...kind.complete(values) } as T };
}

/** What is wrong with the customer that an entry is to belong to, or is said to belong to. */
async function customerViolations<T extends Entry>(
  { schema }: Kind<T>,
  basis: Basis<T>,
  named: string | undefined,
  surroundings: Surroundings,
): Promise<Violation[]> {
  if (!Object.hasOwn(schema.properties, 'customer')) return [];
  if ('before' in basis) {
    const { customer } = basis.before as { customer?: string };
    if (named === undefined || parseId(named) === customer) return [];
    return [{ code: 422, message: 'customer', description: 'Customer cannot be changed' }];
  }
  const owner = basis.customer === undefined ? undefined : await surroundings.customer(basis.customer);
  return owner?.active ? [] : [CUSTOMER_NOT_FOUND];
}

/** Told when a customer that is named, or that a token is for, isn't there. */
export const CUSTOMER_NOT_FOUND: Violation = {
  code: 404,
  message: 'customer',
  description: 'Customer not found or not active',
};

/** Properties that a client sent as null, as having no value. */
function nothings<T extends Entry>({ schema }: Kind<T>, json: object): object {
  const names = Object.keys(schema.properties).filter((name) => !['_id', 'customer'].includes(name));
  const sent = json as Record<string, unknown>;
  return Object.fromEntries(
    names.flatMap((name) => (Object.hasOwn(sent, name) && sent[name] === null ? [[name, undefined]] : [])),
  );
}

/** A required property without a value; one whose value is wrong is not missing. */
function missing<T extends Entry>(kind: Kind<T>, values: Partial<T>, wrong: readonly string[]): Violation[] {
  const names = kind.required.filter((name) => values[name] === undefined && !wrong.includes(name));
  return names.map((name) => ({
    ...{ code: 422, message: name },
    description: `${name[0]?.toUpperCase()}${name.slice(1)} is missing`,
  }));
}
