import { createHash } from 'node:crypto';
import type { Secrets } from '@ringfence/store';
import { uriHost } from '../sip/uri.js';

/** The GRUUs of one instance of a phone (RFC 5627). */
export interface Gruus {
  /** Says whose it is. */
  public: string;
  /** Says nothing of whose it is, and differs from one registration to the next. */
  temporary: string;
}

/** What a GRUU leads to. */
export type GruuTarget =
  /** An instance by the phone's username. */
  | { username: string; instance: string }
  /** An instance by the phone's id. */
  | { phone: string; instanceHash: string };

/** What the user part of a temporary GRUU begins with; no extension and no username does. */
const TEMPORARY = 'tgruu.';
const OWNER = 'gruu';

/** Longest instance id that a GRUU is made for. */
const LONGEST_INSTANCE = 128;

/**
 * Makes the GRUUs of an instance (RFC 5627 sections 3.1 and 5.4). The temporary one is the sealed name of the instance, so
 * that nothing need be kept of it; it leads somewhere as long as the instance is registered.
 * @param instance the value of `+sip.instance`, in its angle brackets
 * @returns undefined when no URI can be made of the instance
 */
export function makeGruus(
  secrets: Secrets,
  { id, username }: { id: string; username: string },
  instance: string,
  realm: string,
): Gruus | undefined {
  const name = /^<([A-Za-z0-9:._~-]+)>$/.exec(instance)?.[1];
  if (name === undefined || name.length > LONGEST_INSTANCE) return undefined;
  const sealed = Buffer.from(secrets.seal(`${id} ${hashInstance(instance)}`, OWNER), 'base64').toString('base64url');
  return {
    public: `sip:${username}@${uriHost(realm)};gr=${name}`,
    temporary: `sip:${TEMPORARY}${sealed}@${uriHost(realm)};gr`,
  };
}

/**
 * Reads a GRUU of ours.
 * @param uri its user part and its parameters, of which `gr` makes it a GRUU
 * @returns undefined when it is none, or was not made here
 */
export function readGruu(
  secrets: Secrets,
  { user, params }: { user: string; params: ReadonlyMap<string, string> },
): GruuTarget | undefined {
  const name = params.get('gr');
  if (name === undefined) return undefined;
  if (name !== '') return { username: user, instance: `<${name}>` };
  if (!user.startsWith(TEMPORARY)) return undefined;
  try {
    const sealed = Buffer.from(user.slice(TEMPORARY.length), 'base64url').toString('base64');
    const [phone = '', instanceHash = ''] = secrets.open(sealed, OWNER).split(' ');
    return { phone, instanceHash };
  } catch {
    return undefined;
  }
}

/** Names an instance briefly. */
export function hashInstance(instance: string): string {
  return createHash('sha256').update(instance).digest('base64url').slice(0, 16);
}
