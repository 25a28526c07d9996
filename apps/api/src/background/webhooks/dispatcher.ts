import { type Command, eventTypes, type Store, type StoredEvent, type Webhook } from '@ringfence/store';
import { Resellers } from '../resellers.js';
import type { StreamWork } from '../stream-work.js';
import { Sender } from './sender.js';
import type { WebhookTargets } from './targets.js';

/** An active webhook and what sends its events. */
interface Line {
  /** As JSON, to see whether it has changed. */
  known: string;
  webhook: Webhook;
  types: ReadonlySet<string> | undefined;
  sender: Sender;
}

/** Puts events to the queues of the webhooks that want them, and has each queue sent by a sender of its own. */
export class Dispatcher implements StreamWork {
  readonly #store: Store;
  readonly #targets: WebhookTargets;
  readonly #onError: (error: unknown) => void;
  readonly #resellers: Resellers;
  readonly #lines = new Map<string, Line>();
  readonly #queued = new Set<Line>();
  #version: string | undefined;

  constructor(store: Store, targets: WebhookTargets, onError: (error: unknown) => void) {
    this.#store = store;
    this.#targets = targets;
    this.#onError = onError;
    this.#resellers = new Resellers(store.directory);
  }

  async begin(): Promise<void> {
    await this.#refresh();
  }

  async handle(events: readonly StoredEvent[]): Promise<Command[]> {
    await this.#refresh();
    const commands: Command[] = [];
    for (const line of this.#lines.values()) {
      const wanted: StoredEvent[] = [];
      for (const event of events) if (await this.#wants(line, event)) wanted.push(event);
      if (wanted.length === 0) continue;
      commands.push(...(await this.#store.deliveries.enqueue(line.webhook._id, wanted, this.#store.now())));
      this.#queued.add(line);
    }
    return commands;
  }

  /** Nothing is written because of the time; what was written before is ready to be sent. */
  async tick(): Promise<Command[]> {
    for (const { sender } of this.#queued) sender.wake();
    this.#queued.clear();
    await this.#refresh();
    return [];
  }

  async end(): Promise<void> {
    const lines = [...this.#lines.values()];
    this.#lines.clear();
    this.#version = undefined;
    await Promise.all(lines.map(({ sender }) => sender.close()));
  }

  async #wants({ webhook: { customer, reseller }, types }: Line, event: StoredEvent): Promise<boolean> {
    if (types !== undefined && !types.has(event.type)) return false;
    if (customer !== undefined) return event.customer === customer;
    if (reseller === undefined) return true;
    return event.customer !== undefined && (await this.#resellers.of(event.customer)) === reseller;
  }

  /** Reads the webhooks again if one has changed, and has those sent anew that were. */
  async #refresh(): Promise<void> {
    const version = await this.#store.webhooks.version();
    if (version === this.#version) return;
    const active = (await this.#store.webhooks.list()).filter(({ active }) => active);
    const left = new Set(this.#lines.keys());
    for (const webhook of active) {
      left.delete(webhook._id);
      await this.#open(webhook);
    }
    for (const id of left) await this.#close(id);
    this.#version = version;
  }

  async #open(webhook: Webhook): Promise<void> {
    const known = JSON.stringify(webhook);
    const line = this.#lines.get(webhook._id);
    if (line?.known === known) {
      line.sender.wake();
      return;
    }
    await this.#close(webhook._id);
    const sender = new Sender(this.#store, this.#targets, webhook, this.#onError);
    this.#lines.set(webhook._id, { known, webhook, types: webhook.types && eventTypes(webhook.types), sender });
  }

  async #close(id: string): Promise<void> {
    await this.#lines.get(id)?.sender.close();
    this.#lines.delete(id);
  }
}
