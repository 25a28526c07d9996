import { composeResponse } from '../agent/compose.js';
import type { Flows } from '../agent/flows.js';
import type { Draft } from '../application/draft.js';
import { type Header, longName } from '../sip/headers.js';
import { NO_BODY } from '../sip/message.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';

/** Where a handler in this process sends its final response. */
export class LocalResponse {
  readonly #transaction: ServerTransaction;
  readonly #flows: Flows;

  constructor(transaction: ServerTransaction, flows: Flows) {
    this.#transaction = transaction;
    this.#flows = flows;
  }

  /** Whether it has been sent, or can't be any more. */
  get finalResponseSent(): boolean {
    return this.#transaction.isAnswered;
  }

  /**
   * Sends it; the headers that the server knows itself are added. Does nothing when there was one already.
   * @param content header fields by name, a list for several of one name
   */
  send(status: number, content?: { headers?: Readonly<Record<string, string | readonly string[]>> }): void {
    const transaction = this.#transaction;
    if (transaction.isAnswered) return;
    const { request, from } = transaction;
    const draft: Draft = {
      startLine: '',
      method: undefined,
      uri: '',
      status,
      reason: '',
      headers: toHeaders(content?.headers),
      body: NO_BODY,
    };
    const response = composeResponse(transaction, draft);
    transaction.respond(response);
    if (request.method === 'REGISTER' && status >= 200 && status < 300) this.#flows.learn(request, response, from);
  }
}

const PLAIN = /^[\x20-\x7e]*$/;

function toHeaders(headers: Readonly<Record<string, string | readonly string[]>> = {}): Header[] {
  const fields: Header[] = [];
  for (const [spelling, values] of Object.entries(headers)) {
    const name = longName(spelling);
    for (const value of typeof values === 'string' ? [values] : values) fields.push({ name, value: toBytes(value) });
  }
  return fields;
}

/** Text as the message keeps it, one character a byte; a line end in it would begin another header. */
function toBytes(text: string): string {
  if (PLAIN.test(text)) return text;
  const line = text.replace(/[\r\n]+/g, ' ');
  return Buffer.from(line, 'utf8').toString('latin1');
}
