import type { Socket } from 'node:net';
import type { Limits } from '../limits.js';
import type { Timers } from '../timers.js';
import type { Connection } from './connection.js';
import { isSecure, isWeb } from './hop.js';
import { StreamChannel } from './stream-channel.js';
import type { Tls } from './tls.js';
import { WebSocketChannel } from './websocket-channel.js';
import { WebSocketUpgrades } from './websocket-upgrades.js';

/** Takes accepted connections through what their transport begins with: TLS, an upgrade to a WebSocket, or both. */
export class Handshakes {
  readonly #timers: Timers;
  readonly #limits: Limits;
  readonly #tls: Tls;
  readonly #upgrades = new WebSocketUpgrades();

  constructor({ timers, limits, tls }: { timers: Timers; limits: Limits; tls: Tls }) {
    this.#timers = timers;
    this.#limits = limits;
    this.#tls = tls;
  }

  /** @param socket the TCP connection under the connection, fresh */
  begin(socket: Socket, connection: Connection): void {
    const { transport } = connection.local;
    const goOn = (stream: Socket): void => {
      if (isWeb(transport)) this.#upgrade(stream, connection);
      else carryStream(stream, connection);
    };
    if (isSecure(transport)) this.#tls.accept(socket, goOn);
    else goOn(socket);
  }

  #upgrade(stream: Socket, connection: Connection): void {
    this.#upgrades.accept(stream, (socket) => {
      const options = { timers: this.#timers, pingInterval: this.#limits.pingInterval };
      connection.carry((events) => new WebSocketChannel(socket, events, options));
      // A page may open its WebSocket long before it registers; whether it is there shows by its pongs.
      connection.establish(true);
    });
  }
}

function carryStream(stream: Socket, connection: Connection): void {
  connection.carry((events) => new StreamChannel(stream, events));
  connection.establish(false);
}
