import { RENEW_EVERY } from './call/calls.js';
import type { EdgeOptions } from './edge-options.js';
import { startNotices } from './notices.js';
import type { EdgeParts } from './parts.js';
import { startKeepAlive } from './register/keep-alive.js';
import type { Report } from './report.js';
import { startSweep } from './sweep.js';

/**
 * Starts what goes on without any request: calls are kept alive in the store, phones behind NATs reachable and told
 * what they are to be told, and bindings end that ran out or whose connection closed.
 * @returns stops it
 */
export function startUpkeep(options: EdgeOptions, parts: EdgeParts, report: Report): () => void {
  const { store, localServer, realm, now = Date.now } = options;
  const { stack, calls, connections, server } = parts;
  const warn = (message: string) => (error: unknown) => report('warn', error, message);
  const renewing = setInterval(() => void calls.renew(), RENEW_EVERY);
  const stops = [
    startSweep(store.bindings, now, warn('bindings could not be swept')),
    startKeepAlive({
      ...{ stack, keepAlives: store.keepAlives, server, realm, now },
      onError: warn('keep-alives could not be noted'),
    }),
    startNotices({ stack, store, server, realm, now, onError: warn('phones could not be told something') }),
    localServer?.onPeerGone((peer) => connections.closed(peer)),
    () => clearInterval(renewing),
  ];
  return () => {
    for (const stop of stops) stop?.();
  };
}
