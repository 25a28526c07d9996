import fc from 'fast-check';
import type { Body } from './any-phone.js';

/** Any change of a body: a value replaced by something hostile, left out, or put where nothing belongs. */
export function anyMutation(body: Body): fc.Arbitrary<Body> {
  const places = placesOf(body);
  const change = fc.oneof(
    fc.record({ kind: fc.constant('replace'), place: fc.constantFrom(...places), value: hostile }),
    fc.record({ kind: fc.constant('remove'), place: fc.constantFrom(...places), value: fc.constant(null) }),
    fc.record({
      kind: fc.constant('add'),
      place: fc.tuple(fc.constantFrom(...places), hostileName).map(([place, name]) => [...place.slice(0, -1), name]),
      value: hostile,
    }),
  );
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => {
    const mutant = structuredClone(body);
    for (const { kind, place, value } of changes) apply(mutant, place, kind === 'remove' ? undefined : value);
    return mutant;
  });
}

/** Texts, numbers and structures that break careless programs. */
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...['', ' ', '\0', '\ud800', '\u202e', '%s%n', '$$', '__proto__', 'null', 'NaN', '-0', '1e999', 'a'.repeat(70_000)],
    ...['OPEN', 'ROAMING', 'LOCKED', 'XX', '255.255.255.255', '::ffff:1.2.3.4', '0'.repeat(24), '../../etc/passwd'],
    ...[0, -0, -1, 0.1, 1e308, -1e308, 5e-324, 2 ** 53, 2 ** 31, 4_095, 16],
    ...[true, false, null, [], {}, [[]], [null], [{}], { length: 1 }, { toString: 1 }, { $gt: '' }],
    ...[Array.from({ length: 2_000 }, () => 1), JSON.parse('{"__proto__":{"mode":"OPEN"}}')],
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

const hostileName = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    '\0',
    'ip.mode',
    'softkeys[0]',
    '#',
    'XX',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

/** The path of every value in a body, its parts as well as its objects. */
function placesOf(value: unknown, place: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, entry]) => [[...place, name], ...placesOf(entry, [...place, name])]);
}

/** Sets what is at a place, also where its name is one that objects have by themselves. */
function apply(target: object, [name = '', ...rest]: string[], value: unknown): void {
  if (rest.length > 0) {
    const next = Object.hasOwn(target, name) ? (target as Record<string, unknown>)[name] : undefined;
    if (typeof next === 'object' && next !== null) apply(next, rest, value);
  } else {
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  }
}
