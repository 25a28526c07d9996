import { Redis } from 'ioredis';

/** Milliseconds until a command without an answer fails, so that no request waits on a store that hangs. */
const COMMAND_TIMEOUT = 2_000;

/**
 * Opens a connection to Redis that repairs itself.
 *
 * A command that was under way when the connection broke fails rather than being sent again: most of ours are not
 * idempotent, and the caller's own client (a phone, a script) repeats the request.
 * @param url `redis://…`, `rediss://…` or the path of a unix socket
 * @param onError called with each connection error; without it they would end the process
 */
export function connectRedis(url: string, onError: (error: Error) => void): Redis {
  const redis = new GatheringRedis(url, {
    commandTimeout: COMMAND_TIMEOUT,
    connectTimeout: 1_000,
    maxRetriesPerRequest: 2,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => Math.min(attempt * 50, 500),
  });
  redis.on('error', onError);
  return redis;
}

/**
 * Sends all commands of one turn of the event loop at once, since a system call for each costs more than making it. ioredis
 * can do that itself (`enableAutoPipelining`), but with objects that live on until the next full garbage collection.
 */
class GatheringRedis extends Redis {
  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    const { stream } = this;
    if (stream?.writableCorked === 0) {
      stream.cork();
      setImmediate(() => stream.uncork());
    }
    return super.sendCommand(...args);
  }
}
