import ipaddr from 'ipaddr.js';
import { type CountrySource, openGeoipLite, openMaxmind } from './databases.js';
import { countryOfNetwork, type IpAddress, parseNetworks } from './networks.js';

/** How many answers are remembered; the oldest makes room. */
const CACHE_SIZE = 10_000;

/** Which database to ask, and what goes before it. */
export interface CountryOptions {
  /** `maxmind` reads an MMDB file, `geoip-lite` the data of the package of that name (about 100 MB of memory). */
  provider: 'maxmind' | 'geoip-lite';
  /** Path of the operator's MMDB file, read again whenever it changes; without it the built-in one is used. */
  database?: string | undefined;
  /** Networks whose country the operator states, as {@link parseNetworks} takes them; they go before the database. */
  networks?: string;
  /** Told when a changed file cannot be read; the answers go on coming from the file as it was. */
  onError?: (error: Error) => void;
  /** Milliseconds between two looks at the operator's file; 5,000 when left out. */
  checkEvery?: number;
}

/** The country of an address, and who says so. */
export interface CountryAnswer {
  /** ISO 3166-1 alpha-2, upper case; undefined when not known, or when the address belongs to no country. */
  country: string | undefined;
  /** `networks`, `not an address`, the kind of special address (`private`, `loopback`, …), or the database and its build. */
  source: string;
}

/** An open look-up. */
export interface Countries {
  /** Looks an address up. An IPv4-mapped IPv6 address is the IPv4 address; anything else that is no address has no country. */
  country(address: string): CountryAnswer;
  /** Stops watching the file. */
  close(): void;
}

/**
 * Opens the country look-up.
 *
 * Private, loopback, documentation and other special addresses have no country, whatever the database says, unless the
 * operator's networks give them one.
 * @throws RangeError when the networks are malformed; Error when the database cannot be read
 */
export async function openCountries(options: CountryOptions): Promise<Countries> {
  const networks = parseNetworks(options.networks ?? '');
  const remembered = new Map<string, CountryAnswer>();
  const database = await openDatabase(options, () => remembered.clear());

  return {
    country(address) {
      const known = remembered.get(address);
      if (known !== undefined) return known;
      const answer = lookUp(address);
      if (remembered.size >= CACHE_SIZE) remembered.delete(remembered.keys().next().value as string);
      remembered.set(address, answer);
      return answer;
    },
    close: () => database.close(),
  };

  function lookUp(text: string): CountryAnswer {
    const address = parseAddress(text);
    if (address === undefined) return { country: undefined, source: 'not an address' };
    const stated = countryOfNetwork(networks, address);
    if (stated !== undefined) return { country: stated, source: 'networks' };
    const range = address.range();
    if (range !== 'unicast') return { country: undefined, source: range };
    return { country: database.country(address.toString()), source: database.source };
  }
}

function openDatabase(options: CountryOptions, onChange: () => void): Promise<CountrySource> {
  if (options.provider === 'geoip-lite') return openGeoipLite();
  return openMaxmind(options.database, {
    onChange,
    onError: options.onError ?? (() => {}),
    checkEvery: options.checkEvery ?? 5_000,
  });
}

/** Longest text of an address: IPv6 with an embedded IPv4 address. */
const LONGEST_ADDRESS = 45;

function parseAddress(text: string): IpAddress | undefined {
  if (text.length > LONGEST_ADDRESS || text.includes('%')) return undefined;
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return ipaddr.IPv6.isValid(text) ? ipaddr.process(text) : undefined;
}
