import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { DigestAlgorithm } from '../digest/credentials.js';
import { digestResponse } from '../digest/response.js';
import { type Message, param, parseMessage } from './message.js';

/** Username and password of a phone. */
export interface Account {
  username: string;
  password: string;
}

/** A request to write. */
export interface Request {
  method: string;
  uri?: string;
  to?: string;
  from?: string;
  callId?: string;
  cseq?: number;
  fromTag?: string;
  /** Via of whom the request came from, when the phone plays a proxy. */
  fromVia?: string;
  /** Further headers; undefined removes one of the usual ones. */
  headers?: Record<string, string | string[] | undefined>;
  body?: string;
  contentType?: string;
}

/** How to answer a challenge; everything has a right value that a test may replace. */
export interface AnswerOptions {
  algorithm?: DigestAlgorithm;
  nc?: string;
  cnonce?: string;
  username?: string;
  realm?: string;
  uri?: string;
  parts?: (parts: Record<string, string>) => Record<string, string>;
}

export const SDP_A =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n';
export const SDP_B = SDP_A.replace('40000', '50000');

/** A UDP phone that says exactly what a test wants. */
export class TestPhone {
  readonly account: Account;
  readonly #socket: Socket;
  readonly #server: number;
  readonly #received: Message[] = [];
  readonly #waiting: { wants: (message: Message) => boolean; resolve: (message: Message) => void }[] = [];
  #cseq = 0;

  /** @param server SIP port of the server, on 127.0.0.1 */
  static async open(server: number, account: Account, address = '127.0.0.1'): Promise<TestPhone> {
    const socket = createSocket('udp4');
    socket.bind(0, address);
    await once(socket, 'listening');
    return new TestPhone(socket, server, account);
  }

