/** The passwords of a phone as its hash keeps them, sealed. */
export interface StoredPasswords {
  current: string;
  /** Those that a reset has replaced, good until the current ones are used, or until a time (ms since 1970). */
  replaced?: { username: string; password: string; until: number } | undefined;
}

/**
 * Reads the field `password` of a phone's hash. What is replaced stands in the same field, so that requests of phones
 * without such read nothing more than others, and a decision on one pair does not outlive a change of either.
 */
export function readPasswords(field: string): StoredPasswords {
  if (!field.includes(' ')) return { current: field };
  const [current = '', username = '', password = '', until] = field.split(' ');
  return { current, replaced: { username, password, until: Number(until) } };
}

/** The field that {@link readPasswords} reads. */
export function writePasswords({ current, replaced }: StoredPasswords): string {
  return replaced === undefined ? current : `${current} ${replaced.username} ${replaced.password} ${replaced.until}`;
}
