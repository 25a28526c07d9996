import { RateLimit } from '@ringfence/service';

/** Where the edge writes what operators should know. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Writes an error to the log. */
export type Report = (level: 'warn' | 'error', error: unknown, message: string) => void;

/** Writes errors to the log, of each message only some: a store that is down fails every request. */
export function createReport(log: Log, now: () => number): Report {
  const limit = new RateLimit({ burst: 5, perSecond: 0.2, keys: 100 });
  return (level, error, message) => {
    if (limit.take(message, now())) log[level]({ err: error }, message);
  };
}
