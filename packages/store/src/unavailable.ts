/** Thrown when what was just written can't be told yet, because the event stream is not read fast enough. */
export class StoreBehind extends Error {
  constructor() {
    super('the event stream is not read in time');
  }
}

/**
 * Whether an error says that Redis can't be reached or can't work at the moment, so that the same request may succeed
 * later.
 */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof StoreBehind) return true;
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return NAMES.has(error.name) || CODES.has(code) || MESSAGES.test(error.message);
}

/** What ioredis throws for commands that it gave up. */
const NAMES = new Set(['MaxRetriesPerRequestError', 'AbortError', 'InterruptError']);

/** What the system says of a connection. */
const CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT', 'EHOSTUNREACH', 'ENOTFOUND']);

/** What ioredis says of a connection, and Redis of its own state. */
const MESSAGES =
  /^(Command timed out|Connection is closed|Stream isn't writeable|(LOADING|READONLY|MISCONF|OOM|MASTERDOWN|BUSY|NOREPLICAS|CLUSTERDOWN) )/;
