import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from '../bench/digest.js';
import { RegisteringPhone } from '../bench/registering-phone.js';
import type { Endpoint } from '../sip/index.js';

/** Milliseconds after which a request that hears nothing is sent again, and how often it is. */
const RETRY = 500;
const TRIES = 8;

/** Many phones behind one socket that all register at the same time, and send again what hears nothing, as phones do. */
export class Storm {
  readonly #socket: Socket;
  readonly #server: Endpoint;
  readonly #phones: readonly RegisteringPhone[];
  readonly #waiting = new Map<string, (answer: string) => void>();

  private constructor(socket: Socket, server: Endpoint, accounts: readonly Account[]) {
    this.#socket = socket;
    this.#server = server;
    const local = `127.0.0.1:${socket.address().port}`;
    this.#phones = accounts.map((account) => new RegisteringPhone(account, `${server.address}:${server.port}`, local));
    socket.on('message', (bytes) => {
      const answer = bytes.toString('latin1');
      const from = answer.indexOf('Call-ID: ') + 9;
      this.#waiting.get(answer.slice(from, answer.indexOf('\r', from)))?.(answer);
    });
  }

  /** Opens the socket; nothing is sent. */
  static async open(accounts: readonly Account[], server: Endpoint): Promise<Storm> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 }).bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new Storm(socket, server, accounts);
  }

  /**
   * Has all phones register at once, and again when they are told to come back.
   * @param patience ms that each phone tries
   * @returns how many were registered
   */
  async registerAll(patience: number): Promise<number> {
    const until = Date.now() + patience;
    const results = await Promise.all(this.#phones.map((phone) => this.#register(phone, until)));
    return results.filter((isRegistered) => isRegistered).length;
  }

  close(): void {
    this.#socket.close();
  }

  async #register(phone: RegisteringPhone, until: number): Promise<boolean> {
    while (Date.now() < until) {
      const challenge = await this.#ask(phone, phone.first());
      const answer = challenge.startsWith('SIP/2.0 401') ? await this.#ask(phone, phone.second(challenge)) : challenge;
      if (answer.startsWith('SIP/2.0 200')) return true;
      if (answer.startsWith('SIP/2.0 403')) return false;
      const wait = Number(/^Retry-After: (\d+)/m.exec(answer)?.[1] ?? 1);
      await delay(wait * 1_000);
    }
    return false;
  }

  /** The answer; empty when none came. */
  async #ask(phone: RegisteringPhone, request: string): Promise<string> {
    const answered = new Promise<string>((resolve) => this.#waiting.set(phone.callId, resolve));
    for (let attempt = 0; attempt < TRIES; attempt++) {
      this.#socket.send(request, this.#server.port, this.#server.address);
      const answer = await Promise.race([answered, delay(RETRY, '')]);
      if (answer !== '') return answer;
    }
    return '';
  }
}
