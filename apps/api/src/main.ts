import { runProcess } from '@ringfence/service';
import { openStore } from '@ringfence/store';
import { buildApi } from './app.js';

await runProcess({
  name: 'api',
  settings: ['API_HOST', 'API_PORT', 'REDIS_URL', 'RINGFENCE_KEY'],
  async start({ API_HOST, API_PORT, REDIS_URL, RINGFENCE_KEY }, log) {
    if (REDIS_URL === undefined || RINGFENCE_KEY === undefined)
      throw new Error('REDIS_URL and RINGFENCE_KEY must be set');
    const onError = (err: Error) => log.warn({ err }, 'redis');
    const store = openStore({ url: REDIS_URL, masterKey: RINGFENCE_KEY, onError });
    const app = buildApi({ store, logger: log });
    await app.listen({ host: API_HOST, port: API_PORT });
    return async () => {
      await app.close();
      await store.close();
    };
  },
});
