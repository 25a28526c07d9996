import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@ringfence/store/testing';
import type { Endpoint, Protocol } from '../sip/index.js';
import { Api } from './api.js';
import { end, isRunning } from './child.js';
import { until } from './until.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The programs that `npm start` runs, and what their command lines contain. */
const PROGRAMS = {
  redis: 'redis-server',
  edge: 'apps/edge/',
  api: 'apps/api/',
} as const;

/** Name of a program that `npm start` runs. */
export type Program = keyof typeof PROGRAMS;

/** Milliseconds until a start must be ready. */
const START_LIMIT = 90_000;

/** The whole product, started as `npm start` starts it, on free ports and with data of its own. */
export class Ringfence {
  /** The environment it was started with. */
  readonly env: Readonly<Record<string, string>>;
  /** What it wrote to standard output and standard error. */
  output = '';
  #process: ChildProcess | undefined;

  private constructor(env: Record<string, string>) {
    this.env = env;
  }

  /**
   * Starts it and waits until it is ready.
   * @param settings environment variables that differ from what tests use
   */
  static async start(settings: Record<string, string> = {}): Promise<Ringfence> {
    const ringfence = await Ringfence.prepare(settings);
    await ringfence.run();
    return ringfence;
  }

  /** Chooses ports and a data folder, and starts nothing. */
  static async prepare(settings: Record<string, string> = {}): Promise<Ringfence> {
    const ports = (await freePorts(7)).map(String);
    const [sip, tls, ws, wss, api, redis, drachtio] = ports as [string, string, string, string, string, string, string];
    return new Ringfence({
      SIP_HOST: '127.0.0.1,::1',
      SIP_PORT: sip,
      SIP_TLS_PORT: tls,
      SIP_WS_PORT: ws,
      SIP_WSS_PORT: wss,
      API_PORT: api,
      REDIS_PORT: redis,
      DRACHTIO_PORT: drachtio,
      DATA_DIR: await mkdtemp(join(tmpdir(), 'ringfence-')),
      LOG_LEVEL: 'warn',
      ...settings,
    });
  }

  /** Starts it, with what `npm start` runs unless told otherwise; resolves when it says that it is ready. */
  async run(command = process.execPath, args = ['apps/ringfence/setup/start.js']): Promise<void> {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    this.output = '';
    child.stdout.on('data', (chunk) => {
      this.output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      this.output += chunk;
    });
    await until(
      'ready',
      () => {
        if (!isRunning(child)) throw new Error(`ended at its start:\n${this.output}`);
        return /^Ready\.$/m.test(this.output) || undefined;
      },
      START_LIMIT,
    ).catch((error) => {
      child.kill('SIGKILL');
      throw new Error(`${error.message}\n${this.output}`);
    });
  }

  /** Where phones send their requests, over UDP and TCP. */
  get sip(): Endpoint {
    return this.at('udp');
  }

  /** Where phones send their requests over a transport. */
  at(transport: Protocol): Endpoint {
    const { SIP_PORT, SIP_TLS_PORT, SIP_WS_PORT, SIP_WSS_PORT } = this.env;
    const ports = { udp: SIP_PORT, tcp: SIP_PORT, tls: SIP_TLS_PORT, ws: SIP_WS_PORT, wss: SIP_WSS_PORT };
    return { address: '127.0.0.1', port: Number(ports[transport]) };
  }

  /** The URL of its Redis. */
  get redisUrl(): string {
    return `redis://127.0.0.1:${this.env.REDIS_PORT}`;
  }

  /** The API, used with the admin token. */
  async api(): Promise<Api> {
    return new Api(`http://127.0.0.1:${this.env.API_PORT}`, await this.adminToken());
  }

  /** The token that opens everything. */
  async adminToken(): Promise<string> {
    return (await readFile(join(this.env.DATA_DIR as string, 'admin-token'), 'utf8')).trim();
  }

  /** The process id of one of its programs, undefined while it isn't running. */
  async pid(program: Program): Promise<number | undefined> {
    const children = await childrenOf(this.#process?.pid as number);
    for (const pid of children) {
      const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      if (commandLine.includes(PROGRAMS[program])) return pid;
    }
    return undefined;
  }

  /** Kills one of its programs with SIGKILL; resolves when it is gone. */
  async kill(program: Program): Promise<void> {
    const pid = await until(program, () => this.pid(program));
    process.kill(pid, 'SIGKILL');
    await until(`${program} gone`, async () => ((await this.pid(program)) === pid ? undefined : true));
  }

  /** Sends one of its programs a signal, such as SIGSTOP. */
  async signal(program: Program, signal: NodeJS.Signals): Promise<void> {
    process.kill(await until(program, () => this.pid(program)), signal);
  }

  /** Kills the whole as `kill -9` of the main process does. */
  async crash(): Promise<void> {
    await end(this.#process, 'SIGKILL');
  }

  /** Ends it with a signal, as Ctrl-C does; gives its exit status and the milliseconds it took. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<{ status: number | null; took: number }> {
    const startedAt = Date.now();
    await end(this.#process, signal);
    return { status: this.#process?.exitCode ?? null, took: Date.now() - startedAt };
  }

  /** Ends it and removes its data. */
  async remove(): Promise<void> {
    await this.stop();
    await rm(this.env.DATA_DIR as string, { recursive: true, force: true });
  }
}

/** The process ids of the children of a process. */
export async function childrenOf(parent: number): Promise<number[]> {
  const processes = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const parents = await Promise.all(
    processes.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      return Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2]);
    }),
  );
  return processes.filter((_, i) => parents[i] === parent);
}
