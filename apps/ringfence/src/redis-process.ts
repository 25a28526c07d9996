import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { isAlive, type ProcessPlan } from './supervised.js';

/** Milliseconds between two tries to reach a Redis that is starting. */
const POLL_PAUSE = 25;

/** Milliseconds that Redis may take to load its data. */
const LOAD_LIMIT = 60_000;

const HOST = '127.0.0.1';

/** The URL of the own Redis. */
export function ownRedisUrl(port: number): string {
  return `redis://${HOST}:${port}`;
}

/**
 * Plans a Redis that has each write on disk before it answers (append-only file, synced always) and drops nothing when
 * memory is short.
 * @param folder where its data is
 */
export function planRedis(folder: string, port: number): ProcessPlan {
  const options = {
    bind: HOST,
    port,
    dir: folder,
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
    'maxmemory-policy': 'noeviction',
    loglevel: 'warning',
    logfile: 'redis.log',
  };
  const args = Object.entries(options).flatMap(([option, value]) => [`--${option}`, String(value)]);
  return {
    name: 'redis',
    spawn: () => spawn('redis-server', args, { detached: true, stdio: ['ignore', 2, 2] }),
    ready: (child) => untilLoaded(child, port),
  };
}

/**
 * Ends the Redis of an earlier run that was killed, if there is one: it is known by its data folder.
 */
export async function endOrphanedRedis(folder: string, port: number): Promise<void> {
  const redis = connectOnce(port);
  try {
    const [, runningIn] = (await redis.config('GET', 'dir')) as string[];
    if (runningIn === folder) await redis.shutdown();
  } catch {
    // Nothing there, or nothing of ours: the look at the ports says so.
  } finally {
    redis.disconnect();
  }
}

async function untilLoaded(child: ChildProcess, port: number): Promise<void> {
  const deadline = Date.now() + LOAD_LIMIT;
  while (isAlive(child) && Date.now() < deadline) {
    const redis = connectOnce(port);
    const answer = await redis.ping().catch(() => undefined);
    redis.disconnect();
    if (answer === 'PONG') return;
    await delay(POLL_PAUSE);
  }
  throw new Error(`redis did not come up on port ${port}`);
}

function connectOnce(port: number): Redis {
  const redis = new Redis(port, HOST, { connectTimeout: 500, retryStrategy: () => null, enableReadyCheck: true });
  redis.on('error', () => {});
  return redis;
}
