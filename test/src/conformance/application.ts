import { type EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import Srf from 'drachtio-srf';
import type { Target, Teardown } from './target.js';

/** A SIP message as drachtio-srf hands it to an application. */
export interface Message {
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly raw: string;
  get(name: string): string;
  has(name: string): boolean;
}

/** A request that the application got or sent. */
export interface Request extends Message {
  readonly method: string;
  readonly uri: string;
  readonly source: string;
  readonly source_address: string;
  readonly source_port: number;
  readonly protocol: string;
  readonly receivedOn: string;
  readonly stackTxnId: string;
  readonly stackDialogId: string;
  cancel(callback?: (error: Error | null, request: Request) => void): void;
  cancel(options: Content, callback?: (error: Error | null, request: Request) => void): void;
  on(event: 'response', listener: (response: Response, ack: () => void) => void): this;
  on(event: 'cancel', listener: (cancel: Message) => void): this;
  on(event: 'update', listener: (update: Request, response: Response) => void): this;
}

/** What the server says about a message the application sent: the text of a refusal, or the message as it went out. */
export type Sent = (error: string | null, message: Message) => void;

/** A response that the application got, or is to send. */
export interface Response extends Message {
  readonly status: number;
  readonly reason: string;
  /** @param acknowledged called with the PRACK of a reliable response, or the ACK of a 200 */
  send(status: number, options?: Content, sent?: Sent, acknowledged?: (ack: Request) => void): void;
}

/** Headers and body that the application gives to a message. */
export interface Content {
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** One leg of a call. */
export interface Leg {
  readonly id: string;
  readonly sip: { readonly callId: string; readonly localTag: string; readonly remoteTag: string };
  readonly local: { readonly uri: string; readonly sdp: string };
  readonly remote: { readonly uri: string; readonly sdp: string };
  readonly onHold: boolean;
  on(event: 'destroy', listener: (request: Request, reason: string) => void): this;
  on(event: 'ack', listener: (request: Request) => void): this;
  on(event: string, listener: (request: Request, response: Response) => void): this;
  request(options: Content & { method: string; auth?: Credentials }): Promise<Response>;
  /** @param change `hold`, `unhold`, or a session description */
  modify(change: string, options?: { auth?: Credentials }): Promise<string>;
  /** Asks the other side for an offer, which the application answers in the ACK. */
  modify(options: { noAck: true }): Promise<{ sdp: string; ack: (answer: string) => void }>;
  destroy(options?: { headers?: Record<string, string>; auth?: Credentials }): Promise<Message>;
}

/** What an application answers challenges with. */
interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** What drachtio-srf tells of a connection: an error, or where the server listens and what it calls itself. */
type Connected = [error: Error | null, hostports: string, version: string];

export type Handler = (request: Request, response: Response) => unknown;

/** What the suite uses of drachtio-srf; its own declarations leave much of this out. */
export interface Application extends EventEmitter {
  use(verb: string, handler: Handler): void;
  connect(options: { host: string; port: number; secret: string }): void;
  request(uri: string, options: Outgoing, sent: (error: Error | null, request: Request) => void): void;
  createUAS(request: Request, response: Response, options: Content & { localSdp?: string }): Promise<Leg>;
  createUAC(uri: string, options: CallOptions & { noAck: true }, progress?: Progress): Promise<DelayedOffer>;
  createUAC(uri: string, options: CallOptions, progress?: Progress): Promise<Leg>;
  createB2BUA(
    request: Request,
    response: Response,
    uri: string,
    options?: JoinOptions,
    progress?: Progress,
  ): Promise<{ uas: Leg; uac: Leg }>;
  proxyRequest(request: Request, destination: string | string[], options?: ProxyOptions): Promise<ProxyResult>;
  unregisterForMessages(verb: string): void;
  readonly app: { readonly client: { readonly wp: Wire } };
}

interface Outgoing extends Content {
  readonly method: string;
  /** The URI it is routed to, the Request-URI unless given. */
  readonly proxy?: string;
  readonly auth?: Credentials;
}

export interface CallOptions extends Content {
  /** `INVITE` unless given. */
  readonly method?: 'INVITE' | 'SUBSCRIBE';
  /** The offer; without it the other side makes one. */
  readonly localSdp?: string;
  readonly proxy?: string;
  readonly callingNumber?: string;
  readonly callingName?: string;
  readonly calledNumber?: string;
  readonly auth?: Credentials;
  readonly followRedirects?: boolean;
  readonly keepUriOnRedirect?: boolean;
}

/** An offer that came with a 200, and what sends the answer in the ACK. */
interface DelayedOffer {
  readonly sdp: string;
  ack(answer: string): Promise<Leg>;
}

type Described = string | ((sdp: string) => string | Promise<string>);

export interface JoinOptions extends Omit<CallOptions, 'localSdp'> {
  readonly localSdpA?: Described;
  readonly localSdpB?: Described;
  readonly proxyRequestHeaders?: string[];
  readonly proxyResponseHeaders?: string[];
  readonly responseHeaders?: Record<string, string> | ((response: Response) => Record<string, string>);
  readonly passFailure?: boolean;
  readonly passProvisionalResponses?: boolean;
}

export interface ProxyOptions {
  readonly headers?: Record<string, string>;
  readonly remainInDialog?: boolean;
  readonly forking?: 'simultaneous' | 'sequential';
  readonly followRedirects?: boolean;
  /** Such as `2s` or `1500ms`. */
  readonly provisionalTimeout?: string;
  readonly finalTimeout?: string;
}

export interface ProxyResult {
  readonly connected: boolean;
  readonly finalStatus: number;
  readonly responses: { address: string; port: number; msgs: { status: number }[] }[];
}

interface Progress {
  readonly cbRequest?: (error: Error | null, request: Request) => void;
  readonly cbProvisional?: (response: Response) => void;
}

interface Wire extends EventEmitter {
  /** Set when the application ends its connection by itself. */
  closing?: boolean;
  send(socket: Socket, message: string): string;
}

/** An application that has connected, with what the server told it. */
export interface Started {
  readonly srf: Application;
  readonly hostports: string;
  readonly version: string;
  /** Its present connection; another one after it has connected again. */
  readonly socket: Socket;
  /** Ends the connection and waits until the server has ended it too. Done at the end of the test if not before. */
  stop(): Promise<void>;
}

/**
 * Connects a drachtio-srf application that handles some verbs, and waits until the server has taken its routes.
 * @param handlers by lower-case method
 */
export async function startApplication(
  t: Teardown,
  target: Target,
  handlers: Record<string, Handler> = {},
  tags: string[] = [],
): Promise<Started> {
  const srf = new Srf(tags) as unknown as Application;
  for (const [verb, handler] of Object.entries(handlers)) srf.use(verb, handler);
  const wire = connect(srf, target, target.application.secret);
  let socket: Socket | undefined;
  wire.on('connect', (connected: Socket) => {
    socket = connected;
  });
  const [error, hostports, version] = (await once(srf, 'connect').catch((error) => [error])) as Connected;
  if (error) {
    giveUp(srf);
    throw error;
  }
  const started: Started = {
    srf,
    hostports,
    version,
    get socket() {
      return socket as Socket;
    },
    stop: () => stop(started),
  };
  t.teardown(started.stop);
  await settled(started);
  return started;
}

/** Connects with some secret; the outcome arrives as the application's `connect` event. */
export function connect(srf: Application, { application: { address, port } }: Target, secret: string): Wire {
  srf.on('error', () => {});
  srf.connect({ host: address, port, secret });
  return srf.app.client.wp;
}

/** Keeps an application from connecting again by itself. */
export function giveUp(srf: Application): void {
  srf.app.client.wp.closing = true;
}

async function stop({ srf, socket }: Started): Promise<void> {
  giveUp(srf);
  if (socket.closed) return;
  const closed = once(socket, 'close');
  socket.end();
  await closed;
}

/** Waits until the server has worked off everything the application has sent so far: it answers a ping after it. */
export async function settled({ srf, socket }: Pick<Started, 'srf' | 'socket'>): Promise<void> {
  const { wp } = srf.app.client;
  await new Promise<void>((resolve) => {
    const answered = (_: Socket, message: string) => {
      if (message.split('|')[2] !== id) return;
      wp.off('msg', answered);
      resolve();
    };
    wp.on('msg', answered);
    const id = wp.send(socket, 'ping');
  });
}

/** Sends a request outside any dialog and gives it as it went out, and the final response. Rejects when the server says NOK. */
export function ask(
  srf: Application,
  uri: string,
  options: Outgoing,
): Promise<{ sent: Request; response: Response; ack: () => void }> {
  return new Promise((resolve, reject) => {
    srf.request(uri, options, (error, sent) => {
      if (error) return reject(error);
      sent.on('response', (response, ack) => {
        if (response.status >= 200) resolve({ sent, response, ack });
      });
    });
  });
}

/** Sends a response and gives it as it went out. Rejects with the server's reason when it says NOK. */
export function answer(response: Response, status: number, content: Content = {}): Promise<Message> {
  return new Promise((resolve, reject) => {
    response.send(status, content, (error, message) => (error ? reject(new Error(String(error))) : resolve(message)));
  });
}
