import { hash, randomBytes } from 'node:crypto';

/** What one phone needs to register again and again. */
export interface Account {
  username: string;
  password: string;
}

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

  /** The REGISTER that will be challenged. */
  first(): string {
    return this.#register('');
  }

  /** The REGISTER that answers the challenge of a 401. */
  second(challenge: string): string {
    const { username, password } = this.#account;
    const [nonce, realm] = [quoted(challenge, 'nonce'), quoted(challenge, 'realm')];
    const uri = `sip:${this.#server}`;
    const secret = hash('md5', `${username}:${realm}:${password}`);
    const response = hash('md5', `${secret}:${nonce}:00000001:c0ffee:auth:${hash('md5', `REGISTER:${uri}`)}`);
    return this.#register(
      `Authorization: Digest username="${username}", realm="${realm}", nonce="${nonce}", uri="${uri}", ` +
        `response="${response}", algorithm=MD5, qop=auth, nc=00000001, cnonce="c0ffee"\r\n`,
    );
  }

  #register(authorization: string): string {
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

function quoted(text: string, name: string): string {
  const from = text.indexOf(`${name}="`) + name.length + 2;
  return text.slice(from, text.indexOf('"', from));
}
