import { EXIT_SETTINGS, SettingsError } from '@ringfence/service';
import { type Command, UsageError } from './commands/command.js';
import { importFile } from './commands/import.js';
import { token } from './commands/token.js';

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

if (name === '--help' || args.includes('--help')) {
  process.stdout.write(HELP);
} else {
  try {
    const carryOut = commandOf(name).prepare(args);
    // The store takes a while to load, which is for those who call it rightly.
    const { runCommand } = await import('./run-command.js');
    await runCommand(carryOut);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    for (const line of reason.split('\n')) process.stderr.write(`ringfence: ${line}\n`);
    process.exitCode = isMisuse(error) ? EXIT_SETTINGS : 1;
  }
}

function commandOf(name: string): Command {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new UsageError(`${name}: no such command, see ringfence --help`);
  return command;
}

/** Whether the words of the command or the settings were wrong, those that Node finds in options among them. */
function isMisuse(error: unknown): boolean {
  if (error instanceof UsageError || error instanceof SettingsError) return true;
  return String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
}
