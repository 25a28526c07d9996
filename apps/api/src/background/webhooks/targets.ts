import { lookup as resolve } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { normalizeAddress } from '@ringfence/phone';
import { Networks } from '@ringfence/service';
import ipaddr from 'ipaddr.js';

/**
 * Where webhooks may be sent: over https to any public address, and to the networks that the operator allows. Customers name
 * the URLs, and must not reach through them what only this machine reaches.
 */
export class WebhookTargets {
  readonly #networks: Networks;
  readonly #hasNetworks: boolean;

  /** @param networks private addresses and networks that are allowed, also over http */
  constructor(networks: readonly string[]) {
    this.#networks = new Networks(networks);
    this.#hasNetworks = networks.length > 0;
  }

  /** Whether events may be sent to a URL, as far as that can be told without looking its name up. */
  allows(text: string): boolean {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || url.username !== '' || url.password !== '' || url.hash !== '') return false;
    if (url.protocol !== 'https:' && (url.protocol !== 'http:' || !this.#hasNetworks)) return false;
    const host = hostOf(url);
    return isIP(host) === 0 || this.allowsAddress(host, url);
  }

  /** Whether events for a URL may be sent to an address. */
  allowsAddress(text: string, url: URL): boolean {
    const address = normalizeAddress(text);
    if (address === undefined) return false;
    if (this.#networks.has(address)) return true;
    return url.protocol === 'https:' && ipaddr.parse(address).range() === 'unicast';
  }

  /**
   * Looks the name of a URL up when a connection is made, and gives only addresses that are allowed: a name may mean another
   * address each time that it is looked up.
   */
  lookup(url: URL): LookupFunction {
    return (hostname, options, callback) => {
      resolve(hostname, { ...options, all: true }, (error, addresses) => {
        if (error !== null) return callback(error, '');
        const allowed = addresses.filter(({ address }) => this.allowsAddress(address, url));
        const [first] = allowed;
        if (first === undefined) return callback(new Error(`${hostname} is at no address that is allowed`), '');
        if (options.all) callback(null, allowed);
        else callback(null, first.address, first.family);
      });
    };
  }
}

/** The host of a URL: an IPv6 address without its brackets. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
