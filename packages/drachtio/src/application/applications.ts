import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import type { Limits } from '../limits.js';
import type { Logger } from '../logger.js';
import { consistsOf, TOKEN } from '../sip/characters.js';
import type { Timers } from '../timers.js';
import type { TraceListener } from '../traces.js';
import { Application } from './connection.js';
import { type Draft, parseDraft } from './draft.js';
import { timeOfDay } from './meta.js';
import { Routes } from './routes.js';

/** What an authenticated application asks for. */
export interface ApplicationUser {
  /** Where the server listens, as the answer to `authenticate` names it: with external addresses, and without. */
  hostports(): { all: string; local: string };
  /** A response to the request with this transaction id. */
  respond(application: Application, id: string, transactionId: string, draft: Draft): void;
  /** A new request, or one inside a dialog. */
  request(application: Application, id: string, to: { dialogId: string; routeUrl: string }, draft: Draft): void;
  /** The CANCEL of the INVITE with this transaction id. */
  cancel(application: Application, id: string, transactionId: string, draft: Draft): void;
  /** A proxy order: the fields after `proxy`. */
  proxy(application: Application, id: string, order: readonly string[], draft: Draft): void;
  /** Starts a trace; gives the function that ends it. */
  trace(callId: string, listener: TraceListener): () => void;
  gone(application: Application): void;
}

/** The drachtio version whose protocol is spoken; clients look at it to know what they may use. */
export const PROTOCOL_VERSION = 'v0.9.10';

const MAX_ROUTES = 64;
/** How many traces one application may run. */
const MAX_TRACES = 16;

/** The application port: accepts applications, lets them in by the shared secret, and takes their messages. */
export class Applications {
  /** Which application wants which verb. */
  readonly routes = new Routes<Application>();
  readonly #secret: Buffer;
  readonly #limits: Limits;
  readonly #timers: Timers;
  readonly #logger: Logger;
  readonly #user: () => ApplicationUser;
  /** All connections, the oldest first. */
  readonly #applications = new Set<Application>();
  readonly #server: Server;
  #unauthenticated = 0;

