import { composeResponse } from '../agent/compose.js';
import type { Flows } from '../agent/flows.js';
import type { Draft } from '../application/draft.js';
import type { Logger } from '../logger.js';
import { type Header, longName } from '../sip/headers.js';
import { NO_BODY } from '../sip/message.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import { LocalRequest } from './local-request.js';

/** Where a handler in this process sends its final response. */
export interface LocalResponse {
  /** Whether it has been sent, or can't be any more. */
  readonly finalResponseSent: boolean;
  /**
   * Sends it; the headers that the server knows itself are added.
   * @param content header fields by name, a list for several of one name
   */
  send(status: number, content?: { headers?: Readonly<Record<string, string | readonly string[]>> }): void;
}

/** Answers the requests of one method in this process. */
export type LocalHandler = (request: LocalRequest, response: LocalResponse) => void;

/**
 * Handlers in this process, each for the requests of one method outside dialogs that make none. They spare a request the
 * way over the application port, which costs several times what answering it does.
 */
export class LocalHandlers {
  readonly #flows: Flows;
  readonly #logger: Logger;
  readonly #handlers = new Map<string, LocalHandler>();

  constructor({ flows, logger }: { flows: Flows; logger: Logger }) {
    this.#flows = flows;
    this.#logger = logger;
  }

  /** Hands all further requests of a method to a handler. */
  set(method: string, handler: LocalHandler): void {
    this.#handlers.set(method, handler);
  }

  /** Hands a request to its handler. Tells whether it has one. */
  take(transaction: ServerTransaction): boolean {
    const handler = this.#handlers.get(transaction.method);
    if (handler === undefined) return false;
    const { request, from } = transaction;
    try {
      handler(new LocalRequest(request, from), {
        get finalResponseSent() {
          return transaction.isAnswered;
        },
        send: (status, { headers = {} } = {}) => this.#answer(transaction, status, headers),
      });
    } catch (error) {
      this.#logger.error({ err: error, method: transaction.method }, 'a handler failed');
      transaction.answer(500);
    }
    return true;
  }

  #answer(
    transaction: ServerTransaction,
    status: number,
    headers: Readonly<Record<string, string | readonly string[]>>,
  ): void {
    if (transaction.isAnswered) return;
    const { request, from } = transaction;
    const draft: Draft = {
      startLine: '',
      method: undefined,
      uri: '',
      status,
      reason: '',
      headers: toHeaders(headers),
      body: NO_BODY,
    };
    const response = composeResponse(transaction, draft);
    transaction.respond(response);
    if (request.method === 'REGISTER' && status >= 200 && status < 300) this.#flows.learn(request, response, from);
  }
}

const PLAIN = /^[\x20-\x7e]*$/;

function toHeaders(headers: Readonly<Record<string, string | readonly string[]>>): Header[] {
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
