#!/usr/bin/env node
// The `ringfence` command. `start` installs and compiles what is missing or new; the others, which work on what was
// started, do that only when nothing was compiled yet.
import { existsSync } from 'node:fs';
import { install } from './install.js';

const cli = new URL('../dist/cli.js', import.meta.url);

if (process.argv[2] === 'start') {
  await import('./start.js');
} else {
  if (!existsSync(cli)) install({});
  await import(cli.href);
}
