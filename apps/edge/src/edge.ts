import { openConnection } from './connection.js';
import type { EdgeOptions } from './edge-options.js';
import { createParts } from './parts.js';
import { createReport } from './report.js';
import { setRoutes } from './routes.js';
import { startUpkeep } from './upkeep.js';

/** A running edge. */
export interface Edge {
  /** How many calls there are. */
  readonly calls: number;
  /** How many subscriptions there are. */
  readonly subscriptions: number;
  /** Hangs up on all calls, ends all subscriptions and disconnects from drachtio. */
  close(): Promise<void>;
}

/** Milliseconds that hanging up on all calls may take at shutdown. */
const HANG_UP_TIME = 1_000;

/**
 * Starts the edge: connects to the drachtio server and serves what phones and PBX clusters send.
 * @returns when the drachtio server has the routes
 */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const { drachtio, log, now = Date.now } = options;
  const report = createReport(log, now);
  const parts = await createParts(options, report);
  const { stack, feed, calls, clusters, rtpengine } = parts;
  let closing = false;
  const notifier = setRoutes(options, parts, report, () => closing);
  await rtpengine?.start();
  const connection = await openConnection(stack, drachtio, log, () => {
    notifier.lost();
    void calls.endAll();
  });
  await clusters.start();
  const stopUpkeep = startUpkeep(options, parts, report);

  return {
    get calls() {
      return calls.size;
    },
    get subscriptions() {
      return notifier.size;
    },
    close: async () => {
      closing = true;
      stopUpkeep();
      clusters.stop();
      notifier.close();
      await Promise.race([calls.endAll(), new Promise((resolve) => setTimeout(resolve, HANG_UP_TIME).unref())]);
      await connection.close();
      rtpengine?.stop();
      await feed.close();
    },
  };
}
