import { createServer, type Server, type Socket } from 'node:net';

/** A TCP socket that accepts connections on one address, for whatever transport runs over them. */
export class StreamListener {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Binds and listens. `port` 0 takes a free one. */
  static async bind(
    host: string,
    port: number,
    accept: (socket: Socket) => void,
    failed: (error: Error) => void,
  ): Promise<StreamListener> {
    const server = createServer({ pauseOnConnect: false, noDelay: true }, accept);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, ipv6Only: true, backlog: 1024, exclusive: true }, resolve);
    });
    server.removeAllListeners('error');
    server.on('error', failed);
    return new StreamListener(server);
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Accepts no more. Resolves when all connections accepted here are gone as well. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
