#!/usr/bin/env node
import { help, trace } from './command.js';
import type { Logger } from './logger.js';
import { createServer } from './server.js';
import { LOG_LEVELS, type LogLevel, readSettings, type Settings } from './settings.js';

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

async function main(args: readonly string[]): Promise<void> {
  const [command, callId, ...more] = args;
  const isTrace = command === 'trace' && callId !== undefined && more.length === 0;
  if (command === '--help' || command === '-h') process.stdout.write(help());
  else if (command !== undefined && !isTrace) fail(2, [`unknown arguments: ${args.join(' ')}`, 'see --help']);
  else {
    const settings = readSettings(process.env);
    if (Array.isArray(settings)) fail(1, settings);
    else if (isTrace) await trace(callId, settings.admin, (text) => process.stdout.write(text)).then(lost);
    else await serve(settings);
  }
}

function lost(): never {
  throw new Error('the server has closed the connection');
}

function fail(status: number, mistakes: readonly string[]): never {
  for (const mistake of mistakes) process.stderr.write(`${mistake}\n`);
  process.exit(status);
}

async function serve({ logLevel, dns, ...options }: Settings): Promise<void> {
  const server = createServer({ ...options, ...(dns && { dns }), logger: jsonLogger(logLevel) });
  const { sip, admin } = await server.listen();
  process.stdout.write(`listening for SIP on ${sip.join(', ')} and for applications on ${admin.host}:${admin.port}\n`);
  process.send?.({ type: 'ready', sip, admin });
  const stop = (): void => {
    setTimeout(() => process.exit(0), CLOSE_TIMEOUT).unref();
    void server.close().then(() => process.exit(0));
  };
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect']) process.once(event, stop);
}

main(process.argv.slice(2)).catch((error: Error) => fail(1, [error.message]));
