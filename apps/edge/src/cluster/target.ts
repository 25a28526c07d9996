import { lookup, resolveSrv } from 'node:dns/promises';
import { normalizeAddress } from '@ringfence/phone';
import type { SipStack } from '../sip/stack.js';
import { parseSipUri, type SipUri, uriHost, uriUser } from '../sip/uri.js';

/** Milliseconds that a target may take to answer OPTIONS; over UDP it is then sent four times. */
const ANSWER_TIME = 4_000;

/** Most host names of a target's SRV records that are looked up. */
const MOST_HOSTS = 16;

/** Answers that say that a target cannot be used: time-out, no connection, overload (RFC 3263 section 4.3). */
const UNUSABLE = new Set([408, 430, 503]);

/** Whether a final status of a request says that the next target is to be tried. */
export function isUnusable(status: number): boolean {
  return UNUSABLE.has(status);
}

/** One SIP server of a PBX cluster. */
export class ClusterTarget {
  /** As in the settings: `sip:host:port;transport=…`. */
  readonly uri: string;
  readonly #stack: SipStack;
  readonly #parsed: SipUri;
  #addresses: ReadonlySet<string> = new Set();
  #isUp = true;
  #checking: Promise<boolean> | undefined;

  /** @throws Error when the URI is none */
  constructor(stack: SipStack, uri: string) {
    const parsed = parseSipUri(uri);
    if (parsed === undefined) throw new Error(`'${uri}' is no SIP URI`);
    this.uri = uri;
    this.#stack = stack;
    this.#parsed = parsed;
  }

  /** Whether the last check found it able to take calls; it counts as able before the first. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Whether it is at an address, as `normalizeAddress` writes it. */
  isAt(address: string): boolean {
    return this.#addresses.has(address);
  }

  /** The Request-URI that a number has here. */
  uriOf(number: string): string {
    return this.uri.replace(/^(sips?:)(?:[^@]*@)?/i, `$1${uriUser(number)}@`);
  }

  /** Asks it with OPTIONS whether it can take calls; joins a check that is under way. Never rejects. */
  check(): Promise<boolean> {
    this.#checking ??= this.#ask().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  /** Looks its addresses up; what cannot be looked up now stays as it was. */
  async findAddresses(): Promise<void> {
    const { host, port, params } = this.#parsed;
    const names = port === undefined ? await srvHosts(host, params.get('transport') ?? 'udp') : [host];
    const found = await Promise.all(names.map((name) => lookup(name, { all: true }).catch(() => [])));
    const addresses = found.flat().map(({ address }) => normalizeAddress(address) ?? address);
    if (addresses.length > 0) this.#addresses = new Set(addresses);
  }

  async #ask(): Promise<boolean> {
    const status = await this.#options();
    this.#isUp = !isUnusable(status);
    return this.#isUp;
  }

  /** The status of the answer; 408 when there is none. */
  #options(): Promise<number> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(408), ANSWER_TIME);
      const done = (status: number) => {
        clearTimeout(timer);
        resolve(status);
      };
      try {
        const { host, port } = this.#parsed;
        const To = `<sip:${uriHost(host)}${port === undefined ? '' : `:${port}`}>`;
        this.#stack.request(this.uri, { method: 'OPTIONS', headers: { To } }, (error, request) => {
          if (error !== null || request === undefined) done(503);
          else request.on('response', ({ status }) => status >= 200 && done(status));
        });
      } catch {
        done(503);
      }
    });
  }
}

/** The hosts that a name's SRV records give, and the name itself (RFC 3263 section 4.2). */
async function srvHosts(name: string, transport: string): Promise<string[]> {
  const service = transport === 'tls' ? '_sips._tcp' : `_sip._${transport}`;
  const records = await resolveSrv(`${service}.${name}`).catch(() => []);
  return [name, ...records.slice(0, MOST_HOSTS).map((record) => record.name)];
}
