import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@ringfence/store/testing';
import { end, isRunning } from '../system/child.js';
import { until } from '../system/until.js';

/** Milliseconds that a start may take. */
const START_LIMIT = 60_000;

/** The API as a process of its own, which can be killed. */
export class ApiProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  /** Starts it on a free port; resolves when it answers. */
  static async start(redisUrl: string): Promise<ApiProcess> {
    const [port] = (await freePorts(1)) as [number];
    const env = {
      ...{ PATH: process.env.PATH, API_HOST: '127.0.0.1', API_PORT: String(port), REDIS_URL: redisUrl },
      ...{ RINGFENCE_KEY: '5e'.repeat(32), LOG_LEVEL: 'fatal' },
    };
    const main = fileURLToPath(import.meta.resolve('@ringfence/api/main'));
    const api = new ApiProcess(`http://127.0.0.1:${port}`, spawn(process.execPath, [main], { env, stdio: 'ignore' }));
    await until('the API', () => api.#answers(), START_LIMIT);
    return api;
  }

  /** Ends it as `kill -9` does, in the middle of whatever it is doing. */
  kill(): Promise<void> {
    return end(this.#child, 'SIGKILL');
  }

  async #answers(): Promise<true | undefined> {
    if (!isRunning(this.#child)) throw new Error(`ended with ${this.#child.exitCode}`);
    const response = await fetch(`${this.url}/health`).catch(() => undefined);
    return response?.ok || undefined;
  }
}
