import { once } from 'node:events';
import { connect } from 'node:net';
import { FrameDecoder } from './application/frame.js';
import { SETTINGS } from './settings.js';

/** The id of the message that asks for the trace. */
const TRACE_ID = 'trace';

/** What `--help` prints. */
export function help(): string {
  const width = Math.max(...SETTINGS.map(({ name }) => name.length));
  const rows = SETTINGS.map(({ name, usual, meaning }) => {
    const inBrackets = usual === undefined ? '' : ` (${usual})`;
    return `  ${name.padEnd(width)}  ${meaning}${inBrackets}`;
  });
  return [
    'An embedded drachtio server.',
    '',
    'Usage:',
    '  drachtio                  runs the server until SIGTERM or SIGINT',
    '  drachtio trace <Call-ID>  shows the messages of a call or registration in a running server, until Ctrl-C',
    '  drachtio --help           prints this',
    '',
    'Settings, from the environment:',
    ...rows,
    '',
    'Exit status: 0 when told to end, 1 when it cannot start or loses its server, 2 when called wrongly.',
    '',
  ].join('\n');
}

/**
 * Has a running server trace a Call-ID and writes what it sends, one message after a line of facts. Comes back when the
 * server closes the connection.
 * @throws Error that says why the server can't be reached or refuses
 */
export async function trace(
  callId: string,
  { host, port, secret }: { host: string; port: number; secret: string },
  write: (text: string) => void,
): Promise<void> {
  const socket = connect(port, host);
  await once(socket, 'connect').catch((error: Error) => {
    throw new Error(`no drachtio server at ${host} port ${port}: ${error.message}`);
  });
  const failure = new Promise<never>((_, reject) => {
    const decoder = new FrameDecoder({
      frame: (payload) => {
        const refusal = show(payload.toString('utf8'), write);
        if (refusal !== undefined) reject(new Error(refusal));
      },
      oversize() {},
      broken: () => reject(new Error(`what answers at ${host} port ${port} is no drachtio server`)),
    });
    decoder.trust();
    socket.on('data', (chunk) => decoder.push(chunk));
    socket.on('error', reject);
  });
  for (const message of [`1|authenticate|${secret}|`, `${TRACE_ID}|trace|${callId}`]) {
    socket.write(`${Buffer.byteLength(message)}#${message}`);
  }
  try {
    await Promise.race([once(socket, 'close'), failure]);
  } finally {
    socket.destroy();
  }
}

/** Writes a traced message. Gives the reason of a refusal. */
function show(payload: string, write: (text: string) => void): string | undefined {
  const lineEnd = payload.indexOf('\r\n');
  const line = lineEnd === -1 ? payload : payload.slice(0, lineEnd);
  const [, type, ...fields] = line.split('|');
  if (type === 'response' && fields[1] !== 'OK') return `the server refuses: ${fields[2] ?? fields[1]}`;
  if (type === 'response' && fields[0] === TRACE_ID) write('--- tracing until Ctrl-C\n');
  if (type !== 'trace') return undefined;
  const [direction, transport, address, port, time] = fields;
  const preposition = direction === 'sent' ? 'to' : 'from';
  write(`--- ${time} ${direction} ${preposition} ${transport}/${address}:${port}\n${payload.slice(lineEnd + 2)}\n`);
  return undefined;
}
