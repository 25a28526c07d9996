import codes from 'i18n-iso-countries/codes.json' with { type: 'json' };

const NAMES = new Intl.DisplayNames('en', { type: 'region' });

/** The codes of ISO 3166-1 alpha-2 that there are. */
export const COUNTRIES: readonly string[] = codes.map(([alpha2]) => alpha2 as string).filter((code) => code !== 'XK');

/** The alpha-2 code of each numeric one, three digits. */
export const BY_NUMBER: ReadonlyMap<string, string> = new Map(
  codes.map(([alpha2, , numeric]) => [numeric as string, alpha2 as string]),
);

/** The name of a country. */
export function countryName(code: string): string {
  try {
    return NAMES.of(code) ?? code;
  } catch {
    return code;
  }
}

/** The codes of a comma list, as a phone has it. */
export function splitCountries(list: string | undefined): string[] {
  return (list ?? '').split(',').filter((code) => code !== '');
}
