import type { Flows } from '../agent/flows.js';
import type { Logger } from '../logger.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import { LocalRequest } from './local-request.js';
import { LocalResponse } from './local-response.js';

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
      handler(new LocalRequest(request, from), new LocalResponse(transaction, this.#flows));
    } catch (error) {
      this.#logger.error({ err: error, method: transaction.method }, 'a handler failed');
      transaction.answer(500);
    }
    return true;
  }
}
