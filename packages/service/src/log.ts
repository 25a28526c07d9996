import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Fields that never reach the log, wherever in an object they stand. */
const SECRET_FIELDS = ['password', 'token', 'secret', 'authorization'];

/**
 * The log of a process: JSON lines on standard error.
 * @param process the name that each line carries
 * @param level least severe level written
 */
export function createLog(process: string, level: string): Logger {
  const paths = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);
  return pino({ name: process, level, redact: { paths, censor: '…' } }, pino.destination({ fd: 2, sync: false }));
}
