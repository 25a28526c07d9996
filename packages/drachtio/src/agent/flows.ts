import { parseAddress } from '../sip/address.js';
import { parseNumber } from '../sip/characters.js';
import { splitList } from '../sip/list.js';
import type { SipRequest, SipResponse } from '../sip/message.js';
import { parameter } from '../sip/parameters.js';
import { parseUri, type SipUri } from '../sip/uri.js';
import type { Hop } from '../transport/hop.js';

interface Flow {
  readonly hop: Hop;
  readonly expires: number;
}

const MAX_CONTACTS = 16;
const DEFAULT_EXPIRY = 3600;

/**
 * The ways back to clients that registered a Contact nobody can resolve, in the domain `.invalid` (RFC 2606, as clients
 * behind NATs and in browsers do): requests to such a Contact go where its REGISTER came from, while it lasts.
 */
export class Flows {
  readonly #limit: number;
  readonly #now: () => number;
  readonly #flows = new Map<string, Flow>();

  /** @param now milliseconds that never run backwards */
  constructor({ limit, now }: { limit: number; now: () => number }) {
    this.#limit = limit;
    this.#now = now;
  }

  get size(): number {
    return this.#flows.size;
  }

  /** The way to a URI, if it is such a Contact. */
  find(uri: SipUri): Hop | undefined {
    if (!isUnresolvable(uri)) return undefined;
    const key = flowKey(uri);
    const flow = this.#flows.get(key);
    if (flow === undefined) return undefined;
    const isGone = flow.expires <= this.#now() || flow.hop.connection?.isOpen === false;
    if (isGone) this.#flows.delete(key);
    return isGone ? undefined : flow.hop;
  }

  /** Notes what a REGISTER that was answered 2xx binds and unbinds. */
  learn(request: SipRequest, response: SipResponse, from: Hop): void {
    const values = request.values('Contact').filter((value) => /\.invalid/i.test(value));
    if (values.length === 0) return;
    const requested = parseNumber(request.value('Expires') ?? '', 0xffffffff) ?? DEFAULT_EXPIRY;
    const contacts = values.flatMap((value) => splitList(value) ?? []);
    const granted = parseNumber(response.value('Expires') ?? '', 0xffffffff) ?? requested;
    for (const contact of contacts.slice(0, MAX_CONTACTS)) {
      const address = parseAddress(contact);
      const uri = address && parseUri(address.uri);
      if (uri === undefined || !isUnresolvable(uri)) continue;
      const own = parseNumber(parameter(address?.parameters ?? [], 'expires') ?? '', 0xffffffff) ?? requested;
      this.#set(
        flowKey(uri),
        { hop: from, expires: this.#now() + Math.max(own, own === 0 ? 0 : granted) * 1_000 },
        own === 0,
      );
    }
  }

  #set(key: string, flow: Flow, isRemoval: boolean): void {
    this.#flows.delete(key);
    if (isRemoval) return;
    const [oldest] = this.#flows.keys();
    if (this.#flows.size >= this.#limit && oldest !== undefined) this.#flows.delete(oldest);
    this.#flows.set(key, flow);
  }
}

function isUnresolvable(uri: SipUri): boolean {
  return uri.host.endsWith('.invalid');
}

function flowKey(uri: SipUri): string {
  return `${uri.user ?? ''}@${uri.host}:${uri.port ?? ''}`;
}
