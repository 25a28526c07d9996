import type { Event, Events } from '@ringfence/store';
import { until } from './until.js';

/**
 * Waits until there are `count` events that `wanted` picks; an event may come a moment after the phone has its answer.
 * @returns all of them, the oldest first
 * @throws Error when there are fewer after five seconds
 */
export function eventsOf(events: Events, count: number, wanted: (event: Event) => boolean): Promise<Event[]> {
  return until(`${count} events`, async () => {
    const found = (await events.read('0', 10_000)).filter(wanted);
    return found.length < count ? undefined : found;
  });
}
