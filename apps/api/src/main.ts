import { openCountries } from '@ringfence/geoip';
import { runProcess } from '@ringfence/service';
import { openStore } from '@ringfence/store';
import { buildApi } from './app.js';
import { startBackground } from './background/index.js';
import { findConsole } from './plugins/console.js';

await runProcess({
  name: 'api',
  settings: [
    ...(['API_HOST', 'API_PORT', 'REDIS_URL', 'RINGFENCE_KEY', 'CREDENTIALS_OVERLAP'] as const),
    ...(['GEOIP_PROVIDER', 'GEOIP_DATABASE', 'GEOIP_NETWORKS', 'WEBHOOK_NETWORKS'] as const),
  ],
  async start({ API_HOST, API_PORT, REDIS_URL, RINGFENCE_KEY, ...settings }, log) {
    if (REDIS_URL === undefined || RINGFENCE_KEY === undefined)
      throw new Error('REDIS_URL and RINGFENCE_KEY must be set');
    const onError = (err: Error) => log.warn({ err }, 'redis');
    const store = openStore({ url: REDIS_URL, masterKey: RINGFENCE_KEY, onError });
    const countries = await openCountries({
      provider: settings.GEOIP_PROVIDER,
      database: settings.GEOIP_DATABASE,
      networks: settings.GEOIP_NETWORKS,
      onError: (err) => log.error({ err }, 'the country database was not read again'),
    });
    const consoleFolder = findConsole();
    if (consoleFolder === undefined) log.warn('the console was not built, and is not served');
    const webhookNetworks = settings.WEBHOOK_NETWORKS;
    const credentialsOverlap = settings.CREDENTIALS_OVERLAP * 1_000;
    const app = buildApi({ store, countries, credentialsOverlap, webhookNetworks, consoleFolder, logger: log });
    await app.listen({ host: API_HOST, port: API_PORT });
    const onBackgroundError = (err: unknown) => log.warn({ err }, 'background');
    const endBackground = startBackground({ store, countries, webhookNetworks, onError: onBackgroundError });
    return async () => {
      await Promise.all([app.close(), endBackground()]);
      await store.close();
      countries.close();
    };
  },
});
