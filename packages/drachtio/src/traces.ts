import { longName } from './sip/headers.js';
import type { Hop } from './transport/hop.js';

/** A SIP message as a trace shows it. */
export interface TracedMessage {
  readonly direction: 'received' | 'sent';
  readonly transport: string;
  /** The other end. */
  readonly address: string;
  readonly port: number;
  /** The message, one character a byte, with what is secret in it left out. */
  readonly text: string;
}

/** Takes the messages of a trace. */
export type TraceListener = (message: TracedMessage) => void;

/** How many traces may run at a time; past that the oldest ends. */
const MAX_TRACES = 256;

/** Headers that let who reads them try passwords, or speak in the sender's name. */
const SECRET_HEADERS = new Set(['Authorization', 'Proxy-Authorization']);

/** Message traces of single calls or registrations, switched on and off by Call-ID while the server runs. */
export class Traces {
  readonly #running = new Map<object, { callId: string; listener: TraceListener }>();

  /** Hands on every message with this Call-ID from here on. Gives the function that ends the trace. */
  start(callId: string, listener: TraceListener): () => void {
    const handle = {};
    const [oldest] = this.#running.keys();
    if (this.#running.size >= MAX_TRACES && oldest !== undefined) this.#running.delete(oldest);
    this.#running.set(handle, { callId, listener });
    return () => void this.#running.delete(handle);
  }

  /** Whether any trace runs; while none does, {@link note} has nothing to do. */
  get isOn(): boolean {
    return this.#running.size > 0;
  }

  /** Shows a message to the traces of its Call-ID. */
  note(direction: TracedMessage['direction'], text: string, { transport, address, port }: Hop): void {
    const callId = callIdOf(text);
    for (const trace of this.#running.values()) {
      if (trace.callId === callId) trace.listener({ direction, transport, address, port, text: withoutSecrets(text) });
    }
  }
}

function callIdOf(text: string): string | undefined {
  return /\r\nCall-ID: (.*)\r\n/.exec(text)?.[1];
}

/** Leaves out credentials, and the keys of encrypted media (RFC 4568). */
function withoutSecrets(text: string): string {
  const headEnd = text.indexOf('\r\n\r\n');
  const lines = text.slice(0, headEnd).split('\r\n').map(withoutCredentials);
  return lines.join('\r\n') + text.slice(headEnd).replace(/^(a=crypto:.*inline:)\S*/gm, '$1(left out)');
}

function withoutCredentials(line: string): string {
  const colon = line.indexOf(':');
  const isSecret = colon > 0 && SECRET_HEADERS.has(longName(line.slice(0, colon)));
  return isSecret ? `${line.slice(0, colon)}: (left out)` : line;
}
