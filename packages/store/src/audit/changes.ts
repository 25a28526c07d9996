/** A property before and after a change; what it did not have is left out. */
export interface PropertyChange {
  before?: unknown;
  after?: unknown;
}

/** The properties that were changed. */
export type Changes = Record<string, PropertyChange>;

/** Properties that are kept from the trail. */
const SECRETS: ReadonlySet<string> = new Set(['password', 'secret', 'token']);

/** Longest JSON of a value that the trail keeps; a longer one is kept as the beginning of that. */
const VALUE_KEPT = 2_048;

/**
 * What is different between two states of a thing, either of which may be nothing. Secrets are left out, long values cut.
 * @returns undefined when nothing is
 */
export function changesBetween(before: object | undefined, after: object | undefined): Changes | undefined {
  const [old, young] = [(before ?? {}) as Record<string, unknown>, (after ?? {}) as Record<string, unknown>];
  const changes: Changes = {};
  for (const name of new Set([...Object.keys(old), ...Object.keys(young)])) {
    if (name === '_id' || SECRETS.has(name)) continue;
    const [was, is] = [JSON.stringify(old[name]), JSON.stringify(young[name])];
    if (was === is) continue;
    const change: PropertyChange = {};
    if (was !== undefined) change.before = kept(was, old[name]);
    if (is !== undefined) change.after = kept(is, young[name]);
    changes[name] = change;
  }
  return Object.keys(changes).length === 0 ? undefined : changes;
}

function kept(json: string, value: unknown): unknown {
  return json.length > VALUE_KEPT ? `${json.slice(0, VALUE_KEPT)}…` : value;
}
