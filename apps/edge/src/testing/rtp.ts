import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** Milliseconds between two packets, as phones send them. */
const PACE = 20;

/** Milliseconds until what one sends must be heard by the other. */
const PATIENCE = 15_000;

/** The sound of a phone: sends RTP to where it is told to, and keeps what it hears. */
export class TestRtp {
  readonly #socket: Socket;
  readonly #heard = new Set<string>();
  #sequence = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (packet) => this.#heard.add(packet.toString('latin1', 12)));
  }

  static async open(): Promise<TestRtp> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new TestRtp(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Its session description: an offer of PCMU, or the answer; by default it tells where it is. */
  sdp({ address = '127.0.0.1', port = this.port, direction = 'sendrecv' } = {}): string {
    const lines = ['v=0', `o=- ${this.port} 1 IN IP4 ${address}`, 's=-', `c=IN IP4 ${address}`, 't=0 0'];
    return [...lines, `m=audio ${port} RTP/AVP 0`, 'a=rtpmap:0 PCMU/8000', `a=${direction}`, ''].join('\r\n');
  }

  /** Says something, again and again, to where a session description leads; resolves when another one hears it. */
  async says(words: string, sdp: string, listener: TestRtp): Promise<void> {
    listener.#heard.clear();
    for (const end = Date.now() + PATIENCE; !listener.#heard.has(words); ) {
      if (Date.now() > end) throw new Error(`"${words}" was not heard`);
      this.#send(words, portOf(sdp));
      await new Promise((resolve) => setTimeout(resolve, PACE));
    }
  }

  close(): void {
    this.#socket.close();
  }

  /** A packet as RFC 3550 section 5.1 has it, with words for sound. */
  #send(words: string, port: number): void {
    const header = Buffer.alloc(12);
    header.writeUInt8(0x80);
    header.writeUInt16BE(this.#sequence++, 2);
    header.writeUInt32BE(this.#sequence * 160, 4);
    header.writeUInt32BE(this.port, 8);
    this.#socket.send(Buffer.concat([header, Buffer.from(words, 'latin1')]), port, '127.0.0.1');
  }
}

/** The port of the first stream of a session description. */
export function portOf(sdp: string): number {
  return Number(/^m=\S+ (\d+)/m.exec(sdp)?.[1]);
}
