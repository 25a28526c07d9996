import { lowerName } from '../sip/headers.js';
import type { SipRequest } from '../sip/message.js';
import type { Hop } from '../transport/hop.js';

/**
 * A request as a handler in this process gets it: what drachtio-srf would hand to a route, without the way through a
 * socket. Everything is read from the parsed message when it is first asked for.
 */
export class LocalRequest {
  readonly #request: SipRequest;
  readonly #from: Hop;
  readonly #text: string;
  readonly #isAscii: boolean;
  #headers: Readonly<Record<string, string | undefined>> | undefined;

  constructor(request: SipRequest, from: Hop) {
    this.#request = request;
    this.#from = from;
    this.#text = request.text;
    this.#isAscii = ASCII.test(this.#text);
  }

  get method(): string {
    return this.#request.method;
  }

  /** The Request-URI. */
  get uri(): string {
    return this.#request.uri;
  }

  get body(): string {
    return this.#decode(this.#request.body.toString('latin1'));
  }

  /** The whole message. */
  get raw(): string {
    return this.#decode(this.#text);
  }

  /** Each header's text by lower-case long name, several of one name joined by commas. */
  get headers(): Readonly<Record<string, string | undefined>> {
    if (this.#headers === undefined) {
      const headers: Record<string, string> = Object.create(null);
      for (const { name, value } of this.#request.headers) {
        const key = lowerName(name);
        const before = headers[key];
        headers[key] = before === undefined ? this.#decode(value) : `${before}, ${this.#decode(value)}`;
      }
      this.#headers = headers;
    }
    return this.#headers;
  }

  /** IP address that it came from, IPv6 without brackets. */
  get source_address(): string {
    return this.#from.address;
  }

  get source_port(): number {
    return this.#from.port;
  }

  /** `udp`, `tcp`, `tls`, `ws` or `wss`. */
  get protocol(): string {
    return this.#from.transport;
  }

  /** Text of one character a byte as the UTF-8 that it is. */
  #decode(latin1: string): string {
    return this.#isAscii ? latin1 : Buffer.from(latin1, 'latin1').toString('utf8');
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it tells ASCII from the rest
const ASCII = /^[\x00-\x7f]*$/;
