import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from '../bench/digest.js';
import { headerOf, LoadSocket } from '../bench/load-socket.js';
import { RegisteringPhone } from '../bench/registering-phone.js';
import type { Endpoint } from '../sip/index.js';

/** Milliseconds after which a request that hears nothing is sent again, and how often it is. */
const RETRY = 500;
const TRIES = 8;

/** Many phones behind one socket that all register at the same time, and send again what hears nothing, as phones do. */
export class Storm {
  readonly #socket: LoadSocket;
  readonly #phones: readonly RegisteringPhone[];

  private constructor(socket: LoadSocket, phones: readonly RegisteringPhone[]) {
    this.#socket = socket;
    this.#phones = phones;
  }

  /** Opens the socket; nothing is sent. */
  static async open(accounts: readonly Account[], server: Endpoint): Promise<Storm> {
    const socket = await LoadSocket.open(server);
    const at = `${server.address}:${server.port}`;
    return new Storm(
      socket,
      accounts.map((account) => new RegisteringPhone(account, at, socket.local)),
    );
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
      await delay(Number(headerOf(answer, 'Retry-After') || 1) * 1_000);
    }
    return false;
  }

  /** The answer; empty when none came. */
  async #ask({ callId }: RegisteringPhone, request: string): Promise<string> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const answer = await this.#socket.ask(callId, request, RETRY);
      if (answer !== undefined) return answer;
    }
    return '';
  }
}
