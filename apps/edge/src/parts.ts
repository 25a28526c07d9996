import { randomUUID } from 'node:crypto';
import type { EventFeed } from '@ringfence/store';
import type { Access } from './access.js';
import { Calls } from './call/calls.js';
import { Clusters } from './cluster/clusters.js';
import { createAccess } from './create-access.js';
import type { Defence } from './defence/defence.js';
import type { EdgeOptions } from './edge-options.js';
import { Rtpengine } from './media/rtpengine.js';
import { Connections } from './register/connections.js';
import type { Report } from './report.js';
import { createStack, type SipStack } from './sip/stack.js';

/** What the routes of the edge work with, once each. */
export interface EdgeParts {
  /** Names the drachtio server: it holds the ways to the phones that registered with it. */
  server: string;
  stack: SipStack;
  /** The store's events, live. */
  feed: EventFeed;
  access: Access;
  defence: Defence;
  calls: Calls;
  clusters: Clusters;
  /** What carries the media of calls; undefined when it goes from phone to phone. */
  rtpengine: Rtpengine | undefined;
  connections: Connections;
}

/** Makes the parts of an edge; resolves when those that follow the store know what is in it. */
export async function createParts(options: EdgeOptions, report: Report): Promise<EdgeParts> {
  const { store, drachtio, localServer, log, now = Date.now } = options;
  const warn = (message: string) => (error: unknown) => report('warn', error, message);
  const id = randomUUID();
  const stack = createStack();
  const feed = store.follow(warn('the event stream could not be followed'));
  return {
    // A server in this process ends with it; one on the network may be shared by edges.
    server: localServer ? id : `${drachtio.host}:${drachtio.port}`,
    ...{ stack, feed },
    ...(await createAccess(options, feed, report)),
    calls: new Calls({
      ...{ store: store.calls, edge: id, max: options.callsMax, limits: options.callLimits, now },
      onError: warn('the store could not be told of a call'),
    }),
    clusters: new Clusters(stack, options.clusters, ({ uri, isUp }) =>
      isUp ? log.info({ uri }, 'a PBX answers again') : log.warn({ uri }, 'a PBX does not answer and is left out'),
    ),
    rtpengine: createRtpengine(options, warn('the media of a call could not be carried')),
    connections: new Connections(store.bindings, warn('bindings could not be ended')),
  };
}

function createRtpengine({ rtpengines, log }: EdgeOptions, onError: (error: unknown) => void): Rtpengine | undefined {
  if (rtpengines.length === 0) return undefined;
  return new Rtpengine(rtpengines, {
    onError,
    onChange: ({ name, isUp }) =>
      isUp
        ? log.info({ rtpengine: name }, 'an rtpengine answers again')
        : log.warn({ rtpengine: name }, 'an rtpengine does not answer, calls do without it'),
  });
}
