import closeWithGrace from 'close-with-grace';
import { createLog, type Logger } from './log.js';
import { readSettings, type SettingName, type Settings, SettingsError } from './settings.js';

/** Exit status of a process that could not start because of its settings. */
export const EXIT_SETTINGS = 2;

const DEFAULT_SHUTDOWN_LIMIT = 3_000;

/** What {@link runProcess} runs. */
export interface ProcessDefinition<K extends SettingName> {
  /** Name in the log. */
  name: string;
  /** The settings it uses; `LOG_LEVEL` is read for every process. */
  settings: readonly K[];
  /** Milliseconds that the orderly shutdown may take before the process ends anyway; 3,000 when left out. */
  shutdownLimit?: number;
  /**
   * Starts the work; resolves when it is ready.
   * @param tell adds fields to what the parent process is told then
   * @returns what to do at shutdown
   */
  start(settings: Pick<Settings, K>, log: Logger, tell: (fields: object) => void): Promise<() => Promise<void>>;
}

/**
 * The frame of every process: reads its settings, starts it, tells the parent process that it is ready
 * (`{ type: 'ready' }` over IPC), and shuts down in order on SIGTERM, SIGINT, an uncaught error, or when the parent is gone.
 * Mistakes in the settings end it with {@link EXIT_SETTINGS} and a line each; a failed start ends it with 1.
 */
export async function runProcess<K extends SettingName>(definition: ProcessDefinition<K>): Promise<void> {
  try {
    const settings = readSettings<SettingName>([...definition.settings, 'LOG_LEVEL']) as Settings;
    const log = createLog(definition.name, settings.LOG_LEVEL);
    const message = { type: 'ready' };
    const limit = definition.shutdownLimit ?? DEFAULT_SHUTDOWN_LIMIT;
    let started: Promise<() => Promise<void>>;
    // Before anything is started: a start that waits for something may be told to end too.
    const { close } = closeWithGrace({ delay: limit, logger: log }, async ({ err }) => {
      if (err) log.fatal({ err }, 'unexpected error, shutting down');
      const stop = await started;
      await stop();
    });
    process.once('disconnect', close);
    started = definition.start(settings, log, (fields) => void Object.assign(message, fields));
    await started;
    process.send?.(message);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    for (const line of message.split('\n')) process.stderr.write(`${definition.name}: ${line}\n`);
    process.exit(error instanceof SettingsError ? EXIT_SETTINGS : 1);
  }
}
