import { setTimeout as sleep } from 'node:timers/promises';
import { type Events, isEarlier } from '@ringfence/store';
import type { Broadcast } from './broadcast.js';
import { passes } from './filter.js';
import { eventFrame, heartbeatFrame, MISSED_FRAME } from './frame.js';
import type { Reader } from './reader.js';

/** Events that are read at once. */
const BATCH = 500;

/** Milliseconds to wait for the live stream, when it is behind what a reader has seen elsewhere. */
const PAUSE = 20;

/** Where everything that is kept begins. */
const BEGINNING = '0-0';

/**
 * Tells a reader of what happened since an event, and has it told of what happens from then on: nothing twice, nothing left
 * out, and if something is gone it is told so.
 * @param after id of the last event that it knows; everything that is kept for `0-0`; nothing of the past when left out
 */
export async function catchUp(
  reader: Reader,
  after: string | undefined,
  events: Events,
  broadcast: Broadcast,
): Promise<void> {
  await broadcast.ready;
  let cursor = after ?? broadcast.position;
  if (after !== undefined && after !== BEGINNING && !(await events.has(after))) {
    reader.send(MISSED_FRAME);
    if (isEarlier(broadcast.position, after)) cursor = broadcast.position;
  }
  while (!reader.isGone && cursor !== broadcast.position) {
    const target = broadcast.position;
    if (isEarlier(target, cursor)) await sleep(PAUSE);
    else cursor = await tell(reader, cursor, target, events);
  }
  if (reader.isGone) return;
  reader.send(heartbeatFrame(cursor));
  broadcast.add(reader);
}

/** Tells of the events between two; gives the last that was read, or where the last is when there are no more. */
async function tell(reader: Reader, after: string, until: string, events: Events): Promise<string> {
  const batch = await events.read(after, BATCH, until);
  const frames = batch.filter((event) => passes(reader.filter, event)).map(eventFrame);
  if (frames.length > 0) await reader.sendAll(Buffer.concat(frames));
  return batch.length < BATCH ? until : (batch.at(-1)?.id ?? until);
}
