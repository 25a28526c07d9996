import type { Redis } from 'ioredis';
import { applyChange } from './change.js';
import { DirectoryConflict } from './directory/entries.js';
import { keys } from './keys.js';

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

/** What a field says of the credentials with a username of the phone: see `PhoneAccount` for its parts. */
export function passwordsFor(
  username: string,
  field: string,
): { sealedPassword: string; goodUntil?: number; replacing?: string } {
  const { current, replaced } = readPasswords(field);
  if (replaced === undefined) return { sealedPassword: current };
  if (replaced.username !== username) return { sealedPassword: current, replacing: field };
  return { sealedPassword: replaced.password, goodUntil: replaced.until };
}

/**
 * Ends the credentials of a phone that a reset has replaced.
 * @param id the phone
 * @param field its field as it was read
 * @returns whether they were ended: not when the field is no longer as it was, or there are none
 */
export async function endReplaced(redis: Redis, id: string, field: string): Promise<boolean> {
  const { current, replaced } = readPasswords(field);
  if (replaced === undefined) return false;
  const [key, changed] = [keys.phone(id), new DirectoryConflict('the phone was changed')];
  try {
    await applyChange(
      redis,
      [{ command: ['HGET', key, 'password'], answer: field, otherwise: () => changed }],
      [
        ['HSET', key, 'password', current],
        ['DEL', keys.username(replaced.username)],
      ],
    );
    return true;
  } catch (error) {
    if (error === changed) return false;
    throw error;
  }
}
