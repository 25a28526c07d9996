import type { EventEmitter } from 'node:events';
import Srf from 'drachtio-srf';

/** A request as a route gets it, from drachtio-srf or from a server in this process; only what the edge relies on. */
export interface ReceivedRequest {
  method: string;
  /** The Request-URI. */
  uri: string;
  body: string;
  /** The whole message as received. */
  raw: string;
  source_address: string;
  source_port: number;
  protocol: string;
  /** Each header's text by lower-case name, compact forms spelt out, several of one name joined by commas. */
  headers: Readonly<Record<string, string | undefined>>;
}

/** A request as drachtio-srf hands it to a route, or as it was sent by the edge. */
export interface SipRequest extends ReceivedRequest, EventEmitter {
  /** Whether it came from outside, or is what the drachtio server did by itself, such as a BYE after a missing ACK. */
  source: 'network' | 'application';
  /** The dialog that it is within. */
  stackDialogId: string | undefined;
  /** A header's text, however its name is written; undefined when there is none. */
  get(name: string): string | undefined;
  /** Cancels an INVITE that the edge sent. */
  cancel(callback: () => void): void;
}

/** What goes with a response or request: header fields and a body. */
export interface Content {
  headers?: Record<string, string>;
  body?: string | undefined;
}

/** Where the response to a {@link ReceivedRequest} is sent. */
export interface Responder {
  readonly finalResponseSent: boolean;
  /** @param content header fields, a list for several of one name, and a body */
  send(status: number, content?: { headers?: Headers; body?: string | undefined }): void;
}

/** Header fields by name; a list for several of one name. */
export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** The response to a {@link SipRequest}, or one received to a request of the edge. */
export interface SipResponse extends Responder {
  status: number;
  body: string;
  /** The dialog that it is within, or has made once it is sent. */
  stackDialogId: string | undefined;
  /** A header's text; undefined when there is none. */
  get(name: string): string | undefined;
  /**
   * @param callback gets the response as it was sent, or why it could not be
   * @param onAcknowledged told when the PRACK of a reliable provisional response came
   */
  send(
    status: number,
    content?: { headers?: Headers; body?: string | undefined },
    callback?: (error: unknown, sent?: Pick<SipResponse, 'get'>) => void,
    onAcknowledged?: () => void,
  ): void;
}

/** Sends the ACK to a 2xx; with a body where the 2xx brought an offer. */
export type Ack = (content?: Content) => void;

/** One side of a call, as drachtio-srf keeps it. */
export interface SipDialog extends EventEmitter {
  id: string;
  /** False once it has ended. */
  connected: boolean;
  /** What it is known by; the tags as this side sees them. */
  sip: { callId: string; localTag: string; remoteTag: string };
  local: { contact: string; sdp: string };
  remote: { sdp: string };
  /** The request and the response that made it. */
  req: SipRequest;
  res: SipResponse;
  /** Ends the dialog with a BYE. */
  destroy(): Promise<unknown>;
  /** Sends a request within the dialog; the callback gets every response to it. */
  request(
    content: Content & { method: string; noAck?: boolean },
    callback: (error: Error | null, response?: SipResponse, ack?: Ack) => void,
  ): void;
}

/** An answer to an INVITE without SDP: it carries the offer, and waits for the answer in the ACK. */
export interface Offer {
  sdp: string;
  ack(answer: string): Promise<SipDialog>;
  /** Acknowledges and hangs up. */
  destroy(): Promise<void>;
}

/** An INVITE failed: by a final response, or without any. */
export interface InviteError extends Error {
  status?: number;
  res?: SipResponse;
}

/** How an INVITE is sent. */
export interface InviteOptions {
  headers: Record<string, string>;
  localSdp: string | undefined;
  /** Where to send it, when that is not where the Request-URI says. */
  proxy?: string;
  /** Hands out the {@link Offer} of an INVITE without SDP rather than acknowledging it at once. */
  noAck: boolean;
}

/** What an INVITE's sender is told on the way. */
export interface InviteProgress {
  /** The request was sent, or could not be. */
  cbRequest(error: Error | null, request?: SipRequest): void;
  cbProvisional(response: SipResponse): void;
}

/** A route of the edge. */
export type Route<Q = ReceivedRequest, S = Responder> = (request: Q, response: S, next: () => void) => void;

/** The drachtio-srf application; only what the edge relies on, and as it is at run time. */
export interface SipStack extends EventEmitter {
  use(route: Route): void;
  use(method: string, route: Route<SipRequest, SipResponse>): void;
  /** Sees every request before the dialogs do, which take theirs before all routes of {@link use}. */
  useBeforeDialogs(route: Route<SipRequest, SipResponse>): void;
  findDialogById(id: string | undefined): SipDialog | undefined;
  connect(options: { host: string; port: number; secret: string; reconnect: { retryMaxDelay: number } }): void;
  disconnect(): void;
  /**
   * Sends a request, outside dialogs or within one.
   * @param options `proxy` is where to send it, when that is not where the Request-URI says; `stackDialogId` the dialog that it is within
   * @param callback gets the request once it is sent; it emits `response`
   */
  request(
    uri: string,
    options: Content & { method: string; proxy?: string; stackDialogId?: string },
    callback: (error: Error | null, request?: SipRequest) => void,
  ): void;
  createUAC(
    uri: string,
    options: InviteOptions,
    progress: InviteProgress,
    callback: (error: InviteError | null, answer?: SipDialog | Offer) => void,
  ): void;
  createUAS(
    request: SipRequest,
    response: SipResponse,
    options: { localSdp: string; headers: Record<string, string> },
  ): Promise<SipDialog>;
}

/** Makes the drachtio-srf application. Its published types differ from what it does, hence the casts. */
export function createStack(): SipStack {
  const srf = new Srf();
  const { stack } = (srf as unknown as { app: { stack: { method: string; handle: Route }[] } }).app;
  const useBeforeDialogs = (handle: Route) => void stack.unshift({ method: '*', handle });
  const sip = Object.assign(srf as unknown as SipStack, { useBeforeDialogs });
  sip.use(sendLists);
  return sip;
}

/** Lets responses have several headers of one name, which drachtio-srf would write as one: each begins a line of its own. */
const sendLists: Route = (_request, response, next) => {
  const send = response.send.bind(response) as (...args: unknown[]) => void;
  const sendLines = (status: number, content: { headers?: Headers } = {}, ...more: unknown[]) => {
    const lines = Object.entries(content.headers ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : value.join(`\r\n${name}: `),
    ]);
    send(status, { ...content, headers: Object.fromEntries(lines) }, ...more);
  };
  Object.assign(response, { send: sendLines });
  next();
};
