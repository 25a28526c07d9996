import type { Logger } from './logger.js';
import { createServer } from './server.js';
import { LOG_LEVELS, type LogLevel, readSettings } from './settings.js';

/** How long closing may take before the process ends anyway, in milliseconds. */
const CLOSE_TIMEOUT = 2_000;

/** Logs to the standard error as one JSON object a line, from a level upwards. */
function jsonLogger(level: LogLevel): Logger {
  const log = (name: LogLevel) => (facts: object, message: string) => {
    if (LOG_LEVELS.indexOf(name) < LOG_LEVELS.indexOf(level)) return;
    const plain = (_: string, value: unknown): unknown => (value instanceof Error ? value.message : value);
    process.stderr.write(`${JSON.stringify({ level: name, time: Date.now(), ...facts, msg: message }, plain)}\n`);
  };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  if (Array.isArray(settings)) {
    for (const mistake of settings) process.stderr.write(`${mistake}\n`);
    process.exit(1);
  }
  const { logLevel, ...options } = settings;
  const server = createServer({ ...options, logger: jsonLogger(logLevel) });
  const { sip, admin } = await server.listen();
  process.stdout.write(`listening for SIP on ${sip.join(', ')} and for applications on ${admin.host}:${admin.port}\n`);
  process.send?.({ type: 'ready', sip, admin });
  const stop = (): void => {
    setTimeout(() => process.exit(0), CLOSE_TIMEOUT).unref();
    void server.close().then(() => process.exit(0));
  };
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect']) process.once(event, stop);
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
