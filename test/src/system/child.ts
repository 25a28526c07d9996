import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Whether a process has neither exited nor been ended by a signal. */
export function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** Sends a signal to a process and waits until it is gone; one that is gone already is left alone. */
export async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || !isRunning(child)) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
