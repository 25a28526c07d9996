import { openStore, type Store } from '@ringfence/store';

/** How often it is asked, for a second each: on a busy machine a Redis that is well may take longer than one. */
const ATTEMPTS = 5;

/**
 * Opens the store and makes sure that it answers.
 * @param masterKey the key of everything secret in it
 * @throws Error that says in one line why it doesn't; it is closed again then
 */
export async function reachStore(url: string, masterKey: Buffer): Promise<Store> {
  let lastError: Error | undefined;
  const onError = (error: Error) => {
    lastError = error;
  };
  const store = openStore({ url, masterKey, onError });
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) if (await store.answers()) return store;
  await store.close();
  throw new Error(`no answer from Redis at ${new URL(url).host}${lastError ? `: ${lastError.message}` : ''}`);
}
