import type { DrachtioServer } from '@ringfence/drachtio';
import type { Route } from './sip/stack.js';

/** A drachtio server in this process: what it does beyond what one on the network can. */
export type LocalServer = Pick<DrachtioServer, 'handle' | 'onPeerGone'>;

/** Serves a method's requests in this process, by routes in turn. */
export function serveLocally(server: LocalServer, method: string, routes: readonly Route[]): void {
  server.handle(method, (request, response) => {
    const run = (at: number): void => routes[at]?.(request, response, () => run(at + 1));
    run(0);
  });
}
