import { EXIT_SETTINGS, readSettings, SettingsError } from '@ringfence/service';
import { isUnavailable } from '@ringfence/store';
import { type Command, UsageError } from './commands/command.js';
import { importFile } from './commands/import.js';
import { token } from './commands/token.js';
import { DataDir } from './data-dir.js';
import { reachStore } from './reach-store.js';
import { ownRedisUrl } from './redis-process.js';

const COMMANDS: Readonly<Record<string, Command>> = { token, import: importFile };

const HELP = `Usage: ringfence COMMAND

  start${' '.repeat(28)}(runs everything on this machine; start --help lists the settings)
${Object.values(COMMANDS)
  .flatMap(({ usage }) => usage.map((line) => `  ${line}\n`))
  .join('')}
token and import work on the store that REDIS_URL, REDIS_PORT, RINGFENCE_KEY and DATA_DIR lead to, as for start: without
any of them, on what runs in this folder.
`;

const [name = '--help', ...args] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;

if (name === '--help' || args.includes('--help')) {
  process.stdout.write(HELP);
} else {
  try {
    if (command === undefined) throw new UsageError(`${name}: no such command, see ringfence --help`);
    await run(command);
  } catch (error) {
    for (const line of reason(error).split('\n')) process.stderr.write(`ringfence: ${line}\n`);
    process.exitCode = isMisuse(error) ? EXIT_SETTINGS : 1;
  }
}

async function run(command: Command): Promise<void> {
  const settings = readSettings(['REDIS_URL', 'REDIS_PORT', 'RINGFENCE_KEY', 'DATA_DIR']);
  const key = settings.RINGFENCE_KEY ?? DataDir.keptKey(settings.DATA_DIR);
  if (key === undefined) {
    throw new Error(
      `DATA_DIR: ${settings.DATA_DIR} has no key; run this where npm start was run, or set RINGFENCE_KEY`,
    );
  }
  const store = await reachStore(settings.REDIS_URL ?? ownRedisUrl(settings.REDIS_PORT), key);
  try {
    await command.run(store, args);
  } finally {
    await store.close();
  }
}

function reason(error: unknown): string {
  if (isUnavailable(error)) return `Redis does not answer any more: ${(error as Error).message}`;
  return error instanceof Error ? error.message : String(error);
}

/** Whether the words of the command or the settings were wrong, those that Node finds in options among them. */
function isMisuse(error: unknown): boolean {
  if (error instanceof UsageError || error instanceof SettingsError) return true;
  return String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
}
