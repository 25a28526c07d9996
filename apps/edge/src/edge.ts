import type { Countries } from '@ringfence/geoip';
import { isUnavailable, type Store } from '@ringfence/store';
import { Access } from './access.js';
import { Calls } from './call/calls.js';
import { createCallRoute } from './call/route.js';
import { type Connection, type DrachtioAddress, openConnection } from './connection.js';
import { Nonces } from './digest/nonces.js';
import { Refusals } from './refusals.js';
import type { ExpiryLimits } from './register/contacts.js';
import { createRegistrar } from './register/register.js';
import { SipFailure, unavailable } from './sip/failure.js';
import { guard } from './sip/guard.js';
import { ALLOW, REFUSED_METHODS, SDP } from './sip/methods.js';
import { createStack, type Route, type SipRequest, type SipResponse } from './sip/stack.js';
import { startSweep } from './sweep.js';

/** What the edge is made of, and how it is set. */
export interface EdgeOptions {
  store: Store;
  countries: Countries;
  drachtio: DrachtioAddress;
  /** Digest realm, and host of the identities that phones see. */
  realm: string;
  /** Seconds that a nonce may be answered. */
  nonceAge: number;
  /** Seconds that registrations may last. */
  expires: ExpiryLimits;
  contactsPerPhone: number;
  /** Seconds that a call may ring. */
  ringTime: number;
  callsMax: number;
  callsPerPhone: number;
  /** The clock, ms since 1970. */
  now?: () => number;
  log: Log;
}

/** Where the edge writes what operators should know. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A running edge. */
export interface Edge {
  /** How many calls there are. */
  readonly calls: number;
  /** Hangs up on all calls and disconnects from drachtio. */
  close(): Promise<void>;
}

/** Milliseconds that hanging up on all calls may take at shutdown. */
const HANG_UP_TIME = 1_000;

/**
 * Starts the edge: connects to the drachtio server and serves REGISTER, INVITE and OPTIONS.
 * @returns when the drachtio server has the routes
 */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const { store, realm, log, now = Date.now } = options;
  const { bindings, directory, events, secrets } = store;
  const onError = (error: unknown) => log.warn({ err: error }, 'an event or sweep could not be written');
  const nonces = new Nonces({ key: secrets.derive('nonce'), realm, age: options.nonceAge * 1_000 });
  const refusals = new Refusals(events, onError);
  const access = new Access({ bindings, secrets, countries: options.countries, nonces, refusals, realm, now });
  const calls = new Calls({ max: options.callsMax, perPhone: options.callsPerPhone });
  const stack = createStack();
  const register = createRegistrar({
    ...{ access, bindings, expires: options.expires, contactLimit: options.contactsPerPhone, now },
  });
  const invite = createCallRoute({
    ...{ stack, access, bindings, directory, events, calls, realm, ringTime: options.ringTime * 1_000, now, onError },
  });
  let closing = false;

  /** Turns what a handler throws into the response. */
  function serve(handle: (request: SipRequest, response: SipResponse) => Promise<void>): Route {
    return (request, response) => {
      const served = closing ? Promise.reject(unavailable()) : handle(request, response);
      served.catch((error) => {
        const { status, headers } = toFailure(error, log);
        if (!response.finalResponseSent) response.send(status, { headers: { ...headers } });
      });
    };
  }

  stack.use(guard);
  stack.use('register', serve(register));
  stack.use('invite', serve(invite));
  stack.use('options', (_request, response) => response.send(200, { headers: { Allow: ALLOW, Accept: SDP } }));
  for (const method of REFUSED_METHODS) {
    stack.use(method, (_request, response) => response.send(405, { headers: { Allow: ALLOW } }));
  }
  const connection: Connection = await openConnection(stack, options.drachtio, log, () => void calls.endAll());
  const stopSweep = startSweep(bindings, now, onError);

  return {
    get calls() {
      return calls.size;
    },
    close: async () => {
      closing = true;
      stopSweep();
      await Promise.race([calls.endAll(), new Promise((resolve) => setTimeout(resolve, HANG_UP_TIME).unref())]);
      await connection.close();
    },
  };
}

function toFailure(error: unknown, log: Log): SipFailure {
  if (error instanceof SipFailure) return error;
  if (isUnavailable(error)) {
    log.warn({ err: error }, 'the store is unavailable');
    return unavailable();
  }
  log.error({ err: error }, 'unexpected error');
  return new SipFailure(500);
}
