import t from 'tap';
import { parseCountries } from './countries.js';

t.test('a list of countries is read in any case, with spaces, each country once', async (t) => {
  const table: [text: string, countries: string[], invalid: string[]][] = [
    ['', [], []],
    ['  ', [], []],
    ['DK', ['DK'], []],
    [' dk , Se,DK,dk ', ['DK', 'SE'], []],
    ['XX', [], ['XX']],
    ['DK,,SE', ['DK', 'SE'], ['']],
    ['DK;SE', [], ['DK;SE']],
    ['DK-84,UK,EU,XK', [], ['DK-84', 'UK', 'EU', 'XK']],
  ];
  for (const [text, countries, invalid] of table) t.same(parseCountries(text), { countries, invalid }, `'${text}'`);
});

t.test('every assigned code has a name, and there are 249 of them', async (t) => {
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  const { countries } = parseCountries(codes.join());
  t.equal(countries.length, 249);
  t.ok(countries.every((code) => names.of(code) !== undefined));
});
