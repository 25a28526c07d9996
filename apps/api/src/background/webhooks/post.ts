import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { StoredEvent } from '@ringfence/store';
import type { WebhookTargets } from './targets.js';

/** Milliseconds that a receiver may take, and bytes that are taken of its answer. */
const PATIENCE = 10_000;
const ANSWER_BYTES = 65_536;

/** What a receiver made of an event. */
export type Outcome =
  | { kind: 'taken' }
  /** It wants no more events (410). */
  | { kind: 'gone' }
  /** `retryAfter` is the ms that it wants to be left alone, when it says so. */
  | { kind: 'failed'; reason: string; retryAfter?: number };

/** Sends events to one receiver, over a connection that is kept. */
export class Post {
  readonly #url: URL;
  readonly #secret: Buffer;
  readonly #targets: WebhookTargets;
  readonly #agent: HttpAgent;

  /** @param secret `whsec_` and the key of the signatures in Base64 */
  constructor(url: string, secret: string, targets: WebhookTargets) {
    this.#url = new URL(url);
    this.#secret = Buffer.from(secret.slice('whsec_'.length), 'base64');
    this.#targets = targets;
    const options = { keepAlive: true, maxSockets: 1, maxFreeSockets: 1 };
    this.#agent = this.#url.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
  }

  /**
   * Sends an event, signed as Standard Webhooks has it; never fails.
   * @param now ms since 1970
   * @param attempt ends it when it is aborted
   */
  async send(event: StoredEvent, now: number, attempt: AbortController): Promise<Outcome> {
    if (!this.#targets.allows(this.#url.href)) return { kind: 'failed', reason: 'events must not be sent there' };
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      attempt.abort();
    }, PATIENCE);
    try {
      return outcomeOf(await this.#post(event, now, attempt.signal));
    } catch (error) {
      return { kind: 'failed', reason: isLate ? 'no answer in time' : (error as Error).message };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the connection. */
  close(): void {
    this.#agent.destroy();
  }

  async #post(event: StoredEvent, now: number, signal: AbortSignal): Promise<IncomingMessage> {
    const body = JSON.stringify(event);
    const timestamp = String(Math.floor(now / 1_000));
    const headers = {
      ...{ 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'user-agent': 'Ringfence' },
      ...{ 'webhook-id': event.id, 'webhook-timestamp': timestamp },
      'webhook-signature': `v1,${this.#sign(`${event.id}.${timestamp}.${body}`)}`,
    };
    const request = this.#url.protocol === 'https:' ? requestHttps : requestHttp;
    const sending = request(this.#url, {
      ...{ method: 'POST', headers, agent: this.#agent, signal, lookup: this.#targets.lookup(this.#url) },
    });
    // After its answer it may still fail, which changes nothing.
    sending.on('error', () => {});
    sending.end(body);
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    await drain(response);
    return response;
  }

  #sign(text: string): string {
    return createHmac('sha256', this.#secret).update(text).digest('base64');
  }
}

/** Reads an answer to its end, so that the connection can be used again, unless it is too long. */
async function drain(response: IncomingMessage): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of response) {
      bytes += chunk.length;
      if (bytes > ANSWER_BYTES) break;
    }
  } catch {
    // Its status has been read, and nothing else matters.
  }
}

/** Seconds that a receiver may want to be left alone at most. */
const RETRY_AFTER_MAX = 3_600;

function outcomeOf({ statusCode: status = 0, headers }: IncomingMessage): Outcome {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  if (status === 410) return { kind: 'gone' };
  const seconds = Number(headers['retry-after']);
  const wait = seconds > 0 ? { retryAfter: Math.min(seconds, RETRY_AFTER_MAX) * 1_000 } : {};
  return { kind: 'failed', reason: `answered ${status}`, ...wait };
}
