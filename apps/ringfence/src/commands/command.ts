import type { Store } from '@ringfence/store';

/** One command of `ringfence` that works on the store. */
export interface Command {
  /** How it is called, a line for each way. */
  usage: readonly string[];
  /**
   * Understands what it is asked.
   * @param args what stands behind its name
   * @returns what carries it out; throws an Error, a line for each reason, when that can't be done
   * @throws UsageError, or an error of Node's own, when the arguments are wrong
   */
  prepare(args: string[]): (store: Store) => Promise<void>;
}

/** Thrown when a command can't be understood. */
export class UsageError extends Error {}

/** An error as the API tells it, in one line: `422 macAddress MAC address is invalid`. */
export function inOneLine({ code, message, description }: { code: number; message: string; description: string }) {
  return `${code} ${message} ${description}`;
}
