import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import t from 'tap';
import { hostPort, type Phone, type Protocol, token } from '../sip/index.js';
import { startApplication } from './application.js';
import { except } from './differences.js';
import { openPhone, serverOf, startTarget } from './target.js';

/** Peers that open connections and keep the server waiting, over every transport that has connections. */
const PROTOCOLS = ['tcp', 'tls', 'ws', 'wss'] as const;
const limits = {
  messageTimeout: 400,
  pingInterval: 1_000,
  connectionsPerAddress: 6,
  connections: 20,
  connectionBacklog: 262_144,
};
const target = await startTarget(t, { others: ['tls', 'ws', 'wss'], limits });
const options = except(target, 'limits');
await startApplication(t, target, { options: (_, res) => res.send(200) });

type Teardown = { teardown(undo: () => unknown): unknown };

/** A bare TCP connection to where a transport is. */
async function open(t: Teardown, protocol: Protocol, localAddress = '127.0.0.66'): Promise<Socket> {
  const { address, port } = serverOf(target, protocol);
  const socket = connect({ host: address, port, localAddress });
  socket.on('error', () => {});
  t.teardown(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

function isClosed(socket: Socket): Promise<true> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve(true);
    socket.on('close', () => resolve(true));
    socket.resume();
  });
}

/** Sends a byte now and then, for as long as the connection is open. */
function drip(socket: Socket, bytes: Buffer | string): void {
  let sent = 0;
  const timer = setInterval(() => {
    if (socket.writable) socket.write(Buffer.from(bytes).subarray(sent, ++sent));
  }, 20);
  socket.on('close', () => clearInterval(timer));
}

async function answers(phone: Phone): Promise<boolean> {
  return (await phone.ask('OPTIONS')).status === 200;
}

const UPGRADE = [
  'GET / HTTP/1.1',
  'Host: a',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol: sip',
].join('\r\n');

for (const protocol of PROTOCOLS) {
  t.test(
    `a peer that says nothing over ${protocol.toUpperCase()} is cut off, an honest one goes on`,
    options,
    async (t) => {
      const phone = await openPhone(t, target, { transport: protocol });
      t.ok(await answers(phone));
      t.ok(await isClosed(await open(t, protocol)));
      t.ok(await answers(phone));
    },
  );
}

t.test('so is one that sends a byte at a time, in whatever the transport begins with', options, async (t) => {
  const hello = Buffer.from('16030100ff010000fb0303', 'hex');
  const request = `OPTIONS sip:a@b SIP/2.0\r\nX: ${'x'.repeat(1_000)}`;
  const peers = { tcp: request, tls: hello, ws: UPGRADE, wss: hello };
  await Promise.all(
    PROTOCOLS.map(async (protocol) => {
      const socket = await open(t, protocol);
      drip(socket, peers[protocol]);
      t.ok(await isClosed(socket), protocol);
    }),
  );
});

t.test('a message that has begun must be complete in time, also after others', options, async (t) => {
  for (const transport of ['tcp', 'tls'] as const) {
    const phone = await openPhone(t, target, { transport, address: '127.0.0.66' });
    t.ok(await answers(phone));
    phone.sendBytes('OPTIONS sip:a@b SIP/2.0\r\n');
    while (phone.connected) await new Promise((resolve) => setTimeout(resolve, 20));
    t.pass(`${transport} closed`);
  }
});

t.test('connections of one address are limited, others are let in', options, async (t) => {
  const sockets = await Promise.all(Array.from({ length: limits.connectionsPerAddress }, () => open(t, 'tcp')));
  t.ok(await isClosed(await open(t, 'ws')), 'one more is closed');
  t.ok(await answers(await openPhone(t, target, { transport: 'wss' })));
  for (const socket of sockets) socket.destroy();
});

t.test('when there are too many in all, the oldest that has not spoken makes room', options, async (t) => {
  const sockets: Socket[] = [];
  for (let n = 0; n < limits.connections; n++) sockets.push(await open(t, 'tcp', `127.0.1.${n % 5}`));
  const phone = await openPhone(t, target, { transport: 'tls' });
  t.ok(await answers(phone));
  t.ok(await isClosed(sockets[0] as Socket), 'the oldest is gone');
  const further: Socket[] = [];
  for (let n = 0; n < limits.connections; n++) further.push(await open(t, 'tcp', `127.0.2.${n % 5}`));
  t.ok(await answers(phone), 'one that has spoken stays');
  for (const socket of [...sockets, ...further]) socket.destroy();
});

/** A WebSocket of which nothing is read. */
async function deafWebSocket(t: Teardown): Promise<Socket> {
  const socket = await open(t, 'ws');
  socket.write(`${UPGRADE}\r\n\r\n`);
  const [answer] = await once(socket, 'data');
  t.teardown(() => socket.destroy());
  if (!String(answer).startsWith('HTTP/1.1 101 ')) throw new Error(String(answer));
  socket.pause();
  return socket;
}

t.test('a WebSocket peer that answers no pings is cut off; one that does may be silent', options, async (t) => {
  const phone = await openPhone(t, target, { transport: 'ws' });
  const deaf = await deafWebSocket(t);
  t.ok(await isClosed(deaf));
  t.ok(phone.connected, 'the silent one that answers pings is still there');
  t.ok(await answers(phone));
});

t.test('a peer that floods the server with pings and reads no pong is cut off', options, async (t) => {
  const socket = await deafWebSocket(t);
  // A masked ping of 125 bytes, a thousand of them.
  const ping = Buffer.alloc(131 * 1_000);
  for (let at = 0; at < ping.length; at += 131) ping.set([0x89, 0xfd, 0, 0, 0, 0], at);
  let sent = 0;
  const ended = new Promise((resolve) => socket.on('close', resolve));
  const flood = (): void => {
    while (socket.writable && sent < 64e6 && socket.write(ping)) sent += ping.length;
    sent += ping.length;
  };
  socket.on('drain', flood);
  flood();
  await ended;
  t.ok(sent < 64e6, `after ${sent} bytes`);
  t.ok(await answers(await openPhone(t, target, { transport: 'ws' })));
});

t.test('a stream of line ends is no way to stay, nor one of pings that are not read', options, async (t) => {
  const socket = await open(t, 'tcp');
  const timer = setInterval(() => socket.writable && socket.write('\r\n\r\n'), 20);
  t.teardown(() => clearInterval(timer));
  t.ok(await isClosed(socket));
});

t.test(`after a flood of broken handshakes an honest phone is answered`, options, async (t) => {
  for (const protocol of PROTOCOLS) {
    for (const junk of [
      token(),
      `${UPGRADE}\r\n\r\n\x81\x05hello`,
      '\x16\x03\x01\x00\x05junk!',
      '\r\n'.repeat(9_000),
    ]) {
      const socket = await open(t, protocol);
      socket.end(junk);
      await isClosed(socket);
    }
    const phone = await openPhone(t, target, { transport: protocol });
    t.ok(await answers(phone), `${protocol} ${hostPort(phone)}`);
  }
});
