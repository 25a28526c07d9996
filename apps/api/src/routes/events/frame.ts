import type { StoredEvent } from '@ringfence/store';

/** An event as readers get it (HTML Standard section 9.2, server-sent events). */
export function eventFrame(event: StoredEvent): Buffer {
  return Buffer.from(`id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}

/** Tells a reader that events before the next ones are gone. */
export const MISSED_FRAME = Buffer.from('event: missed\ndata: {}\n\n');

/**
 * A sign of life, which no client takes for an event. It moves the place from which the reader goes on, so that a reader
 * who wants little has not missed anything only because much happened that it didn't want.
 * @param position id of the last event that the reader was told of, or did not want; left out when that isn't known
 */
export function heartbeatFrame(position?: string): string {
  return position === undefined ? ': heartbeat\n\n' : `: heartbeat\nid: ${position}\n\n`;
}

/** The beginning of a stream: tells clients how long to wait before they come again, in ms. */
export const FIRST_FRAME = 'retry: 2000\n\n';
