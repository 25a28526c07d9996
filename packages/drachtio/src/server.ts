import { Answers } from './agent/answers.js';
import { CallEvents } from './agent/call-events.js';
import type { Core } from './agent/core.js';
import { Flows } from './agent/flows.js';
import { Inbound } from './agent/inbound.js';
import { Outbound } from './agent/outbound.js';
import { Proxies } from './agent/proxies.js';
import { Applications, type ApplicationUser } from './application/applications.js';
import type { Application } from './application/connection.js';
import { Dialogs } from './dialog/dialogs.js';
import { Lateness } from './lateness.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { type LocalHandler, LocalHandlers } from './local/local-handlers.js';
import { type Logger, silentLogger } from './logger.js';
import { Timers } from './timers.js';
import { type TraceListener, Traces } from './traces.js';
import { type Durations, RFC_DURATIONS } from './transaction/machine.js';
import { Transactions } from './transaction/transactions.js';
import { parseContact } from './transport/contact.js';
import type { TlsFiles } from './transport/credentials.js';
import { hostport, type Peer } from './transport/hop.js';
import { Names } from './transport/names.js';
import { Resolver } from './transport/resolver.js';
import { Transports } from './transport/transports.js';

/** How to run a server. */
export interface ServerOptions {
  readonly sip: {
    /**
     * What to listen on, in drachtio's notation: `sip:0.0.0.0:5060;transport=udp,tcp`, `sips:*:5061;external-ip=203.0.113.5`
     * (see {@link parseContact}). Port 0 takes a free one.
     */
    readonly contacts: readonly string[];
  };
  /** The certificate for TLS and secure WebSockets; a self-signed one is made when none is given. */
  readonly tls?: TlsFiles;
  /** The port that applications connect to, and the secret they must know. */
  readonly admin: { readonly host: string; readonly port: number; readonly secret: string };
  /** Name servers to ask in the place of the system's: IP addresses, with a port or without. */
  readonly dns?: { readonly servers: readonly string[] };
  readonly logger?: Logger;
  /** Other durations than RFC 3261's, in milliseconds. */
  readonly durations?: Partial<Durations>;
  readonly limits?: Partial<Limits>;
}

/** Where a running server listens. */
export interface Addresses {
  /** As drachtio names them: `udp/127.0.0.1:5060`, `tcp/[::1]:5060`. */
  readonly sip: readonly string[];
  /** The port of the first contact. */
  readonly port: number;
  readonly admin: { readonly host: string; readonly port: number };
}

/** An embedded drachtio server. */
export interface DrachtioServer {
  /**
   * Starts listening.
   * @throws Error that names address, port and transport of what can't be listened on; nothing is left open then
   */
  listen(): Promise<Addresses>;
  /** Where it listens; undefined before {@link listen} and after {@link close}. */
  address(): Addresses | undefined;
  /**
   * Shows every SIP message with a Call-ID, with credentials and media keys left out, until the function it gives is called.
   * @param listener takes the messages; without one they go to the logger at level info
   */
  trace(callId: string, listener?: TraceListener): () => void;
  /**
   * Answers the requests of a method in this process: a handler gets those outside dialogs, in the place of applications.
   * For methods that make no dialog, such as REGISTER.
   */
  handle(method: string, handler: LocalHandler): void;
  /** Tells when a connection that a peer had opened and sent a message over is closed, until the function it gives is called. */
  onPeerGone(listener: (peer: Peer) => void): () => void;
  /** Answers what is open with 503, closes all connections and sockets. */
  close(): Promise<void>;
}

/**
 * Makes a server; nothing is opened before it is told to listen.
 * @throws Error that names the contact that can't be read
 */
export function createServer(options: ServerOptions): DrachtioServer {
  return new Server(options);
}

class Server implements DrachtioServer {
  readonly #options: ServerOptions;
  readonly #timers: Timers;
  readonly #lateness: Lateness;
  readonly #transports: Transports;
  readonly #transactions: Transactions;
  readonly #dialogs: Dialogs<Application>;
  readonly #applications: Applications;
  readonly #traces = new Traces();
  readonly #localHandlers: LocalHandlers;
  readonly #peerGone = new Set<(peer: Peer) => void>();
  readonly #logMessage: TraceListener;
  #addresses: Addresses | undefined;

