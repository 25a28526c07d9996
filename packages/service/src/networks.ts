import { BlockList, isIP, isIPv6 } from 'node:net';

/** A set of networks. */
export class Networks {
  readonly #list = new BlockList();
  readonly #isEmpty: boolean;

  /** @param networks addresses and networks in CIDR notation, valid ones */
  constructor(networks: readonly string[]) {
    this.#isEmpty = networks.length === 0;
    for (const network of networks) {
      const [address = '', prefix] = network.split('/');
      const family = isIPv6(address) ? 'ipv6' : 'ipv4';
      if (prefix === undefined) this.#list.addAddress(address, family);
      else this.#list.addSubnet(address, Number(prefix), family);
    }
  }

  /** Whether an address is in one of them. */
  has(address: string): boolean {
    if (this.#isEmpty) return false;
    const version = isIP(address);
    return version !== 0 && this.#list.check(address, version === 6 ? 'ipv6' : 'ipv4');
  }
}
