import { unwatchFile, watchFile } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import maxmind, { type Reader, type Response } from 'maxmind';

/** A database of countries. */
export interface CountrySource {
  /** Which database it is, and of which day. */
  readonly source: string;
  /** The country of a public address, ISO 3166-1 alpha-2; undefined when the database has none. */
  country(address: string): string | undefined;
  close(): void;
}

/** How an operator's file is followed. */
export interface Following {
  /** Called after the file was read again. */
  onChange(): void;
  /** Called when it could not be. */
  onError(error: Error): void;
  /** Milliseconds between two looks at the file. */
  checkEvery: number;
}

/** The combined file: the one for IPv4 alone answers IPv6 wrongly. */
const BUILT_IN = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';

/**
 * Opens an MMDB file, either with MaxMind's records (`country.iso_code`) or with flat ones (`country_code`).
 * @param path the operator's file, which is followed; the built-in one, which never changes, when undefined
 * @throws Error when the file is missing or no country database
 */
export async function openMaxmind(path: string | undefined, following: Following): Promise<CountrySource> {
  const file = path ?? fileURLToPath(import.meta.resolve(BUILT_IN));
  let reader = await readDatabase(file);

  async function readAgain(): Promise<void> {
    try {
      reader = await readDatabase(file);
      following.onChange();
    } catch (error) {
      following.onError(error as Error);
    }
  }
  if (path !== undefined) watchFile(file, { persistent: false, interval: following.checkEvery }, readAgain);

  return {
    get source() {
      return `${basename(file)} ${reader.metadata.buildEpoch.toISOString().slice(0, 10)}`;
    },
    country: (address) => countryOf(reader.get(address)),
    close: () => unwatchFile(file, readAgain),
  };
}

/** Opens geoip-lite with the data it was installed with. */
export async function openGeoipLite(): Promise<CountrySource> {
  const { default: geoip } = await import('geoip-lite');
  return {
    source: 'geoip-lite',
    country: (address) => countryOf({ country_code: geoip.lookup(address)?.country }),
    close: () => {},
  };
}

async function readDatabase(file: string): Promise<Reader<Response>> {
  try {
    const reader = await maxmind.open<Response>(file);
    if (!(reader.metadata.buildEpoch instanceof Date)) throw new Error('it has no build date');
    return reader;
  } catch (error) {
    throw new Error(`${file} is no readable MMDB file: ${(error as Error).message}`);
  }
}

/** The fields of a record that name a country, in either layout. */
interface CountryRecord {
  country_code?: unknown;
  country?: { iso_code?: unknown };
}

function countryOf(record: unknown): string | undefined {
  const { country_code, country } = (record ?? {}) as CountryRecord;
  const code = country?.iso_code ?? country_code;
  return typeof code === 'string' && /^[A-Za-z]{2}$/.test(code) ? code.toUpperCase() : undefined;
}
