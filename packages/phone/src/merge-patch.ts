/**
 * Applies a JSON merge patch (RFC 7396 section 2): an object changes what it names, `null` takes a property away, anything
 * else takes the place of what was there.
 * @returns the result; neither argument is changed
 */
export function mergePatch(target: unknown, change: unknown): unknown {
  if (!isObject(change)) return change;
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [name, value] of Object.entries(change)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
