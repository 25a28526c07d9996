import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';

/** A Redis server of a test's own. */
export interface RedisServer {
  /** Where it listens. */
  url: string;
  /** Starts it again after {@link RedisServer.stop}, on the same port and empty. */
  start(): Promise<void>;
  /** Ends the process, as a crash would. */
  stop(): Promise<void>;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
}

/**
 * Starts a Redis server on a free port, in an empty temporary folder, that writes nothing to disk.
 * @param options further options of its command line, such as `--appendonly yes`
 */
export async function startRedis(...options: string[]): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'ringfence-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const start = async () => {
    const address = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
    const child = spawn('redis-server', [...address, ...options], { stdio: 'ignore' });
    await answers(url);
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}: another one is at ${url}`);
    return child;
  };
  let child = await start();
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return {
    url,
    start: async () => {
      child = await start();
    },
    stop,
    close: async () => {
      await stop();
      await rm(folder, { recursive: true });
    },
  };
}

/**
 * Where ports are looked for: below those that the system gives to outgoing connections, one of which could take a port
 * before the program does that it was found for.
 */
const [LOWEST_PORT, HIGHEST_PORT] = [20_000, 30_000];

/** Ports on 127.0.0.1 that nothing listens on now, by TCP or UDP, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

/** One of {@link freePorts}. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port as number;
}

async function isFree(port: number): Promise<boolean> {
  const [server, socket] = [createServer(), createSocket('udp4')];
  const bound = [once(server, 'listening'), once(socket, 'listening')];
  server.listen(port, '127.0.0.1');
  socket.bind(port, '127.0.0.1');
  const results = await Promise.allSettled(bound);
  await Promise.allSettled([server, socket].map((each) => promisify(each.close.bind(each))()));
  return results.every(({ status }) => status === 'fulfilled');
}

async function answers(url: string): Promise<void> {
  const redis = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: 250 });
  redis.on('error', () => {});
  await redis.ping();
  redis.disconnect();
  await sleep(0);
}
