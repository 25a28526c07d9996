import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { openStore } from './store.js';
import { startRedis } from './testing.js';

const open = (url: string) => openStore({ url, masterKey: randomBytes(32), onError: () => {} });

t.test('a store whose Redis hangs says within about a second that it does not answer', async (t) => {
  const server = await startRedis();
  const store = open(server.url);
  t.teardown(async () => {
    store.redis.disconnect();
    await server.close();
  });
  t.equal(await store.answers(), true);
  await store.redis.call('CLIENT', 'PAUSE', '5000', 'ALL');
  const start = performance.now();
  t.equal(await store.answers(), false);
  t.ok(performance.now() - start < 4_000);
});

t.test('a closed store stays closed, whether or not its Redis was there', async (t) => {
  const server = await startRedis();
  t.teardown(() => server.close());
  const [there, gone] = [open(server.url), open(server.url)];
  t.ok((await there.answers()) && (await gone.answers()));
  await there.close();
  await server.stop();
  await gone.close();
  await server.start();
  await sleep(800);
  t.not(gone.redis.status, 'ready');
  t.not(there.redis.status, 'ready');
});
