import { readFileSync } from 'node:fs';
import { describeSettings } from '@ringfence/service';
import t from 'tap';

t.test('the README lists every setting as it is', async (t) => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  for (const { name, purpose, fallback } of describeSettings()) {
    t.ok(readme.includes(`| \`${name}\` | ${fallback && `\`${fallback}\``} | ${purpose} |`), name);
  }
});
