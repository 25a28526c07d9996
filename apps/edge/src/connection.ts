import { gatherWrites } from './gather-writes.js';
import type { Log } from './report.js';
import type { SipStack } from './sip/stack.js';

/** Where the drachtio server's application port is. */
export interface DrachtioAddress {
  host: string;
  port: number;
  secret: string;
}

/** A connection to a drachtio server that repairs itself. */
export interface Connection {
  /** Sends what was written and disconnects. */
  close(): Promise<void>;
}

/** Longest ms between two attempts to connect. */
const LONGEST_RETRY = 500;

/** Milliseconds for the last messages to leave before the connection is closed. */
const FAREWELL = 50;

/**
 * Connects to the drachtio server, and again whenever the connection is lost; the routes are then set again.
 * @param onLost told when the connection was lost: the server has forgotten every dialog
 * @returns when it is connected for the first time
 * @throws Error when the server refuses the secret
 */
export async function openConnection(
  stack: SipStack,
  { host, port, secret }: DrachtioAddress,
  log: Log,
  onLost: () => void,
): Promise<Connection> {
  let connected = false;
  const first = new Promise<void>((resolve, reject) => {
    stack.on('connect', (error: Error | null, hostports: string) => {
      connected = !error;
      if (error) {
        log.error({ err: error }, 'the drachtio server refused the secret');
        reject(new Error(`drachtio at ${host}:${port} refused DRACHTIO_SECRET`));
        return;
      }
      log.info({ sip: hostports }, 'connected to drachtio');
      resolve();
    });
  });
  stack.on('error', (error: Error) => log.warn({ err: error }, 'the connection to drachtio failed'));
  stack.on('close', () => {
    if (connected) onLost();
    connected = false;
  });
  const endGathering = gatherWrites(port);
  stack.connect({ host, port, secret, reconnect: { retryMaxDelay: LONGEST_RETRY } });
  await first;
  return {
    close: async () => {
      endGathering();
      if (!connected) return;
      await new Promise((resolve) => setTimeout(resolve, FAREWELL));
      if (connected) stack.disconnect();
    },
  };
}
