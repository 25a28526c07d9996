import { randomBytes } from 'node:crypto';
import { type Account, answerChallenge } from './digest.js';
import type { LoadSocket } from './load-socket.js';

/** A phone made for speed: it writes its two REGISTERs as text and looks only at what it needs of the answers. */
export class RegisteringPhone {
  readonly callId = randomBytes(8).toString('hex');
  readonly #account: Account;
  readonly #server: string;
  readonly #local: string;
  #cseq = 0;

  /** @param server host:port of the registrar @param local host:port that answers come to */
  constructor(account: Account, server: string, local: string) {
    this.#account = account;
    this.#server = server;
    this.#local = local;
  }

  /** Registers, or refreshes: REGISTER, 401, REGISTER with digest, 200. Tells whether that was the answer. */
  async register(socket: LoadSocket): Promise<boolean> {
    const challenge = await socket.ask(this.callId, this.first());
    const answer = challenge && (await socket.ask(this.callId, this.second(challenge)));
    return answer?.startsWith('SIP/2.0 200') ?? false;
  }

  /** The REGISTER that will be challenged. */
  first(): string {
    return this.#compose('');
  }

  /** The REGISTER that answers the challenge of a 401. */
  second(challenge: string): string {
    return this.#compose(answerChallenge(challenge, this.#account, 'REGISTER', `sip:${this.#server}`));
  }

  #compose(authorization: string): string {
    const { username } = this.#account;
    this.#cseq++;
    return (
      `REGISTER sip:${this.#server} SIP/2.0\r\n` +
      `Via: SIP/2.0/UDP ${this.#local};branch=z9hG4bK${this.callId}${this.#cseq};rport\r\n` +
      `Max-Forwards: 70\r\nFrom: <sip:${username}@${this.#server}>;tag=${this.callId}\r\n` +
      `To: <sip:${username}@${this.#server}>\r\nCall-ID: ${this.callId}\r\nCSeq: ${this.#cseq} REGISTER\r\n` +
      `Contact: <sip:${username}@${this.#local}>\r\nExpires: 3600\r\nUser-Agent: bench/1.0\r\n` +
      `${authorization}Content-Length: 0\r\n\r\n`
    );
  }
}
