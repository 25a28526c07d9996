import { describeSettings, runProcess, SETTING_NAMES, type SettingName, type Settings } from '@ringfence/service';
import { summarize } from './summary.js';
import { startSystem } from './system.js';

const SETTINGS = describeSettings()
  .map(({ name, purpose, fallback }) => `  ${name.padEnd(25)} ${purpose}${fallback && ` [${fallback}]`}`)
  .join('\n');

const HELP = `Runs Ringfence on this machine: Redis, the drachtio server, the SIP edge and the management API.

Usage: npm start [-- --help]

Settings are environment variables:
${SETTINGS}
`;

/** Milliseconds for the shutdown of all processes in their order. */
const SHUTDOWN_LIMIT = 4_800;

if (process.argv.includes('--help')) {
  process.stdout.write(HELP);
} else {
  await runProcess<SettingName>({
    name: 'ringfence',
    settings: SETTING_NAMES,
    shutdownLimit: SHUTDOWN_LIMIT,
    async start(settings: Settings, log) {
      const system = await startSystem(settings, log);
      process.stdout.write(summarize(settings, system));
      return () => system.stop();
    },
  });
}
