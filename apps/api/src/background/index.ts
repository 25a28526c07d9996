import type { Countries } from '@ringfence/geoip';
import type { Store } from '@ringfence/store';
import { Projection } from './projection.js';
import { runStreamWork } from './stream-work.js';
import { Dispatcher } from './webhooks/dispatcher.js';
import { WebhookTargets } from './webhooks/targets.js';

/** What the work in the background needs. */
export interface BackgroundOptions {
  store: Store;
  countries: Countries;
  /** Private addresses and networks that webhooks may be sent to. */
  webhookNetworks: readonly string[];
  /** Told when work can't be done for now. */
  onError(error: unknown): void;
}

/**
 * Starts what is done beside answering requests; of all processes of the API one does it.
 * @returns ends it
 */
export function startBackground(options: BackgroundOptions): () => Promise<void> {
  const { store, countries, webhookNetworks, onError } = options;
  const dispatcher = new Dispatcher(store, new WebhookTargets(webhookNetworks), onError);
  return runStreamWork(store, [new Projection(store, countries), dispatcher], onError);
}
