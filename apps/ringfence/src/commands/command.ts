import type { Store } from '@ringfence/store';

/** One command of `ringfence` that works on the store. */
export interface Command {
  /** How it is called, a line for each way. */
  usage: readonly string[];
  /**
   * Carries it out.
   * @param args what stands behind its name
   * @throws UsageError when the arguments are wrong; Error, a line for each reason, when it could not be carried out
   */
  run(store: Store, args: string[]): Promise<void>;
}

/** Thrown when a command can't be understood. */
export class UsageError extends Error {}

/** An error as the API tells it, in one line: `422 macAddress MAC address is invalid`. */
export function inOneLine({ code, message, description }: { code: number; message: string; description: string }) {
  return `${code} ${message} ${description}`;
}
