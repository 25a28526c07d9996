// Runs every test of the repository, or the compiled files given, and writes their results as TAP. Each file is a plain Node
// process: what tap's own command puts into each one, and into each program that a test starts, takes seconds.
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Test files that run at the same time: there are as many processors. */
const JOBS = 2;

/** Milliseconds that a file may take. */
const LIMIT = 120_000;

const given = process.argv.slice(2);
const files = given.length > 0 ? given : findTests();
// Source maps take a tenth of a test's time; whoever runs one alone wants to see where in the source it fails.
const options = given.length > 0 ? ['--enable-source-maps'] : [];
const env = { ...process.env, TAP_TIMEOUT: String(LIMIT / 1_000) };
t.jobs = JOBS;
t.setTimeout(0);
t.plan(files.length);
for (const file of files) {
  t.spawn(process.execPath, [...options, file], { cwd: ROOT, buffered: true, timeout: LIMIT, env }, file);
}

/** The compiled tests; those that span processes come first, because they take longest. */
function findTests(): string[] {
  const workspaces = ['apps', 'packages'].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).map((name) => join(folder, name)),
  );
  return ['test', ...workspaces].flatMap((workspace) => {
    const sources = readdirSync(join(ROOT, workspace, 'src'), { recursive: true, encoding: 'utf8' });
    return sources
      .filter((source) => source.endsWith('.test.ts'))
      .sort()
      .map((source) => relative(ROOT, join(ROOT, workspace, 'dist', source.replace(/ts$/, 'js'))));
  });
}
