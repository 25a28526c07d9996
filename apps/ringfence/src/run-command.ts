import { readSettings } from '@ringfence/service';
import { isUnavailable, type Store } from '@ringfence/store';
import { DataDir } from './data-dir.js';
import { reachStore } from './reach-store.js';
import { ownRedisUrl } from './redis-process.js';

/**
 * Carries out a command on the store that the settings lead to: without any of them, that of what runs in this folder.
 * @throws SettingsError; Error, a line for each reason, when there is no store or the command could not be carried out
 */
export async function runCommand(carryOut: (store: Store) => Promise<void>): Promise<void> {
  const settings = readSettings(['REDIS_URL', 'REDIS_PORT', 'RINGFENCE_KEY', 'DATA_DIR']);
  const key = settings.RINGFENCE_KEY ?? DataDir.keptKey(settings.DATA_DIR);
  if (key === undefined) {
    throw new Error(
      `DATA_DIR: ${settings.DATA_DIR} has no key; run this where npm start was run, or set RINGFENCE_KEY`,
    );
  }
  const store = await reachStore(settings.REDIS_URL ?? ownRedisUrl(settings.REDIS_PORT), key);
  try {
    await carryOut(store);
  } catch (error) {
    throw isUnavailable(error) ? new Error(`Redis does not answer any more: ${(error as Error).message}`) : error;
  } finally {
    await store.close();
  }
}
