import t from 'tap';
import { newCredentials } from './credentials.js';
import { newId, parseId } from './ids.js';

t.test(
  'credentials are 32 characters of a-z and 0-9, never the same, each character as likely as another',
  async (t) => {
    const texts = Array.from({ length: 1_000 }, () => Object.values(newCredentials())).flat();
    t.ok(texts.every((text) => /^[a-z0-9]{32}$/.test(text)));
    t.equal(new Set(texts).size, 2_000);
    const counts = new Map<string, number>();
    for (const character of texts.join('')) counts.set(character, (counts.get(character) ?? 0) + 1);
    const expected = (2_000 * 32) / 36;
    t.equal(counts.size, 36);
    for (const [character, count] of counts) t.ok(Math.abs(count - expected) < 6 * Math.sqrt(expected), character);
  },
);

t.test('ids are ordered by time and read in any case', async (t) => {
  const [first, second] = [newId(), newId()];
  t.match(first, /^[0-9a-f]{24}$/);
  t.ok(first < second);
  t.equal(parseId(first.toUpperCase()), first);
  for (const text of [undefined, '', 'x', `${first}0`, first.slice(1), `${first}\n`]) t.equal(parseId(text), undefined);
});
