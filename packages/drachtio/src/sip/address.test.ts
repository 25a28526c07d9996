import t from 'tap';
import { parseAddress } from './address.js';
import { splitList } from './list.js';
import { parameter } from './parameters.js';

t.test('addresses that are read (RFC 3261 section 20.10)', async (t) => {
  const table: [value: string, displayName: string, uri: string, tag?: string][] = [
    ['<sip:a@b>', '', 'sip:a@b'],
    ['sip:a@b;tag=1', '', 'sip:a@b', '1'],
    ['<sip:a@b;x=1>;tag=2;y', '', 'sip:a@b;x=1', '2'],
    ['Alice <sip:a@b>;TAG=3', 'Alice', 'sip:a@b', '3'],
    ['"A \\" <B>" <sip:a@b> ; tag = 4', '"A \\" <B>"', 'sip:a@b', '4'],
    ['"" <tel:+49>', '""', 'tel:+49'],
    ['J\u00c3\u00bcrgen <sip:a@b>', 'J\u00c3\u00bcrgen', 'sip:a@b'],
  ];
  for (const [value, displayName, uri, tag] of table) {
    const address = parseAddress(value);
    t.same([address?.displayName, address?.uri, address?.tag], [displayName, uri, tag], value);
  }
  t.equal(parameter(parseAddress('<sip:a@b>;q="x;y"')?.parameters ?? [], 'q'), '"x;y"');
});

t.test('addresses that are refused', async (t) => {
  const values = [
    '',
    '<>',
    '<sip:a@b',
    '"a <sip:a@b>',
    '"a" sip:a@b',
    '<sip:a@b>x',
    '<sip:a@b>;',
    '<sip:a@b>;tag=',
    '<sip:a@b>;tag=a|b',
    '<sip:a@b>;tag="q"',
    'sip:a@b,sip:c@d',
    '*',
  ];
  for (const value of values) t.equal(parseAddress(value), undefined, value);
});

t.test('lists are split at the commas that separate', async (t) => {
  t.same(splitList('<sip:a,b@c>, "x,\\"y" <sip:d@e>;q=1,sip:f@g'), [
    '<sip:a,b@c>',
    '"x,\\"y" <sip:d@e>;q=1',
    'sip:f@g',
  ]);
  t.same(splitList('a'), ['a']);
  for (const value of ['', ',', 'a,', 'a,,b', '"a,b', '<a,b']) t.equal(splitList(value), undefined, value);
});