  private constructor(socket: Socket, server: number, account: Account) {
    this.#socket = socket;
    this.#server = server;
    this.account = account;
    socket.on('message', (bytes) => this.#receive(parseMessage(bytes.toString())));
  }

  get hostPort(): string {
    const { address, port } = this.#socket.address();
    return `${address}:${port}`;
  }

  get contact(): string {
    return `<sip:${this.account.username}@${this.hostPort}>`;
  }

  close(): void {
    this.#socket.close();
  }

  send(text: string): void {
    this.#socket.send(text, this.#server, '127.0.0.1');
  }

  /** Writes a request. */
  compose(request: Request): string {
    const { method, body = '', contentType = 'application/sdp', fromTag = 'f1', callId = random() } = request;
    const { uri = 'sip:127.0.0.1', from = `<sip:${this.account.username}@127.0.0.1>` } = request;
    const { to = `<sip:${this.account.username}@127.0.0.1>`, cseq = ++this.#cseq } = request;
    const headers: Record<string, string | string[] | undefined> = {
      Via: [`SIP/2.0/UDP ${this.hostPort};branch=z9hG4bK${random()};rport`, request.fromVia ?? []].flat(),
      'Max-Forwards': '70',
      From: `${from};tag=${fromTag}`,
      To: to,
      'Call-ID': callId,
      CSeq: `${cseq} ${method}`,
      Contact: this.contact,
      ...(body === '' ? {} : { 'Content-Type': contentType }),
      ...request.headers,
    };
    const lines = Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [value].flat().map((one) => `${name}: ${one}`),
    );
    return [`${method} ${uri} SIP/2.0`, ...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
  }

  /** Sends a request and waits for its final response. */
  async ask(request: Request): Promise<Message> {
    const callId = request.callId ?? random();
    const cseq = request.cseq ?? ++this.#cseq;
    this.send(this.compose({ ...request, callId, cseq }));
    return this.response(callId, cseq);
  }

  /** Waits for the final response to a request of this phone. */
  response(callId: string, cseq: number): Promise<Message> {
    return this.next(
      (message) =>
        message.status >= 200 && message.header('Call-ID') === callId && message.header('CSeq').startsWith(`${cseq} `),
    );
  }

  /** Sends a request, answers its challenge, and waits for what follows. */
  async authenticated(request: Request, options: AnswerOptions = {}): Promise<Message> {
    const callId = request.callId ?? random();
    const challenge = await this.ask({ ...request, callId });
    if (request.method === 'INVITE') this.acknowledge(challenge, request);
    if (challenge.status !== 401 && challenge.status !== 407) return challenge;
    return this.ask(this.answering(challenge, { ...request, callId }, options));
  }

  /** The request with an answer to a challenge. */
  answering(challenge: Message, request: Request, options: AnswerOptions = {}): Request {
    const proxy = challenge.status === 407;
    const text = challenge.header(proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate');
    const { algorithm = 'MD5', nc = '00000001', cnonce = 'c1' } = options;
    const { username = this.account.username, realm = param(text, 'realm') } = options;
    const digest = { algorithm, nc, cnonce, username, realm, nonce: param(text, 'nonce') };
    const uri = options.uri ?? request.uri ?? 'sip:127.0.0.1';
    const response = digestResponse({ ...digest, uri }, request.method, this.account.password);
    const all: Record<string, string> = { ...digest, uri, response, qop: 'auth' };
    const parts = options.parts?.(all) ?? all;
    const value = Object.entries(parts).map(([name, part]) =>
      BARE.has(name) ? `${name}=${part}` : `${name}="${part}"`,
    );
    const header = proxy ? 'Proxy-Authorization' : 'Authorization';
    const { cseq: _cseq, ...again } = request;
    return { ...again, headers: { ...request.headers, [header]: `Digest ${value.join(', ')}` } };
  }

  /** Registers, and waits for the answer. */
  register(request: Partial<Request> & { expires?: number } = {}, options: AnswerOptions = {}): Promise<Message> {
    const { expires = 300, headers, ...rest } = request;
    const all = { Expires: `${expires}`, 'User-Agent': 'TestPhone/1.0', ...headers };
    return this.authenticated({ method: 'REGISTER', ...rest, headers: all }, options);
  }

  /** The ACK to a final response to an INVITE. */
  acknowledge(response: Message, request: Request, body = ''): void {
    const cseq = Number(response.header('CSeq').split(' ')[0]);
    const success = response.status < 300;
    const target = /<([^>]*)>/.exec(response.header('Contact'))?.[1];
    this.send(
      this.compose({
        ...{ method: 'ACK', cseq, body, to: response.header('To'), callId: response.header('Call-ID') },
        ...{ uri: success && target ? target : (request.uri ?? 'sip:127.0.0.1') },
        ...(request.from ? { from: request.from } : {}),
        headers: success ? {} : { Via: response.header('Via').replace(/;received=[^;]*|;rport=\d+/g, '') },
      }),
    );
  }

  /**
   * Calls a number, answering the challenge, and leaves the INVITE open.
   * @returns the INVITE that was sent, to wait for responses of and to cancel
   */
  async invite(
    number: string,
    request: Partial<Request> = {},
  ): Promise<Request & { callId: string; cseq: number; text: string }> {
    const first = {
      method: 'INVITE',
      uri: `sip:${number}@127.0.0.1`,
      to: `<sip:${number}@127.0.0.1>`,
      body: SDP_A,
      ...request,
    };
    const callId = first.callId ?? random();
    const challenge = await this.ask({ ...first, callId });
    this.acknowledge(challenge, first);
    const again = { ...this.answering(challenge, { ...first, callId }), callId, cseq: ++this.#cseq };
    const text = this.compose(again);
    this.send(text);
    return { ...again, text };
  }

  /** The CANCEL of a request that was sent. */
  cancel(text: string): void {
    const message = parseMessage(text);
    const lines = ['Via', 'From', 'To', 'Call-ID'].map((name) => `${name}: ${message.header(name)}`);
    const cseq = message.header('CSeq').split(' ')[0];
    const start = message.start.replace(/^INVITE/, 'CANCEL');
    this.send([start, ...lines, `CSeq: ${cseq} CANCEL`, 'Max-Forwards: 70', 'Content-Length: 0', '', ''].join('\r\n'));
  }

  /** A request within a dialog that this phone's INVITE made. */
  within(response: Message, request: Request): Request {
    const uri = /<([^>]*)>/.exec(response.header('Contact'))?.[1] ?? '';
    return { uri, to: response.header('To'), callId: response.header('Call-ID'), ...request };
  }

  /** A request within a dialog that an INVITE to this phone made. */
  withinCallee(invite: Message, request: Request): Request {
    const uri = /<([^>]*)>/.exec(invite.header('Contact'))?.[1] ?? '';
    const fromTag = `t${this.account.username.slice(0, 6)}`;
    return {
      uri,
      to: invite.header('From'),
      from: invite.header('To'),
      fromTag,
      callId: invite.header('Call-ID'),
      ...request,
    };
  }

  /** Answers a request. */
  answer(
    request: Message,
    status: number,
    { body = '', headers = {} }: { body?: string; headers?: Record<string, string> } = {},
  ): void {
    const to = request.header('To');
    const lines = [
      `SIP/2.0 ${status} Answer`,
      ...request.all('Via').map((via) => `Via: ${via}`),
      `From: ${request.header('From')}`,
      `To: ${to.includes('tag=') || status === 100 ? to : `${to};tag=t${this.account.username.slice(0, 6)}`}`,
      `Call-ID: ${request.header('Call-ID')}`,
      `CSeq: ${request.header('CSeq')}`,
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      ...Object.entries({ Contact: this.contact, ...headers }).map(([name, value]) => `${name}: ${value}`),
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    this.send([...lines, '', body].join('\r\n'));
  }

  /** The next request of a method that arrives, or has arrived and was not taken. */
  request(method: string, time?: number): Promise<Message> {
    return this.next((message) => message.status === 0 && message.method === method, time);
  }

  /** Takes the first message that a test wants. */
  next(wants: (message: Message) => boolean, time = 4_000): Promise<Message> {
    const index = this.#received.findIndex(wants);
    if (index >= 0) return Promise.resolve(this.#received.splice(index, 1)[0] as Message);
    return new Promise((resolve, reject) => {
      const taken = (message: Message) => {
        clearTimeout(timer);
        resolve(message);
      };
      const wait = { wants, resolve: taken };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(wait), 1);
        reject(new Error(`nothing came; untaken: ${this.#received.map(({ start }) => start).join(' | ')}`));
      }, time);
      this.#waiting.push(wait);
    });
  }

  /** What arrived and was not taken. */
  get untaken(): string[] {
    return this.#received.map(({ start }) => start);
  }

  #receive(message: Message): void {
    const index = this.#waiting.findIndex(({ wants }) => wants(message));
    if (index < 0) this.#received.push(message);
    else this.#waiting.splice(index, 1)[0]?.resolve(message);
  }
}

const BARE = new Set(['algorithm', 'nc', 'qop']);

function random(): string {
  return randomBytes(6).toString('hex');
}
