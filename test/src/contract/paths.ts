/**
 * The value at a path such as `softkeys[].index` or `ip.mode`; `[]` stands for the first element.
 * @returns undefined when there is none
 */
export function valueAt(object: unknown, path: string): unknown {
  return path.split('.').reduce((value: unknown, step) => stepInto(value, step), object);
}

/** A copy of an object with another value at a path; objects and first elements on the way are made if need be. */
export function withValueAt<T extends object>(object: T, path: string, value: unknown): T {
  const copy = structuredClone(object) as Record<string, unknown>;
  const steps = path.split('.');
  const last = steps.pop() as string;
  let at = copy;
  for (const step of steps) {
    const name = step.replace('[]', '');
    at[name] ??= step.endsWith('[]') ? [{}] : {};
    at = (step.endsWith('[]') ? (at[name] as unknown[])[0] : at[name]) as Record<string, unknown>;
  }
  at[last] = value;
  return copy as T;
}

function stepInto(value: unknown, step: string): unknown {
  const found = (value as Record<string, unknown> | undefined)?.[step.replace('[]', '')];
  return step.endsWith('[]') ? (found as unknown[] | undefined)?.[0] : found;
}
