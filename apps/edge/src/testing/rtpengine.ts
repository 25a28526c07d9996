import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { freePort } from '@ringfence/store/testing';
import type { Bencoded, Dictionary } from '../media/bencode.js';
import { NgServer } from '../media/ng-server.js';
import { until } from './until.js';

/** Debian's rtpengine on 127.0.0.1, without its kernel part. */
export class TestRtpengine {
  /** Where its control port is: host:port. */
  readonly name: string;
  readonly #ng: NgServer;
  #process: ChildProcess | undefined;

  private constructor(name: string) {
    this.name = name;
    this.#ng = new NgServer(name, () => {});
  }

  /** Starts one on a free port. */
  static async start(): Promise<TestRtpengine> {
    const rtpengine = new TestRtpengine(`127.0.0.1:${await freePort()}`);
    await rtpengine.run();
    return rtpengine;
  }

  /** Starts it, again after it was killed; resolves when it answers. */
  async run(): Promise<void> {
    const ports = ['--port-min=30000', '--port-max=32767'];
    const quiet = ['--log-level=1', '--log-stderr', '--num-threads=2'];
    this.#process = spawn(
      'rtpengine',
      [
        '--config-file=none',
        '--foreground',
        '--table=-1',
        '--interface=127.0.0.1',
        `--listen-ng=${this.name}`,
        ...ports,
        ...quiet,
      ],
      { stdio: 'ignore' },
    );
    await until(async () => {
      await this.#ng.check();
      return this.#ng.isUp;
    });
  }

  /** Sends it a signal: SIGSTOP makes it slow, SIGCONT swift again, SIGKILL is its end. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    if (signal === 'SIGKILL') await once(child, 'exit');
    if (signal === 'SIGSTOP')
      await until(async () => /^State:\s+T/m.test(await readFile(`/proc/${child.pid}/status`, 'utf8')));
  }

  /** The ids of the sessions that it has. */
  async sessions(): Promise<string[]> {
    return (await this.#ng.ask({ command: 'list' })).calls as string[];
  }

  /** The media of each end of a session: the protocol with its flags, and how many packets of sound came from it. */
  async ends(session: string): Promise<{ protocol: string; packets: number }[]> {
    const { tags } = await this.#ng.ask({ command: 'query', 'call-id': session });
    const media = Object.values(tags as Dictionary).flatMap((tag) => (tag as Dictionary).medias as Dictionary[]);
    return media.map(({ protocol, flags, streams }) => ({
      protocol: `${protocol} ${(flags as Bencoded[]).join(' ')}`,
      packets: Number((((streams as Dictionary[])[0] as Dictionary).stats as Dictionary).packets),
    }));
  }

  async close(): Promise<void> {
    this.#ng.close();
    await this.signal('SIGKILL');
  }
}
