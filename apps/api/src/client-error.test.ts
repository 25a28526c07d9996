import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { startApi } from './testing.js';

const { app } = await startApi(t);
await app.listen({ host: '127.0.0.1', port: 0 });
const { port } = app.server.address() as AddressInfo;

/** Sends bytes over a connection of their own; resolves with the answer when the connection has closed. */
async function send(bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(bytes);
  return text(socket);
}

t.test('what is no HTTP request is answered as every other error, and the connection closes', async (t) => {
  const requests = [
    'REGISTER sip:x SIP/2.0\r\n\r\n',
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    '\x16\x03\x01\x02\0',
  ];
  for (const bytes of requests) {
    const [head = '', body = ''] = (await send(bytes)).split('\r\n\r\n');
    t.match(head, /^HTTP\/1.1 400 /);
    t.same(JSON.parse(body), { code: 400, message: 'bad_request', description: 'Bad request' });
  }
});

t.test('a client that does not finish its headers is cut off', async (t) => {
  const start = performance.now();
  t.match(await send('GET /health HTTP/1.1\r\nHost: x\r\n'), /^HTTP\/1.1 400 /);
  t.ok(performance.now() - start < 10_000);
});

t.test('a client that half-closes its connection is answered, and then the connection closes', async (t) => {
  const table: [bytes: string, answer: RegExp][] = [
    ['GET /health HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1\.1 200 .*\{"status":"ok"\}$/s],
    ['GET /health HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3), /^(HTTP\/1\.1 200 .*?\{"status":"ok"\}){3}$/s],
    ['GET /health HTTP/1.1\r\nHost: x\r\n', /^(HTTP\/1\.1 400 .*)?$/s],
    ['', /^$/],
  ];
  for (const [bytes, answer] of table) {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    socket.end(bytes);
    t.match(await text(socket), answer, bytes);
  }
});
