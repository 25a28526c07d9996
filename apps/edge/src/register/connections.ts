import type { Peer } from '@ringfence/drachtio';
import type { Admission, Bindings } from '@ringfence/store';

/** Most phones that are remembered of one connection, such as one of a proxy. */
const MOST_PHONES = 10_000;

type PhoneOnConnection = { _id: string; customer: string; extension: string | undefined };

/**
 * Which phones registered over which connection, so that their bindings end when it closes: over another they can't be
 * reached (RFC 5626 section 5.3). There are as many entries as the server has connections.
 */
export class Connections {
  readonly #bindings: Bindings;
  readonly #onError: (error: unknown) => void;
  readonly #phones = new Map<string, Map<string, PhoneOnConnection>>();

  /** @param onError told when bindings could not be ended; they run out by themselves */
  constructor(bindings: Bindings, onError: (error: unknown) => void) {
    this.#bindings = bindings;
    this.#onError = onError;
  }

  /** A phone has registered. */
  registered({ phone: { id, customer, extension }, source }: Admission): void {
    if (source.protocol === 'udp') return;
    const { address, port } = source.proxy ?? source;
    const name = nameOf({ transport: source.protocol, address, port });
    const phones = this.#phones.get(name) ?? new Map<string, PhoneOnConnection>();
    if (phones.size < MOST_PHONES) phones.set(id, { _id: id, customer, extension });
    this.#phones.set(name, phones);
  }

  /** A connection is closed. */
  closed(peer: Peer): void {
    const name = nameOf(peer);
    const phones = this.#phones.get(name);
    this.#phones.delete(name);
    for (const phone of phones?.values() ?? []) {
      const ended = this.#bindings.end(
        phone,
        ({ protocol, address, port, proxy }) =>
          nameOf({ transport: protocol, ...(proxy ?? { address, port }) }) === name,
        { type: 'phone.disconnected', reason: 'connection_closed' },
      );
      ended.catch(this.#onError);
    }
  }
}

function nameOf({ transport, address, port }: Omit<Peer, 'transport'> & { transport: string }): string {
  return `${transport} ${address} ${port}`;
}
