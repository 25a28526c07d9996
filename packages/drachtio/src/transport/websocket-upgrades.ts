import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { MESSAGE_LIMITS } from '../sip/parser.js';

const MAX_HEADER_BYTES = 8_192;
const SUBPROTOCOL = 'sip';

/**
 * Turns streams into WebSockets (RFC 6455) for the subprotocol `sip` (RFC 7118 section 4). Any path and origin will do,
 * since whoever sends SIP is asked for credentials there. Other HTTP requests get 426, and the connection ends.
 */
export class WebSocketUpgrades {
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    autoPong: false,
    maxPayload: MESSAGE_LIMITS.bytes,
    handleProtocols: () => SUBPROTOCOL,
  });
  readonly #http = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (_, response) => {
    const text = 'This is a SIP server: connect to it with a WebSocket and the subprotocol "sip".\n';
    response.writeHead(426, { Upgrade: 'websocket', Connection: 'close, Upgrade', 'Content-Type': 'text/plain' });
    response.end(text);
  });
  readonly #waiting = new WeakMap<Duplex, (socket: WebSocket) => void>();

  constructor() {
    this.#http.on('upgrade', (request, stream, head) => this.#upgrade(request, stream, head));
  }

  /** Calls back when the stream has become a WebSocket, never when it doesn't. */
  accept(stream: Socket, upgraded: (socket: WebSocket) => void): void {
    this.#waiting.set(stream, upgraded);
    this.#http.emit('connection', stream);
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const upgraded = this.#waiting.get(stream);
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    if (!offered.includes(SUBPROTOCOL)) refuse(stream, 400, 'The subprotocol "sip" is needed.\n');
    else this.#webSockets.handleUpgrade(request, stream, head, (socket) => upgraded?.(socket));
  }
}

function refuse(stream: Duplex, status: number, text: string): void {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: text/plain',
    `Content-Length: ${text.length}`,
  ];
  stream.end(`${head.join('\r\n')}\r\n\r\n${text}`, () => stream.destroy());
}
