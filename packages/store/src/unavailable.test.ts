import t from 'tap';
import { connectRedis } from './redis.js';
import { startRedis } from './testing.js';
import { isUnavailable } from './unavailable.js';

t.test('a Redis that is gone, hangs or is read-only is unavailable, a mistake of ours is not', async (t) => {
  const server = await startRedis();
  const redis = connectRedis(server.url, () => {});
  t.teardown(async () => {
    redis.disconnect();
    await server.close();
  });
  const error = async (command: () => Promise<unknown>) => {
    const caught = await command().then(
      () => undefined,
      (reason) => reason,
    );
    t.type(caught, Error);
    return caught;
  };
  await redis.set('text', 'x');
  t.equal(isUnavailable(await error(() => redis.hget('text', 'x'))), false, 'wrong type');
  await redis.call('REPLICAOF', '127.0.0.1', '1');
  t.equal(isUnavailable(await error(() => redis.set('text', 'y'))), true, 'read-only');
  const hanging = redis.call('CLIENT', 'PAUSE', '5000', 'ALL').then(() => error(() => redis.get('text')));
  t.equal(isUnavailable(await hanging), true, 'hanging');
  await server.stop();
  t.equal(isUnavailable(await error(() => redis.get('text'))), true, 'gone');
  t.equal(isUnavailable('nothing'), false);
});
