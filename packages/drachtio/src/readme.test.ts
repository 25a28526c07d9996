import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';

t.test('the README’s example runs as it stands', async (t) => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const examples = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code ?? '');
  t.equal(examples.length, 1);
  const child = spawn(process.execPath, ['--input-type=module', '-e', examples[0] ?? ''], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  t.equal((await once(child, 'close'))[0], 0, output);
  t.match(output, /^# pass 1$/m);
});
