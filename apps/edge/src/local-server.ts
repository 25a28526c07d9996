import type { ReceivedRequest, Responder, Route } from './sip/stack.js';

/** A drachtio server in this process: what it does beyond what one on the network can. */
export interface LocalServer {
  /** Hands the requests of a method over in this process, in the place of the application port. */
  handle(method: string, handler: (request: ReceivedRequest, response: Responder) => void): void;
  /** Tells when a connection is closed that a peer had opened, until the function it gives is called. */
  onPeerGone(listener: (peer: Peer) => void): () => void;
}

/** The other end of a connection. */
export interface Peer {
  /** `tcp`, `tls`, `ws` or `wss`. */
  transport: string;
  /** IP address, IPv6 without brackets. */
  address: string;
  port: number;
}

/** Serves a method's requests in this process, by routes in turn. */
export function serveLocally(server: LocalServer, method: string, routes: readonly Route[]): void {
  server.handle(method, (request, response) => {
    const run = (at: number): void => routes[at]?.(request, response, () => run(at + 1));
    run(0);
  });
}
