import { readFileSync } from 'node:fs';
import { describeSettings } from '@ringfence/service';
import t from 'tap';

t.test('the README lists every setting as it is', async (t) => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8').replace(/ +/g, ' ');
  for (const { name, purpose, fallback } of describeSettings()) {
    const row = `| \`${name}\` | ${fallback && `\`${fallback}\` `}| ${purpose} |`;
    t.ok(readme.includes(row), name);
  }
});
