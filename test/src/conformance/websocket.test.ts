import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import t from 'tap';
import { WebSocket } from 'ws';
import { hostPort, parseMessage, token } from '../sip/index.js';
import { startApplication } from './application.js';
import { except } from './differences.js';
import { later } from './later.js';
import { has, serverOf, startTarget } from './target.js';

/** What RFC 7118 and RFC 6455 ask of a server, seen by a WebSocket client that is no phone. */
const target = await startTarget(t, { others: ['ws'] });
const options = has(target, 'ws');
const strict = { ...options, ...except(target, 'webSockets') };
const server = options.skip === false ? serverOf(target, 'ws') : target.sip;
await startApplication(t, target, {
  options: (_, res) => res.send(200),
  message: (req, res) => res.send(200, { headers: { 'X-Length': `${Buffer.byteLength(req.body)}` } }),
});

type Teardown = { teardown(undo: () => unknown): unknown };

async function open(t: Teardown, protocols: string | string[] = 'sip', settings = {}): Promise<WebSocket> {
  const socket = new WebSocket(`ws://${hostPort(server)}/any/path?and=query`, protocols, settings);
  t.teardown(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

/** A request in the way of a browser, which knows no address of its own. */
function sip(method = 'OPTIONS', body = ''): string {
  return [
    `${method} sip:svc@${hostPort(server)} SIP/2.0`,
    `Via: SIP/2.0/WS ${token()}.invalid;branch=z9hG4bK${token()}`,
    'Max-Forwards: 69',
    'From: <sip:alice@a.invalid>;tag=1',
    'To: <sip:svc@a.invalid>',
    `Call-ID: ${token()}`,
    `CSeq: 1 ${method}`,
    ...(body === '' ? [] : ['Content-Type: text/plain']),
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

async function next(socket: WebSocket): Promise<{ text: string; isBinary: boolean }> {
  const [data, isBinary] = await once(socket, 'message');
  return { text: data.toString(), isBinary };
}

async function answer(socket: WebSocket): Promise<number> {
  return parseMessage(Buffer.from((await next(socket)).text)).status;
}

/** The code with which the server closes. */
async function closed(socket: WebSocket): Promise<number> {
  const [code] = await once(socket, 'close');
  return code;
}

t.test('the subprotocol is sip, compression is not taken up, and any origin will do', options, async (t) => {
  const socket = await open(t, ['other', 'sip'], { origin: 'https://elsewhere.example', perMessageDeflate: true });
  t.equal(socket.protocol, 'sip');
  t.equal(socket.extensions, '');
});

t.test('a request comes as text or as binary, in one frame or in several', options, async (t) => {
  const socket = await open(t);
  socket.send(sip());
  t.equal(await answer(socket), 200);
  socket.send(Buffer.from(sip()));
  t.equal(await answer(socket), 200);
  const message = Buffer.from(sip('MESSAGE', 'héllo ☺'));
  for (let i = 0; i < message.length; i += 7) {
    socket.send(message.subarray(i, i + 7), { binary: false, fin: i + 7 >= message.length });
  }
  t.equal(await answer(socket), 200);
});

t.test('answers that are UTF-8 are text, others are binary', strict, async (t) => {
  const socket = await open(t);
  socket.send(sip());
  t.equal((await next(socket)).isBinary, false);
  const latin1 = Buffer.from(sip().replace('<sip:alice', '"J\xfcrgen" <sip:alice'), 'latin1');
  socket.send(latin1);
  t.equal((await next(socket)).isBinary, true);
});

t.test('one message is one SIP message: what stands behind it is not read', strict, async (t) => {
  const socket = await open(t);
  socket.send(`${sip()}${sip('MESSAGE')}`);
  t.match((await next(socket)).text, /CSeq: 1 OPTIONS/);
  socket.send(sip());
  t.match((await next(socket)).text, /CSeq: 1 OPTIONS/);
});

t.test('a Content-Length that lies is answered 400, and the connection lives on', strict, async (t) => {
  const socket = await open(t);
  socket.send(sip('MESSAGE', 'short').replace('Content-Length: 5', 'Content-Length: 500'));
  t.equal(await answer(socket), 400);
  socket.send(sip());
  t.equal(await answer(socket), 200);
});

t.test('a ping is answered with its pong (RFC 6455 section 5.5.3)', options, async (t) => {
  const socket = await open(t);
  socket.ping('are you there?');
  const [data] = await once(socket, 'pong');
  t.equal(data.toString(), 'are you there?');
});

t.test('a close is answered with a close', options, async (t) => {
  const socket = await open(t);
  socket.close(1000, 'bye');
  t.equal(await closed(socket), 1000);
});

t.test('what is no SIP ends the connection with 1007, what is too large with 1009', strict, async (t) => {
  const junk = await open(t);
  junk.send('{"hello":"world"}');
  t.equal(await closed(junk), 1007);
  const large = await open(t);
  large.send(sip('MESSAGE', 'x'.repeat(70_000)));
  t.equal(await closed(large), 1009);
  const largest = await open(t);
  largest.send(sip('MESSAGE', 'x'.repeat(60_000)));
  t.equal(await answer(largest), 200);
});

t.test('without the subprotocol sip the upgrade is refused (RFC 7118 section 4)', strict, async (t) => {
  for (const protocols of [[], ['xmpp']]) {
    const socket = new WebSocket(`ws://${hostPort(server)}/`, protocols);
    const refused = later<number | undefined>();
    socket.on('unexpected-response', (_, response) => refused.resolve(response.statusCode));
    socket.on('error', () => {});
    t.equal(await refused.promise, 400);
    socket.terminate();
  }
});

t.test('an HTTP request that is no upgrade gets a short 426, and the connection ends', strict, async (t) => {
  for (const method of ['GET', 'POST']) {
    const asking = request({ host: server.address, port: server.port, method, path: '/' });
    asking.end(method === 'POST' ? 'x'.repeat(100) : undefined);
    const [response] = await once(asking, 'response');
    t.equal(response.statusCode, 426);
    t.match(response.headers, { upgrade: 'websocket', connection: /close/ });
    let text = '';
    for await (const chunk of response) text += chunk;
    t.ok(text.length > 0 && text.length < 500);
  }
});

t.test('bytes that are no HTTP get a 400, and the connection ends', strict, async (t) => {
  const socket = connect(server.port, server.address);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.write(sip());
  await once(socket, 'close');
  t.match(text, /^HTTP\/1\.1 400 /);
});
