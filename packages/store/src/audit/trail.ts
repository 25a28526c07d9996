import type { Redis } from 'ioredis';
import { keys } from '../keys.js';
import { Script } from '../script.js';
import type { AccessLevel } from '../token-check.js';
import type { Audited } from './audited.js';
import type { Changes } from './changes.js';

/** An entry of the audit trail. */
export interface AuditEntry {
  /** Its place in the trail, `<ms>-<sequence>`: later entries have higher ones. */
  _id: string;
  /** When, ms since 1970. */
  at: number;
  /** The token that asked for it; of what the system did itself, its name alone: `system`. */
  by: { _id?: string; name: string; level?: AccessLevel };
  /** Where the request came from, its method and its path. */
  address?: string;
  method?: string;
  path?: string;
  /** What was changed. */
  object: Audited;
  id: string;
  /** Its customer. */
  customer?: string;
  changes: Changes;
}

/** Which entries are wanted; what is left out says nothing. */
export interface AuditQuery {
  /** Ids of customers. */
  customers?: readonly string[] | undefined;
  /** Kind or id of the thing that was changed. */
  object?: string | undefined;
  /** Id of a token. */
  by?: string | undefined;
  /** Only entries before this one. */
  before?: string | undefined;
  limit: number;
}

/** Entries that one step in Redis looks at. */
const LOOKED_AT = 2_000;

/** The trail of all changes, bounded. What is changed is noted in the same step, see `audited`. */
export class AuditTrail {
  readonly #redis: Redis;
  readonly #find = new Script('find-audit');

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Finds entries, the newest first. */
  async list({ customers, object = '', by = '', before = '+', limit }: AuditQuery): Promise<AuditEntry[]> {
    const whose = customers === undefined ? ['all'] : ['of', ...customers];
    const entries: AuditEntry[] = [];
    for (let place = before; place !== '' && entries.length < limit; ) {
      const args = [place, limit - entries.length, LOOKED_AT, object, by, ...whose];
      const [last, ...found] = (await this.#find.run(this.#redis, [keys.audit], args)) as [string, ...Raw[]];
      entries.push(...found.map(toEntry));
      place = last;
    }
    return entries;
  }
}

type Raw = [id: string, fields: string[]];

function toEntry([_id, list]: Raw): AuditEntry {
  const fields: Record<string, string> = {};
  for (let at = 0; at + 1 < list.length; at += 2) fields[list[at] as string] = list[at + 1] as string;
  const { at, by, name = '', level, address, method, path, object, id = '', customer, changes = '{}' } = fields;
  return {
    ...{ _id, at: Number(at), object: object as Audited, id, changes: JSON.parse(changes) as Changes },
    by: { ...(by && { _id: by }), name, ...(level && { level: level as AccessLevel }) },
    ...(address && { address }),
    ...(method && { method }),
    ...(path && { path }),
    ...(customer && { customer }),
  };
}
