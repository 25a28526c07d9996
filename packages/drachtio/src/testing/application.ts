import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect, type Socket } from 'node:net';
import { FrameDecoder } from '../application/frame.js';

/** A message as a drachtio-srf application handles it, as far as the tests use it. */
export interface AppMessage {
  readonly uri: string;
  readonly status: number;
  readonly body: string;
  readonly protocol: string;
  readonly source_address: string;
  readonly source_port: number;
  get(name: string): string;
  cancel(done: (error: unknown) => void): void;
  send(status: number, options?: object, done?: (error: unknown) => void): void;
  on(event: string, listener: (...args: never[]) => void): this;
}

export interface AppDialog {
  readonly id: string;
  on(event: string, listener: (...args: never[]) => void): this;
  destroy(): Promise<unknown>;
  request(options: object): Promise<AppMessage>;
  modify(sdp: string): Promise<string>;
}

type Handler = (req: AppMessage, res: AppMessage) => void;

/** drachtio-srf, whose own types cover less than it does. */
export interface App {
  connect(options: object): void;
  disconnect(): void;
  on(event: string, listener: (...args: never[]) => void): this;
  register(handler: Handler): void;
  options(handler: Handler): void;
  invite(handler: Handler): void;
  subscribe(handler: Handler): void;
  message(handler: Handler): void;
  request(uri: string, options: object): Promise<AppMessage>;
  createUAS(req: AppMessage, res: AppMessage, options: object): Promise<AppDialog>;
  createUAC(uri: string, options: object, progress?: object): Promise<AppDialog>;
  createB2BUA(
    req: AppMessage,
    res: AppMessage,
    uri: string,
    options: object,
  ): Promise<{ uas: AppDialog; uac: AppDialog }>;
  proxyRequest(req: AppMessage, destination: string | string[], options: object): Promise<object>;
}

const Srf = createRequire(import.meta.url)('drachtio-srf') as new () => App;

/** An unmodified drachtio-srf, connected to the application port. */
export async function startApp(port: number, secret = 'secret', define: (app: App) => void = () => {}): Promise<App> {
  const app = new Srf();
  define(app);
  const connected = new Promise<void>((resolve, reject) => {
    app.on('connect', (error: Error | null) => (error ? reject(error) : resolve()));
  });
  app.connect({ host: '127.0.0.1', port, secret });
  await connected;
  // The answers to its route messages follow at once.
  await new Promise((resolve) => setTimeout(resolve, 30));
  return app;
}

/** A connection that speaks the application protocol word by word. */
export class RawApplication {
  readonly socket: Socket;
  readonly received: string[] = [];
  #waiting: (() => void) | undefined;
  #id = 0;
  isClosed = false;

  constructor(socket: Socket) {
    this.socket = socket;
    const decoder = new FrameDecoder({
      frame: (payload) => {
        this.received.push(payload.toString());
        this.#waiting?.();
      },
      oversize() {},
      broken: () => socket.destroy(),
    });
    decoder.trust();
    socket.on('data', (chunk) => decoder.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.isClosed = true;
      this.#waiting?.();
    });
  }

  static async connect(port: number): Promise<RawApplication> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawApplication(socket);
  }

  /** Sends one message and gives its id. */
  send(rest: string): string {
    this.#id += 1;
    const payload = `id-${this.#id}|${rest}`;
    this.socket.write(`${Buffer.byteLength(payload)}#${payload}`);
    return `id-${this.#id}`;
  }

  /** The next message, without the id the server gave it. Undefined when the connection closes first. */
  async next(): Promise<string | undefined> {
    const end = Date.now() + 3_000;
    while (this.received.length === 0 && !this.isClosed && Date.now() < end) {
      await new Promise<void>((resolve) => {
        const timeout = setTimeout(resolve, end - Date.now());
        this.#waiting = () => {
          clearTimeout(timeout);
          resolve();
        };
      });
    }
    const message = this.received.shift();
    return message?.slice(message.indexOf('|') + 1);
  }

  /** Sends a message and gives the result that comes back for it. */
  async ask(rest: string): Promise<string | undefined> {
    const id = this.send(rest);
    const answer = await this.next();
    return answer?.replace(`response|${id}|`, '');
  }

  async closed(): Promise<void> {
    if (!this.isClosed) await once(this.socket, 'close');
  }

  close(): void {
    this.socket.destroy();
  }
}
