// Puts in place what a fresh machine lacks. It runs before any package is installed, so it is plain JavaScript and uses
// nothing but Node itself.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top folder of the repository. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The oldest Node that everything here runs on. */
const NODE_NEEDED = [20, 19];

/**
 * Installs the npm packages when they are missing or other than the lock file says, the Debian packages of the programs named,
 * compiles the TypeScript and bundles the operators' page. Ends the process with one clear line when something cannot be had.
 * @param {Record<string, string>} programs the programs needed, each with the Debian package that has it
 */
export function install(programs) {
  checkNode();
  installNpmPackages();
  installDebianPackages(programs);
  build();
}

/** Compiles the TypeScript and bundles the operators' page, where something changed. */
export function build() {
  compile();
  bundle();
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [neededMajor = 0, neededMinor = 0] = NODE_NEEDED;
  if (major < neededMajor || (major === neededMajor && minor < neededMinor)) {
    fail(`Node ${NODE_NEEDED.join('.')} or newer is needed, this is ${process.versions.node}.`);
  }
}

function installNpmPackages() {
  if (arePackagesInstalled()) return;
  say('installing npm packages');
  run('npm ci', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** @param {Record<string, string>} programs */
function installDebianPackages(programs) {
  const missing = Object.keys(programs).filter((program) => !isInstalled(program));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((program) => programs[program] ?? program))];
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  if (process.getuid?.() !== 0 || !isInstalled('apt-get')) {
    fail(`${missing.join(', ')} not found. Install with: sudo ${command}`);
  }
  say(`installing Debian packages: ${packages.join(' ')}`);
  // RUNLEVEL keeps the packages from starting services of their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  run('apt-get update', 'apt-get', ['update', '-qq'], env);
  run(command, 'apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], env);
}

/** @param {string} program */
function isInstalled(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** When everything was compiled last: this file's time. It goes with the packages, which are compiled against. */
const COMPILED = join(ROOT, 'node_modules/.ringfence-compiled');

/** Compiles what changed; to find out that nothing did would take the compiler a second. */
function compile() {
  if (isCompiled()) return;
  const begun = new Date().toISOString();
  run('compile', process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '--build']);
  writeFileSync(COMPILED, `${begun}\n`);
}

/** The operators' page, and what its bundle is made of. */
const CONSOLE = join(ROOT, 'apps/console');
const CONSOLE_SOURCES = ['src', 'public', 'index.html', 'vite.config.js', 'package.json'];

/** Bundles the operators' page when it is older than what it is made of. */
function bundle() {
  const index = join(CONSOLE, 'site/index.html');
  const bundled = existsSync(index) ? statSync(index).mtimeMs : 0;
  if (!CONSOLE_SOURCES.some((name) => isTreeNewer(join(CONSOLE, name), bundled))) return;
  run('bundle', process.execPath, [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel=warn', CONSOLE]);
}

function isCompiled() {
  if (!existsSync(COMPILED)) return false;
  const compiled = Date.parse(readFileSync(COMPILED, 'utf8'));
  const folders = ['apps', 'packages'].flatMap((name) =>
    readdirSync(join(ROOT, name)).map((inner) => join(name, inner)),
  );
  const workspaces = ['test', ...folders].map((folder) => join(ROOT, folder));
  const sources = workspaces.map((folder) => join(folder, 'src')).filter((folder) => existsSync(folder));
  return (
    sources.every((folder) => existsSync(join(folder, '../dist'))) &&
    !isNewer(join(ROOT, 'tsconfig.json'), compiled) &&
    sources.every((folder) => !isNewer(join(folder, '../tsconfig.json'), compiled) && !isTreeNewer(folder, compiled))
  );
}

/**
 * Whether a file, or a folder or anything in it, was changed since a time; of what was removed, the folder tells.
 * @param {string} folder
 * @param {number} time
 * @returns {boolean}
 */
function isTreeNewer(folder, time) {
  const inner = statSync(folder).isDirectory() ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  return isNewer(folder, time) || inner.some((path) => isNewer(join(folder, path), time));
}

/**
 * @param {string} path
 * @param {number} time
 */
function isNewer(path, time) {
  return statSync(path).mtimeMs >= time;
}

/** Whether each package of the lock file is installed in its version; what is for other platforms doesn't count. */
function arePackagesInstalled() {
  const [wanted, installed] = [readLock('package-lock.json'), readLock('node_modules/.package-lock.json')];
  return Object.entries(wanted).every(
    ([path, { version, link, optional }]) =>
      !path.startsWith('node_modules/') || link || optional || installed[path]?.version === version,
  );
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, link?: boolean, optional?: boolean }>}
 */
function readLock(file) {
  try {
    return JSON.parse(readFileSync(join(ROOT, file), 'utf8')).packages;
  } catch {
    return {};
  }
}

/**
 * @param {string} what
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
function run(what, command, args, env = process.env) {
  // What the tools print belongs on standard error: standard output is for what the user asked for.
  const { status, error } = spawnSync(command, args, { cwd: ROOT, env, stdio: ['ignore', 2, 2] });
  if (status !== 0) fail(`${what} failed${error ? `: ${error.message}` : ''}.`);
}

/** @param {string} what */
function say(what) {
  process.stderr.write(`ringfence: ${what}…\n`);
}

/**
 * @param {string} why
 * @returns {never}
 */
function fail(why) {
  process.stderr.write(`ringfence: ${why}\n`);
  process.exit(1);
}
