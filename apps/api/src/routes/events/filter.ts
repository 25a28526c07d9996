import type { EventType, StoredEvent } from '@ringfence/store';
import { isInScope, type Scope } from '../../scope.js';

/** Which events a reader is told of. */
export interface EventFilter {
  scope: Scope;
  /** Id of the only phone that it is about: of calls, one that called or answered. */
  phone?: string | undefined;
  /** All types when left out. */
  types?: ReadonlySet<EventType> | undefined;
}

/** Whether a reader is told of an event. What is of no customer is for those who see all of them. */
export function passes({ scope, phone, types }: EventFilter, event: StoredEvent): boolean {
  return (
    (types === undefined || types.has(event.type)) &&
    (phone === undefined || event.phone === phone || event.answeredBy === phone) &&
    isInScope(scope, event.customer)
  );
}

/** Names a filter: two that let the same events pass have one name. */
export function nameOf({ scope, phone = '', types }: EventFilter): string {
  return [scope === 'all' ? scope : [...scope].sort(), phone, types && [...types].sort()].join('|');
}
