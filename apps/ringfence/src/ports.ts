import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIPv6 } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A port that a process is going to listen on, and the setting it comes from. */
export interface WantedPort {
  setting: string;
  protocol: 'tcp' | 'udp';
  host: string;
  port: number;
}

/** Milliseconds between two looks at a port that is being given back. */
const RETRY_PAUSE = 200;

/**
 * Finds out which ports cannot be listened on.
 * @param patience milliseconds to wait for ports that are taken to become free
 * @returns one line for each that stays taken
 */
export async function findTakenPorts(wanted: readonly WantedPort[], patience: number): Promise<string[]> {
  const deadline = Date.now() + patience;
  for (;;) {
    const problems = (await Promise.all(wanted.map(tryPort))).filter((problem) => problem !== undefined);
    if (problems.length === 0 || Date.now() >= deadline) return problems;
    await delay(RETRY_PAUSE);
  }
}

async function tryPort(wanted: WantedPort): Promise<string | undefined> {
  try {
    await (wanted.protocol === 'tcp' ? listenTcp(wanted) : bindUdp(wanted));
    return undefined;
  } catch (error) {
    return `${wanted.setting}: ${describe(wanted)} ${reason(error)}`;
  }
}

async function listenTcp({ host, port }: WantedPort): Promise<void> {
  const server = createServer().listen({ host, port, ipv6Only: isIPv6(host) });
  await once(server, 'listening');
  await new Promise((done) => server.close(done));
}

async function bindUdp({ host, port }: WantedPort): Promise<void> {
  const socket = isIPv6(host) ? createSocket({ type: 'udp6', ipv6Only: true }) : createSocket('udp4');
  socket.bind(port, host);
  await once(socket, 'listening');
  await new Promise<void>((done) => socket.close(done));
}

function describe({ host, port, protocol }: WantedPort): string {
  return `${protocol.toUpperCase()} port ${port} on ${host}`;
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return 'is already taken by another program';
  if (code === 'EADDRNOTAVAIL') return 'cannot be used: this machine has no such address';
  if (code === 'EACCES') return 'needs more rights than this user has';
  return `cannot be used: ${message}`;
}
