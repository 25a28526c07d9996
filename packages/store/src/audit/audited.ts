import type { Command } from '../change.js';
import { keys } from '../keys.js';
import { currentActor } from './actor.js';
import { changesBetween } from './changes.js';

/** What kind of thing was changed. */
export const AUDITED = [
  ...(['phone', 'customer', 'extension', 'group', 'queue', 'product', 'model', 'token', 'webhook', 'ban'] as const),
] as const;

/** What kind of thing was changed. */
export type Audited = (typeof AUDITED)[number];

/** A change as the trail is told of it. */
export interface AuditedChange {
  object: Audited;
  /** Id of the thing. */
  id: string;
  /** Id of the customer whose thing it is, who may know of the change; left out of what only ADMIN may know of. */
  customer?: string | undefined;
  /** The customer whose it was before, when that was another. */
  formerCustomer?: string | undefined;
  /** The thing before and after; left out what there was not, or was not changed. */
  before?: object | undefined;
  after?: object | undefined;
}

/** How many entries the trail keeps; older ones fall out. */
export const AUDIT_KEPT = 100_000;

/** Longest path that is kept of a request. */
const PATH_KEPT = 256;

/**
 * The command that notes a change in the trail, in the name of whom we are working for; to be carried out in one step with
 * the change. None when nothing is different.
 */
export function audited(change: AuditedChange, now: number): Command[] {
  const fields = auditFields(change, now);
  return fields.length === 0 ? [] : [['XADD', keys.audit, 'MAXLEN', '~', AUDIT_KEPT, '*', ...fields]];
}

/** The same of what is done to a thing without changing it; the system's own doings are not noted. */
export function auditedAction(change: Omit<AuditedChange, 'before' | 'after'>, now: number): Command[] {
  if (currentActor() === undefined) return [];
  return [['XADD', keys.audit, 'MAXLEN', '~', AUDIT_KEPT, '*', ...entryFields(change, {}, now)]];
}

/** The fields of the entry of a change, as XADD takes them; none when nothing is different. */
export function auditFields({ before, after, ...change }: AuditedChange, now: number): string[] {
  const changes = changesBetween(before, after);
  return changes === undefined ? [] : entryFields(change, changes, now);
}

function entryFields(change: Omit<AuditedChange, 'before' | 'after'>, changes: object, now: number): string[] {
  const { token, name = 'system', level, address, method, path } = currentActor() ?? {};
  const fields = {
    at: now,
    ...change,
    changes: JSON.stringify(changes),
    by: token,
    name,
    level,
    address,
    method,
    path: path?.slice(0, PATH_KEPT),
  };
  return Object.entries(fields).flatMap(([field, value]) => (value === undefined ? [] : [field, String(value)]));
}
