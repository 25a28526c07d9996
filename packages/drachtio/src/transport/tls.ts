import type { Socket } from 'node:net';
import { connect, createServer, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls';
import type { Logger } from '../logger.js';
import type { Timer, Timers } from '../timers.js';
import { type Credentials, readCredentials, type TlsFiles, versionOf } from './credentials.js';

/** Milliseconds between two looks whether the files have changed. */
const CHECK_INTERVAL = 1_000;

/**
 * TLS, at least 1.2, on accepted and on our own connections. What the files hold is taken over when they change, for new
 * connections; files that can't be used leave what was before.
 *
 * With a CA, the other end of every connection must have a certificate of that CA, and of the right name where we connect
 * to a host name. Without, certificates of others aren't looked at, as in a drachtio server.
 */
export class Tls {
  readonly #files: TlsFiles;
  readonly #timers: Timers;
  readonly #logger: Logger;
  readonly #pending = new Map<string, (secure: TLSSocket) => void>();
  #server: Server | undefined;
  #credentials: Credentials | undefined;
  #version = '';
  #nextCheck: Timer | undefined;

  constructor(files: TlsFiles, { timers, logger }: { timers: Timers; logger: Logger }) {
    this.#files = files;
    this.#timers = timers;
    this.#logger = logger;
  }

  /**
   * Reads the files, or makes a certificate where none is named.
   * @throws Error that names the file and what is wrong with it
   */
  async start(): Promise<void> {
    this.#version = await versionOf(this.#files);
    this.#credentials = await readCredentials(this.#files);
    const requestCert = this.#credentials?.ca !== undefined;
    this.#server = createServer({ ...this.#options, requestCert, rejectUnauthorized: requestCert });
    this.#server.on('secureConnection', (secure) => {
      const peer = peerOf(secure);
      const secured = this.#pending.get(peer);
      this.#pending.delete(peer);
      secured?.(secure);
    });
    this.#server.on('tlsClientError', (error, secure) => {
      this.#logger.debug({ err: error, from: secure.remoteAddress }, 'a TLS handshake failed');
    });
    this.#nextCheck = this.#timers.start(CHECK_INTERVAL, () => void this.#check());
  }

  stop(): void {
    this.#timers.cancel(this.#nextCheck);
    this.#nextCheck = undefined;
    this.#server = undefined;
  }

  /** Calls back when the handshake on an accepted socket is done, never when it fails: the socket is closed then. */
  accept(socket: Socket, secured: (secure: TLSSocket) => void): void {
    const peer = peerOf(socket);
    this.#pending.set(peer, secured);
    socket.on('close', () => {
      if (this.#pending.get(peer) === secured) this.#pending.delete(peer);
    });
    if (this.#server === undefined) socket.destroy();
    else this.#server.emit('connection', socket);
  }

  /** Connects to a peer. @param domain the host name that led there */
  connect(target: { host: string; port: number; localAddress: string }, domain: string | undefined): TLSSocket {
    return connect({
      ...target,
      ...this.#options,
      servername: domain ?? '',
      rejectUnauthorized: this.#credentials?.ca !== undefined,
      ...(domain === undefined && { checkServerIdentity: () => undefined }),
    });
  }

  get #options(): SecureContextOptions {
    return { ...this.#credentials, minVersion: 'TLSv1.2' };
  }

  async #check(): Promise<void> {
    try {
      const version = await versionOf(this.#files);
      if (version !== this.#version) await this.#reload(version);
    } catch (error) {
      this.#logger.error({ err: error }, 'the TLS files can not be used, what they held before stays');
    }
    if (this.#server !== undefined) this.#nextCheck = this.#timers.start(CHECK_INTERVAL, () => void this.#check());
  }

  async #reload(version: string): Promise<void> {
    this.#version = version;
    this.#credentials = await readCredentials(this.#files);
    this.#server?.setSecureContext(this.#options);
    this.#logger.info({ ...this.#files }, 'TLS files read again');
  }
}

/** Both ends of a connection, which tell it from all others. */
function peerOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
