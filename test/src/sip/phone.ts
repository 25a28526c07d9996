import { ackFailure, complete, composeResponse, type Extra, hostPort, sdp, token } from './compose.js';
import { Dialog } from './dialog.js';
import { answerChallenge, type Credentials, challengesOf, type DigestChoices } from './digest.js';
import { Inbox } from './inbox.js';
import { lint } from './lint.js';
import { parseMessage, SipMessage } from './message.js';
import {
  type Endpoint,
  type Flow,
  listenTcp,
  openTcp,
  openTls,
  openUdp,
  openWs,
  openWss,
  type Protocol,
  type Receive,
  type Transport,
} from './transport.js';

const OPENERS = { udp: openUdp, tcp: openTcp, tls: openTls, ws: openWs, wss: openWss };

export interface PhoneOptions {
  /** Where its requests go. */
  readonly server: Endpoint;
  /** `udp` unless given. */
  readonly transport?: Protocol;
  /** The local address it binds to, 127.0.0.1 unless given. */
  readonly address?: string;
  /** The local port, a free one unless given. */
  readonly port?: number;
  /** TCP only: wait for connections in place of making one. */
  readonly listen?: boolean;
  /** The user part of its address-of-record and contact, `alice` unless given. */
  readonly user?: string;
  /** The host part of its address-of-record, the server's address and port unless given. */
  readonly domain?: string;
}

/** How a request answers a 401 or 407. */
export interface Authentication {
  readonly credentials?: Credentials;
  readonly digest?: DigestChoices;
}

/**
 * A SIP phone that does only what it is told: it sends what a test asks for, keeps what arrives, and answers nothing by
 * itself. Everything it receives must be sound SIP (see `lint`), else whatever the test waits for next fails.
 *
 * ```ts
 * const phone = await Phone.open({ server: { address: '127.0.0.1', port: 5060 } });
 * const response = await phone.ask('OPTIONS');
 * await phone.close();
 * ```
 */
export class Phone {
  readonly user: string;
  readonly domain: string;
  readonly server: Endpoint;
  /** Every message received, in order, read or not; the last ten thousand. */
  readonly log: SipMessage[] = [];
  readonly #transport: Transport;
  readonly #messages = new Inbox<SipMessage>((message) => message.startLine);
  readonly #keepAlives = new Inbox<Buffer>((bytes) => JSON.stringify(bytes.toString()));
  readonly #flows = new WeakMap<SipMessage, Flow>();

  /** Binds or connects the phone's socket. */
  static async open(options: PhoneOptions): Promise<Phone> {
    const { server, transport = 'udp', address = '127.0.0.1', port = 0, listen = false } = options;
    const early: [Buffer, Flow][] = [];
    let receive: Receive = (bytes, flow) => {
      early.push([bytes, flow]);
    };
    const deliver: Receive = (bytes, flow) => receive(bytes, flow);
    const local = { address, port };
    const opened = listen ? listenTcp(local, deliver) : OPENERS[transport](local, server, deliver);
    const phone = new Phone(options, await opened);
    receive = (bytes, flow) => phone.#receive(bytes, flow);
    for (const [bytes, flow] of early) phone.#receive(bytes, flow);
    return phone;
  }

  private constructor({ server, user = 'alice', domain }: PhoneOptions, transport: Transport) {
    this.user = user;
    this.server = server;
    this.domain = domain ?? hostPort(server);
    this.#transport = transport;
  }

  get address(): string {
    return this.#transport.local.address;
  }

  get port(): number {
    return this.#transport.local.port;
  }

  /** False once the server has ended the phone's connection. */
  get connected(): boolean {
    return this.#transport.server?.open ?? true;
  }

  /** Its address-of-record, `sip:user@domain`. */
  get aor(): string {
    return `sip:${this.user}@${this.domain}`;
  }

  /** The URI it can be reached at, as in its Contact. */
  get uri(): string {
    const { protocol } = this.#transport;
    return `sip:${this.user}@${hostPort(this)}${protocol === 'udp' ? '' : `;transport=${protocol}`}`;
  }

  /** Makes a request outside any dialog, to `sip:svc@server` unless a URI is given, to the domain for REGISTER. */
  request(method: string, uri?: string, { headers = {}, body = '' }: Extra = {}): SipMessage {
    const registers = method === 'REGISTER';
    const target = uri ?? (registers ? `sip:${this.domain}` : `sip:svc@${hostPort(this.server)}`);
    return complete(
      new SipMessage(
        `${method} ${target} SIP/2.0`,
        {
          Via: this.via(),
          'Max-Forwards': 70,
          From: `<${this.aor}>;tag=${token()}`,
          To: `<${registers ? this.aor : target}>`,
          'Call-ID': `${token()}@${this.user}`,
          CSeq: `1 ${method}`,
          Contact: `<${this.uri}>`,
        },
        body,
      ),
      headers,
    );
  }

  /** A Via of this phone with a fresh branch and `rport` (RFC 3581). */
  via(branch: string = `z9hG4bK${token()}`): string {
    return `SIP/2.0/${this.#transport.protocol.toUpperCase()} ${hostPort(this)};branch=${branch};rport`;
  }

  /** Sends a message to the server, or over the flow a received message came by. */
  send(message: SipMessage, over?: SipMessage): SipMessage {
    this.sendBytes(message.toBuffer(), over);
    return message;
  }

