import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type Answer, decode, encode, RECURSION_DESIRED, type StringAnswer } from 'dns-packet';

/** What a name server knows: records by type and name, `SRV _sip._udp.example.com`, and `*` for all other. */
export type Zone = Record<string, readonly object[] | 'silent' | 'refused'>;

/** A name server for tests, on a free port of 127.0.0.1. What it knows can be changed while it runs. */
export class DnsServer {
  readonly #socket: Socket;
  zone: Zone;
  /** What it was asked, in order: `SRV _sip._udp.example.com`. */
  readonly asked: string[] = [];

  /** Starts one; it ends with the test. */
  static async start(t: { teardown(after: () => void): void }, zone: Zone): Promise<DnsServer> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    t.teardown(() => socket.close());
    return new DnsServer(socket, zone);
  }

  private constructor(socket: Socket, zone: Zone) {
    this.#socket = socket;
    this.zone = zone;
    socket.on('message', (bytes, { address, port }) => {
      const response = this.#answer(bytes);
      if (response !== undefined) socket.send(response, port, address);
    });
  }

  /** As the server's `dns` option takes it. */
  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  #answer(bytes: Buffer): Buffer | undefined {
    const { id = 0, questions = [] } = decode(bytes);
    const [question] = questions;
    if (question === undefined) return undefined;
    const key = `${question.type} ${question.name.toLowerCase()}`;
    this.asked.push(key);
    const records = this.zone[key] ?? this.zone['*'];
    if (records === 'silent') return undefined;
    const isKnown =
      records !== undefined || Object.keys(this.zone).some((other) => other.endsWith(` ${question.name}`));
    const rcode = records === 'refused' ? 5 : isKnown ? 0 : 3;
    const answers = (typeof records === 'string' ? [] : (records ?? [])).map(
      (record) => ({ type: question.type, name: question.name, ttl: 60, ...record }) as StringAnswer,
    );
    return encode({ id, type: 'response', flags: RECURSION_DESIRED | rcode, questions, answers: answers as Answer[] });
  }
}

/** A NAPTR record of an SRV name. */
export function naptr(order: number, services: string, replacement: string, preference = 1) {
  return { data: { order, preference, flags: 's', services, regexp: '', replacement } };
}

/** An SRV record. */
export function srv(target: string, port: number, priority = 1, weight = 0) {
  return { data: { priority, weight, port, target } };
}

/** An address record. */
export function address(data: string, ttl = 60) {
  return { data, ttl };
}
