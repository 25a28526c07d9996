import type { Countries } from '@ringfence/geoip';
import type { Store } from '@ringfence/store';
import { Projection } from './projection.js';
import { runStreamWork } from './stream-work.js';

/** What the work in the background needs. */
export interface BackgroundOptions {
  store: Store;
  countries: Countries;
  /** Told when work can't be done for now. */
  onError(error: unknown): void;
}

/**
 * Starts what is done beside answering requests; of all processes of the API one does it.
 * @returns ends it
 */
export function startBackground({ store, countries, onError }: BackgroundOptions): () => Promise<void> {
  return runStreamWork(store, new Projection(store, countries), onError);
}