  constructor(
    secret: string,
    { limits, timers, logger, user }: { limits: Limits; timers: Timers; logger: Logger; user: () => ApplicationUser },
  ) {
    this.#secret = digest(Buffer.from(secret).toString('latin1'));
    this.#limits = limits;
    this.#timers = timers;
    this.#logger = logger;
    this.#user = user;
    this.#server = createServer((socket) => {
      this.#accept(new Application(socket, limits, { message: this.#take, closed: this.#forget }));
    });
  }

  /** Listens. `port` 0 takes a free one; the port taken is given. */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        const why = error.code === 'EADDRINUSE' ? 'the port is already in use' : error.message;
        reject(new Error(`can't listen for applications on tcp ${host} port ${port}: ${why}`, { cause: error }));
      });
      this.#server.listen({ host, port, exclusive: true }, resolve);
    });
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Closes the port and all connections. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const application of this.#applications) application.close();
    await closed;
  }

  /** Lets a connection try to authenticate; when there are many that haven't, the oldest of them makes room. */
  #accept(application: Application): void {
    if (this.#unauthenticated >= this.#limits.unauthenticatedApplications) {
      for (const oldest of this.#applications) {
        if (oldest.isAuthenticated) continue;
        this.#forget(oldest);
        oldest.destroy();
        break;
      }
    }
    this.#applications.add(application);
    this.#unauthenticated += 1;
    this.#timers.start(this.#limits.authenticationTimeout, () => {
      if (!application.isAuthenticated) application.destroy();
    });
  }

  readonly #forget = (application: Application): void => {
    if (!this.#applications.delete(application)) return;
    if (!application.isAuthenticated) this.#unauthenticated -= 1;
    for (const verb of application.routes) this.routes.remove(verb, application);
    for (const end of application.traces) end();
    if (application.isAuthenticated) {
      this.#logger.info({ application: application.name, tags: application.tags }, 'application gone');
      this.#user().gone(application);
    }
  };

  readonly #take = (application: Application, fields: readonly string[], sip: Buffer | undefined): void => {
    const [id = '', type, ...rest] = fields;
    if (type === undefined) refuse(application, id, 'Invalid message format');
    else if (type === 'authenticate') this.#authenticate(application, id, rest);
    else if (!application.isAuthenticated) refuse(application, id, 'not authenticated');
    else {
      try {
        this.#takeAuthenticated(application, { id, type, rest, sip });
      } catch (error) {
        this.#logger.error(
          { err: error, application: application.name },
          "an application's message could not be handled",
        );
        application.respond(id, 'NOK|Server error: internal error');
      }
    }
  };

  #takeAuthenticated(
    application: Application,
    { id, type, rest, sip }: { id: string; type: string; rest: readonly string[]; sip: Buffer | undefined },
  ): void {
    const [first = ''] = rest;
    if (type === 'ping') application.respond(id, 'OK|pong');
    else if (type === 'route') this.#route(application, id, first.toLowerCase());
    else if (type === 'remove_route') {
      application.routes.delete(first.toLowerCase());
      this.routes.remove(first.toLowerCase(), application);
      application.respond(id, 'OK');
    } else if (type === 'trace') this.#trace(application, id, first);
    else if (type === 'sip' || type === 'proxy') this.#takeSip(application, { id, type, rest, sip });
    else refuse(application, id, 'Unknown message type');
  }

  #authenticate(application: Application, id: string, [secret = '', tags = '']: readonly string[]): void {
    if (!timingSafeEqual(digest(secret), this.#secret)) {
      this.#logger.warn({ application: application.name }, 'application refused: wrong secret');
      refuse(application, id, 'incorrect secret');
      return;
    }
    if (!application.isAuthenticated) {
      if (this.#applications.size - this.#unauthenticated >= this.#limits.applications) {
        refuse(application, id, 'too many applications');
        return;
      }
      application.admit();
      this.#unauthenticated -= 1;
    }
    application.tags = tags.split(',').filter((tag) => tag !== '');
    this.#logger.info({ application: application.name, tags: application.tags }, 'application connected');
    const { all, local } = this.#user().hostports();
    application.respond(id, `OK|${all}|${PROTOCOL_VERSION}|${local}`);
  }

  #route(application: Application, id: string, verb: string): void {
    const name = verb.startsWith('cdr:') ? verb.slice(4) : verb;
    if (!consistsOf(TOKEN, name) || (application.routes.size >= MAX_ROUTES && !application.routes.has(verb))) {
      application.respond(id, 'NOK|invalid route');
      return;
    }
    application.routes.add(verb);
    this.routes.add(verb, application);
    application.respond(id, 'OK');
  }

  /** Sends the application every message with this Call-ID, as long as it stays. */
  #trace(application: Application, id: string, callId: string): void {
    if (callId === '' || application.traces.length >= MAX_TRACES) {
      application.respond(id, callId === '' ? 'NOK|trace without a Call-ID' : 'NOK|too many traces');
      return;
    }
    const end = this.#user().trace(callId, ({ direction, transport, address, port, text }) =>
      application.send(`trace|${direction}|${transport}|${address}|${port}|${timeOfDay()}`, text),
    );
    application.traces.push(end);
    application.respond(id, 'OK');
  }

  #takeSip(
    application: Application,
    { id, type, rest, sip }: { id: string; type: string; rest: readonly string[]; sip: Buffer | undefined },
  ): void {
    const draft = sip === undefined ? undefined : parseDraft(sip);
    const [transactionId = '', dialogId = '', routeUrl = ''] = rest;
    if (draft === undefined) {
      const startLine = sip?.toString('latin1', 0, Math.max(0, sip.indexOf('\r\n', 0, 'latin1'))) ?? '';
      application.respond(id, `NOK|invalid start line: ${startLine.slice(0, 256)}`);
    } else if (type === 'proxy') this.#user().proxy(application, id, rest, draft);
    else if (draft.method === undefined) {
      if (transactionId === '') refuse(application, id, 'transaction id missing');
      else this.#user().respond(application, id, transactionId, draft);
    } else if (draft.method === 'CANCEL') this.#user().cancel(application, id, transactionId, draft);
    else this.#user().request(application, id, { dialogId, routeUrl }, draft);
  }
}

function refuse(application: Application, id: string, reason: string): void {
  application.respond(id, `NO|${reason}`);
  application.close();
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'latin1').digest();
}
