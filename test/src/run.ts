// Runs every test of the repository, or the compiled files given, and writes their results as TAP. Each file is a plain Node
// process, and its output is passed on as it is: tap's own command reads every assertion again, which takes minutes.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Test files that run at the same time: one more than processors, since many wait. */
const JOBS = 3;

/** Milliseconds that a file may take. */
const LIMIT = 300_000;

const given = process.argv.slice(2);
const files = given.length > 0 ? given : findTests();
// Source maps take a tenth of a test's time; whoever runs one alone wants to see where in the source it fails.
const options = given.length > 0 ? ['--enable-source-maps'] : [];
const env = { ...process.env, TAP_TIMEOUT: String(LIMIT / 1_000) };
const waiting = [...files];
const failures: string[] = [];
let [passed, failed, reported] = [0, 0, 0];

process.stdout.write(`TAP version 14\n1..${files.length}\n`);
await Promise.all(Array.from({ length: JOBS }, runWaiting));
// Said again at the end, as comments: nobody finds them among twenty thousand lines, and some readers keep the last ones only.
if (failures.length > 0) process.stdout.write(`# Failed:\n${failures.join('\n').replace(/^/gm, '# ')}\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

async function runWaiting(): Promise<void> {
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) report(await run(file));
}

/** A test file that has run. */
interface Result {
  file: string;
  output: string;
  /** Exit code, or the signal that ended it. */
  end: number | string;
  /** Milliseconds that it took. */
  time: number;
}

function run(file: string): Promise<Result> {
  return new Promise((resolve) => {
    const began = performance.now();
    const child = spawn(process.execPath, [...options, file], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] });
    const chunks: Buffer[] = [];
    // tap itself ends a file that takes too long; this is for one that doesn't even let it.
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT + 5_000);
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    // A program that the test left behind may hold the pipe open.
    child.once('exit', () => setTimeout(() => child.stdout.destroy(), 1_000).unref());
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const time = Math.round(performance.now() - began);
      resolve({ file, output: Buffer.concat(chunks).toString(), end: code ?? signal ?? 'unknown', time });
    });
  });
}

/** A file passes when it ends well and tap's last words count assertions that all passed; none may be skipped. */
function report({ file, output, end, time }: Result): void {
  const { total = 0, pass = 0 } = readTotals(output);
  const good = end === 0 && total > 0 && pass === total;
  passed += pass;
  failed += good ? 0 : Math.max(total - pass, 1);
  reported++;
  const shown = output.trimEnd().replace(/^TAP version 14\n/, '');
  process.stdout.write(`# Subtest: ${file}\n${shown.replace(/^(?=.)/gm, '    ')}\n`);
  process.stdout.write(`${good ? 'ok' : 'not ok'} ${reported} - ${file} # time=${time}ms\n`);
  if (good) return;
  const why = `ended: ${end}\n  passed: ${pass} of ${total}`;
  process.stdout.write(`  ---\n  ${why}\n  ...\n`);
  failures.push(`${file}\n  ${why}`, ...findFailures(shown));
}

/** The first ten `not ok` lines with the diagnostics under them. */
function findFailures(output: string): string[] {
  return (output.match(/^( *)not ok .*(\n\1 {2}---\n[\s\S]*?\n\1 {2}\.\.\.$)?/gm) ?? []).slice(0, 10);
}

/** The totals that tap writes at the end: `# { total: 3, pass: 2, fail: 1 }`. */
function readTotals(output: string): { total?: number; pass?: number } {
  const [, total, pass] = /^# \{ total: (\d+), pass: (\d+)[^\n]*\}$/m.exec(output.slice(-200)) ?? [];
  return total === undefined ? {} : { total: Number(total), pass: Number(pass) };
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
