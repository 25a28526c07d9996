import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@ringfence/service';

/** First pause before a restart, milliseconds; it doubles with each failure in a row up to the longest. */
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 5_000;

/** A process that stayed up this long, in milliseconds, is restarted with the first pause again. */
const STABLE_AFTER = 10_000;

/** Milliseconds a process has to end by itself after SIGTERM. */
const STOP_LIMIT = 1_400;

/** How to run a process. */
export interface ProcessPlan {
  /** Name in the log. */
  name: string;
  /** Starts it. */
  spawn(): ChildProcess;
  /** Resolves when the process just started does its work. */
  ready(child: ChildProcess): Promise<void>;
}

/** A process that is started again whenever it ends without being asked to. */
export class Supervised {
  readonly #plan: ProcessPlan;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  #child: ChildProcess | undefined;
  #running: Promise<void> | undefined;

  constructor(plan: ProcessPlan, log: Logger) {
    this.#plan = plan;
    this.#log = log.child({ process: plan.name });
  }

  /**
   * Starts the process and keeps it running from here on.
   * @throws Error when this first start fails
   */
  async start(): Promise<void> {
    const child = await this.#launch();
    this.#running = this.#keepRunning(child);
  }

  /** Ends the process with SIGTERM, and with SIGKILL when it doesn't heed that. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    if (child !== undefined && isAlive(child)) {
      const killer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT);
      child.kill('SIGTERM');
      await once(child, 'exit');
      clearTimeout(killer);
    }
    await this.#running;
  }

  async #launch(): Promise<ChildProcess> {
    const child = this.#plan.spawn();
    this.#child = child;
    const failed = new AbortController();
    const ended = once(child, 'exit', { signal: failed.signal }).then(([code, signal]) => {
      throw new Error(`${this.#plan.name} ended at its start (${signal ?? `status ${code}`})`);
    });
    try {
      await Promise.race([this.#plan.ready(child), ended]);
      return child;
    } finally {
      ended.catch(() => {});
      failed.abort();
    }
  }

  async #keepRunning(first: ChildProcess): Promise<void> {
    let child: ChildProcess | undefined = first;
    let pause = FIRST_PAUSE;
    while (!this.#stopping.signal.aborted) {
      const startedAt = Date.now();
      if (child !== undefined && isAlive(child)) await once(child, 'exit');
      if (this.#stopping.signal.aborted) return;
      pause = Date.now() - startedAt > STABLE_AFTER ? FIRST_PAUSE : Math.min(pause * 2, LONGEST_PAUSE);
      this.#log.warn({ code: child?.exitCode, signal: child?.signalCode, pause }, 'process ended, starting it again');
      await delay(pause, undefined, { signal: this.#stopping.signal }).catch(() => {});
      if (this.#stopping.signal.aborted) return;
      child = await this.#launch().catch((error) => {
        this.#log.error({ err: error }, 'restart failed');
        return undefined;
      });
    }
  }
}

/** Whether a process has neither exited nor been ended by a signal. */
export function isAlive(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}
