// `npm test`: installs what is missing, then runs every test (or the files given).
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { install, ROOT } from './install.js';

install({ 'redis-server': 'redis-server', sipp: 'sip-tester', baresip: 'baresip', sipsak: 'sipsak' });
const tap = join(ROOT, 'node_modules/tap/dist/esm/run.mjs');
const { status } = spawnSync(process.execPath, [tap, ...process.argv.slice(2)], { cwd: ROOT, stdio: 'inherit' });
process.exit(status ?? 1);