  constructor(options: ServerOptions) {
    this.#options = options;
    const logger = options.logger ?? silentLogger;
    this.#logMessage = ({ text, ...facts }) => logger.info({ ...facts, sip: text }, 'traced message');
    const timers = new Timers(undefined, (error) => logger.error({ err: error }, 'a timer failed'));
    this.#timers = timers;
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#lateness = new Lateness(timers, limits.lateness);
    const durations = { ...RFC_DURATIONS, ...options.durations };
    const flows = new Flows({ limit: limits.connections, now: () => timers.now() });
    this.#dialogs = new Dialogs(timers, { limit: limits.dialogs, age: limits.dialogAge });
    this.#transports = new Transports(
      { contacts: options.sip.contacts.map(parseContact), tls: options.tls },
      {
        timers,
        limits,
        logger,
        traces: this.#traces,
        user: {
          message: (message, from, bytes) => this.#transactions.receive(message, from, bytes),
          peerGone: (peer) => {
            for (const listener of this.#peerGone) listener(peer);
          },
        },
      },
    );
    const names = new Names({ timers, limits }, options.dns?.servers);
    const resolver = new Resolver(this.#transports, { names, logger });
    this.#transactions = new Transactions({
      timers,
      durations,
      limits,
      send: (bytes, hop, failed) => this.#transports.send(bytes, hop, failed),
      reply: (bytes, hop, sentBy) => resolver.reply(bytes, hop, sentBy),
      isOverloaded: () => this.#lateness.isExceeded,
      user: {
        request: (transaction, bytes) => inbound.request(transaction, bytes),
        ack: (ack, from, bytes) => inbound.ack(ack, from, bytes),
        cancelled: (invite, cancel, from, bytes) => inbound.cancelled(invite, cancel, from, bytes),
      },
    });
    const applicationUser = (): ApplicationUser => user;
    this.#applications = new Applications(options.admin.secret, { limits, timers, logger, user: applicationUser });
    this.#localHandlers = new LocalHandlers({ flows, logger });
    const core: Core = {
      timers,
      durations,
      transports: this.#transports,
      transactions: this.#transactions,
      dialogs: this.#dialogs,
      routes: this.#applications.routes,
      localHandlers: this.#localHandlers,
      resolver,
      flows,
      callEvents: new CallEvents(this.#applications.routes),
      logger,
    };
    const outbound = new Outbound(core);
    const answers = new Answers(core, (dialog, reason) => outbound.hangUp(dialog, reason));
    const proxies = new Proxies(core, answers);
    const inbound = new Inbound(core, answers, proxies);
    const user: ApplicationUser = {
      hostports: () => {
        const local = this.#transports.points.map(hostport);
        return { all: [...local, ...this.#transports.externalPoints.map(hostport)].join(','), local: local.join(',') };
      },
      respond: (...order) => answers.respond(...order),
      request: (...order) => outbound.request(...order),
      cancel: (...order) => outbound.cancel(...order),
      proxy: (...order) => proxies.proxy(...order),
      trace: (callId, listener) => this.#traces.start(callId, listener),
      gone: (application) => {
        answers.gone(application);
        outbound.gone(application);
        this.#dialogs.disown(application);
      },
    };
  }

  address(): Addresses | undefined {
    return this.#addresses;
  }

  trace(callId: string, listener: TraceListener = this.#logMessage): () => void {
    return this.#traces.start(callId, listener);
  }

  handle(method: string, handler: LocalHandler): void {
    this.#localHandlers.set(method, handler);
  }

  onPeerGone(listener: (peer: Peer) => void): () => void {
    this.#peerGone.add(listener);
    return () => void this.#peerGone.delete(listener);
  }

  async listen(): Promise<Addresses> {
    const { host, port } = this.#options.admin;
    await this.#transports.listen();
    try {
      const adminPort = await this.#applications.listen(host, port);
      const { points } = this.#transports;
      this.#lateness.start();
      this.#addresses = { sip: points.map(hostport), port: points[0]?.port ?? 0, admin: { host, port: adminPort } };
      return this.#addresses;
    } catch (error) {
      await this.#transports.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#addresses = undefined;
    await this.#applications.close();
    this.#transactions.clear();
    this.#dialogs.clear();
    await this.#transports.close();
    this.#timers.clear();
  }
}
