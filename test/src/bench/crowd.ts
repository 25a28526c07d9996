// A thread full of readers of GET /events, which count what they are told and look at nothing.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** What the thread is started with. */
export interface CrowdOptions {
  port: number;
  /** Tokens of the readers, one each. */
  tokens: string[];
}

/** What it tells whenever it is asked. */
export interface CrowdCount {
  bytes: number;
  /** Readers whose stream has ended. */
  lost: number;
}

const { port, tokens } = workerData as CrowdOptions;
const count: CrowdCount = { bytes: 0, lost: 0 };

async function read(token: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`GET /events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  await once(socket, 'data');
  socket.on('data', ({ length }) => {
    count.bytes += length;
  });
  socket.on('error', () => {}).on('close', () => count.lost++);
  return socket;
}

const sockets: Socket[] = [];
for (const token of tokens) sockets.push(await read(token));
parentPort?.on('message', (what: 'count' | 'end') => {
  if (what === 'count') parentPort?.postMessage({ ...count });
  else for (const socket of sockets) socket.destroy();
  if (what === 'end') parentPort?.close();
});
parentPort?.postMessage({ ...count });
