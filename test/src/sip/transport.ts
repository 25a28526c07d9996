import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { WebSocket } from 'ws';
import { hostPort } from './compose.js';

/** An IP address and a port. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** The transports that a phone speaks (RFC 3261 section 18, RFC 7118). */
export type Protocol = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

/** Where bytes came from and where an answer goes: a UDP peer, or one connection. */
export interface Flow extends Endpoint {
  send(bytes: Buffer): void;
  /** False once the connection has ended; a UDP flow is always open. */
  readonly open: boolean;
}

/** A bound socket of the phone. */
export interface Transport {
  readonly protocol: Protocol;
  readonly local: Endpoint;
  /** The flow to the server; undefined on a listening TCP socket, which has none of its own. */
  readonly server: Flow | undefined;
  close(): Promise<void>;
}

/** Called with each datagram or WebSocket message, or with each message or keep-alive cut from a stream. */
export type Receive = (bytes: Buffer, flow: Flow) => void;

/** Binds a UDP socket to a local address; port 0 takes a free one. */
export async function openUdp(local: Endpoint, server: Endpoint, receive: Receive): Promise<Transport> {
  const socket = createSocket({ type: local.address.includes(':') ? 'udp6' : 'udp4', recvBufferSize: 4 << 20 });
  const flowTo = ({ address, port }: Endpoint): Flow => ({
    address,
    port,
    open: true,
    send: (bytes) => socket.send(bytes, port, address),
  });
  socket.on('message', (bytes, { address, port }) => receive(bytes, flowTo({ address, port })));
  socket.on('error', () => {});
  socket.bind(local.port, local.address);
  await once(socket, 'listening');
  const { address, port } = socket.address();
  return {
    protocol: 'udp',
    local: { address, port },
    server: flowTo(server),
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** Makes one TCP connection to the server from a local address. */
export async function openTcp(local: Endpoint, server: Endpoint, receive: Receive): Promise<Transport> {
  const socket = connect(ends(local, server));
  await once(socket, 'connect');
  return overStream('tcp', socket, receive);
}

/** Makes one TLS connection to the server from a local address, whoever signed the server's certificate. */
export async function openTls(local: Endpoint, server: Endpoint, receive: Receive): Promise<Transport> {
  const socket = connectTls({ ...ends(local, server), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return overStream('tls', socket, receive);
}

/** Opens a WebSocket to the server from a local address, as a page in a browser does. Messages go out as text. */
export async function openWs(local: Endpoint, server: Endpoint, receive: Receive): Promise<Transport> {
  return openWebSocket('ws', local, server, receive);
}

/** The same over TLS, whoever signed the server's certificate. */
export async function openWss(local: Endpoint, server: Endpoint, receive: Receive): Promise<Transport> {
  return openWebSocket('wss', local, server, receive);
}

async function openWebSocket(
  protocol: 'ws' | 'wss',
  local: Endpoint,
  server: Endpoint,
  receive: Receive,
): Promise<Transport> {
  const { host, port, ...from } = ends(local, server);
  const url = `${protocol}://${hostPort({ address: host, port })}/`;
  const socket = new WebSocket(url, 'sip', { ...from, rejectUnauthorized: false, perMessageDeflate: false });
  let stream: Socket | undefined;
  socket.once('upgrade', (response) => {
    stream = response.socket;
  });
  const flow: Flow = {
    address: server.address,
    port: server.port,
    get open() {
      return socket.readyState === WebSocket.OPEN;
    },
    send: (bytes) => socket.send(bytes, { binary: false }),
  };
  socket.on('error', () => {});
  socket.on('message', (bytes) => receive(bytes as Buffer, flow));
  await once(socket, 'open');
  return {
    protocol,
    local: { address: stream?.localAddress ?? '', port: stream?.localPort ?? 0 },
    server: flow,
    close: async () => {
      if (socket.readyState === WebSocket.CLOSED) return;
      socket.terminate();
      await once(socket, 'close');
    },
  };
}

function ends(local: Endpoint, server: Endpoint) {
  const localPort = local.port > 0 ? { localPort: local.port } : {};
  return { host: server.address, port: server.port, localAddress: local.address, ...localPort };
}

function overStream(protocol: Protocol, socket: Socket, receive: Receive): Transport {
  return {
    protocol,
    local: { address: socket.localAddress ?? '', port: socket.localPort ?? 0 },
    server: readStream(socket, receive),
    close: () => end(socket),
  };
}

/** Accepts TCP connections on a local address, as a phone that is called without having connected. */
export async function listenTcp(local: Endpoint, receive: Receive): Promise<Transport> {
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    readStream(socket, receive);
  });
  listener.listen(local.port, local.address);
  await once(listener, 'listening');
  const { address, port } = listener.address() as AddressInfo;
  return {
    protocol: 'tcp',
    local: { address, port },
    server: undefined,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}

/** Cuts what the socket receives into messages by their Content-Length (RFC 3261 section 18.3) and hands them on. */
function readStream(socket: Socket, receive: Receive): Flow {
  const flow: Flow = {
    address: socket.remoteAddress ?? '',
    port: socket.remotePort ?? 0,
    get open() {
      return socket.readable && !socket.destroyed;
    },
    send: (bytes) => {
      if (socket.writable) socket.write(bytes);
    },
  };
  let pending = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.on('data', (bytes: Buffer) => {
    pending = Buffer.concat([pending, bytes]);
    for (let length = firstLength(pending); length > 0; length = firstLength(pending)) {
      receive(Buffer.from(pending.subarray(0, length)), flow);
      pending = pending.subarray(length);
    }
  });
  return flow;
}

/** The length of the complete message or keep-alive at the head of a stream, 0 while it is not all there. */
function firstLength(bytes: Buffer): number {
  if (bytes.subarray(0, 2).toString() === '\r\n') return 2;
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return 0;
  const body = Number(/^(?:content-length|l)\s*:\s*(\d+)/im.exec(bytes.toString('latin1', 0, end))?.[1] ?? 0);
  const length = end + 4 + body;
  return bytes.length < length ? 0 : length;
}

async function end(socket: Socket): Promise<void> {
  if (socket.destroyed) return;
  socket.destroy();
  await once(socket, 'close');
}
