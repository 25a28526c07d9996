import { openStore, type Store } from '@ringfence/store';

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
  if (await store.answers()) return store;
  await store.close();
  throw new Error(`no answer from Redis at ${new URL(url).host}${lastError ? `: ${lastError.message}` : ''}`);
}
