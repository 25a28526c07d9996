import type { EventType, StoredEvent } from '@ringfence/store';

/** What can be a sign that a phone is flapping. */
export const CHANGES: ReadonlySet<EventType> = new Set<EventType>([
  'phone.registered',
  'phone.deregistered',
  'phone.expired',
  'phone.disconnected',
  'phone.moved',
]);

/** Changes that make a phone a flapping one, and milliseconds between two of them at most. */
const CHANGES_MIN = 5;
const PAUSE_MAX = 10 * 60_000;

/**
 * Finds out whether a phone goes offline, or from address to address, again and again: {@link CHANGES_MIN} times without ten
 * minutes' rest, the last of them less than ten minutes ago.
 * @param events its {@link CHANGES}, the newest first
 * @param now ms since 1970
 * @returns since when, and how often; null when it doesn't
 */
export function findFlapping(events: readonly StoredEvent[], now: number): { since: number; changes: number } | null {
  const registeredAt = new Set(events.filter(({ type }) => type === 'phone.registered').map(({ at }) => at));
  let [since, changes] = [now, 0];
  for (const { type, at } of events) {
    // A contact that ends at the moment at which another begins was replaced: the phone has stayed online.
    if (type === 'phone.registered' || (type !== 'phone.moved' && registeredAt.has(at))) continue;
    if (since - at > PAUSE_MAX) break;
    since = at;
    changes++;
  }
  return changes < CHANGES_MIN ? null : { since, changes };
}