  /** Sends any bytes as they are. */
  sendBytes(bytes: Buffer | string, over?: SipMessage): void {
    const flow = (over && this.#flows.get(over)) ?? this.#transport.server;
    if (!flow) throw new Error('a listening phone can only answer over a connection made to it');
    flow.send(Buffer.from(bytes));
  }

  /** Waits for the next response to a request, of one status when given. */
  response(request: SipMessage, status?: number, ms?: number): Promise<SipMessage> {
    const what = `${status ?? 'response'} to ${request.method}`;
    return this.#messages.take((m) => answers(m, request) && (status === undefined || m.status === status), what, ms);
  }

  /** Waits for the final response to a request, passing over the provisional ones. */
  final(request: SipMessage, ms?: number): Promise<SipMessage> {
    return this.#messages.take(
      (m) => answers(m, request) && m.status >= 200,
      `final response to ${request.method}`,
      ms,
    );
  }

  /**
   * Sends a request and gives the final response to it. With credentials a 401 or 407 is answered once. The failure of an
   * INVITE is acknowledged.
   */
  async ask(method: string, uri?: string, extra: Extra & Authentication = {}): Promise<SipMessage> {
    const request = this.send(this.request(method, uri, extra));
    return this.settle(request, await this.final(request), extra);
  }

  /** What `ask` does once the first final response is there: answers a challenge, acknowledges a failure. */
  async settle(
    request: SipMessage,
    response: SipMessage,
    { credentials, digest }: Authentication,
  ): Promise<SipMessage> {
    if (request.method === 'INVITE' && response.status >= 300) this.send(ackFailure(request, response));
    if (!credentials || (response.status !== 401 && response.status !== 407)) return response;
    const again = this.send(this.authenticate(request, response, credentials, digest));
    return this.settle(again, await this.final(again), {});
  }

  /** The same request once more with an answer to the first challenge: next CSeq, new branch (RFC 3261 section 22.2). */
  authenticate(
    request: SipMessage,
    challenged: SipMessage,
    credentials: Credentials,
    choices?: DigestChoices,
  ): SipMessage {
    const [challenge] = challengesOf(challenged);
    if (!challenge) throw new Error(`no Digest challenge in ${challenged.startLine}`);
    const { method, uri, cseq } = request;
    return request
      .clone()
      .set('Via', this.via())
      .set('CSeq', `${cseq.number + 1} ${method}`)
      .set(
        challenged.status === 407 ? 'Proxy-Authorization' : 'Authorization',
        answerChallenge(challenge, credentials, method, uri, choices),
      );
  }

  /** Waits for the next request of a method, in any dialog. */
  expect(method: string, ms?: number): Promise<SipMessage> {
    return this.#messages.take((message) => message.method === method, method, ms);
  }

  /** Waits for the next message that matches. */
  receive(match: (message: SipMessage) => boolean, what: string, ms?: number): Promise<SipMessage> {
    return this.#messages.take(match, what, ms);
  }

  /** Waits for bytes that are no message: a CRLF keep-alive (RFC 5626 section 4.4.1). */
  keepAlive(ms?: number): Promise<Buffer> {
    return this.#keepAlives.take(() => true, 'keep-alive', ms);
  }

  /** Waits `ms` milliseconds; fails if an unread message matches, or any at all when no match is given. */
  silence(ms: number, match: (message: SipMessage) => boolean = () => true): Promise<void> {
    return this.#messages.none(match, 'message', ms);
  }

  /**
   * Fails unless the peer has stopped sending messages that match: what it sent before it has seen all of ours is thrown
   * away, and for `ms` milliseconds from then on none may come.
   */
  async noMore(ms: number, match: (message: SipMessage) => boolean): Promise<void> {
    await this.ask('OPTIONS');
    this.#messages.drop(match);
    await this.silence(ms, match);
  }

  /** Sends a response over the flow the request came by. */
  reply(request: SipMessage, status: number, extra?: Extra): SipMessage {
    return this.send(composeResponse(this, request, status, extra), request);
  }

  /** Calls: sends an INVITE with SDP, waits for the 200, acknowledges it. Fails on any other answer. */
  async call(uri?: string, extra: Extra & Authentication = {}): Promise<Dialog> {
    const first = this.send(this.request('INVITE', uri, { body: sdp(this), ...extra }));
    const response = await this.settle(first, await this.final(first), extra);
    if (response.status !== 200) throw new Error(`the call was answered ${response.startLine}`);
    const dialog = Dialog.caller(this, first, response);
    this.send(dialog.ack());
    return dialog;
  }

  /** Takes a call: answers the INVITE with 200 and SDP and waits for the ACK. */
  async accept(invite: SipMessage, extra: Extra = {}): Promise<Dialog> {
    const response = this.reply(invite, 200, { body: sdp(this), ...extra });
    const dialog = Dialog.callee(this, invite, response);
    await dialog.expect('ACK');
    return dialog;
  }

  /** Closes the socket; a connection ends at once. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  #receive(bytes: Buffer, flow: Flow): void {
    try {
      if (bytes.toString().trim() === '') {
        this.#keepAlives.put(bytes);
        return;
      }
      const message = parseMessage(bytes);
      const faults = lint(message);
      if (faults.length > 0) throw new Error(`${faults.join(', ')} in:\n${message}`);
      this.#flows.set(message, flow);
      this.log.push(message);
      if (this.log.length > 10_000) this.log.shift();
      this.#messages.put(message);
    } catch (error) {
      this.#messages.fail(error as Error);
    }
  }
}

function answers(message: SipMessage, request: SipMessage): boolean {
  return message.isResponse && message.branch === request.branch && message.cseq.method === request.method;
}
