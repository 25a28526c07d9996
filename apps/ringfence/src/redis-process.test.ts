import { once } from 'node:events';
import { createLog } from '@ringfence/service';
import { freePort } from '@ringfence/store/testing';
import { Redis } from 'ioredis';
import t from 'tap';

import { endOrphanedRedis, ownRedisUrl, planRedis } from './redis-process.js';
import { Supervised } from './supervised.js';

const log = createLog('test', 'fatal');

t.test('what was written is there after Redis was killed', async (t) => {
  const port = await freePort();
  const plan = planRedis(t.testdir(), port);
  const pids: (number | undefined)[] = [];
  const supervised = new Supervised(
    {
      ...plan,
      spawn() {
        const child = plan.spawn();
        pids.push(child.pid);
        return child;
      },
    },
    log,
  );
  await supervised.start();
  t.teardown(() => supervised.stop());
  const redis = new Redis(ownRedisUrl(port), { retryStrategy: () => 50 });
  redis.on('error', () => {});
  t.teardown(() => redis.disconnect());
  await redis.set('kept', 'yes');
  process.kill(pids[0] as number, 'SIGKILL');
  t.equal(await redis.get('kept'), 'yes');
  t.equal(pids.length, 2);
});

t.test('the Redis of an earlier run is ended, one of somebody else is left alone', async (t) => {
  const folder = t.testdir({ mine: {}, other: {} });
  const port = await freePort();
  const plan = planRedis(`${folder}/mine`, port);
  const child = plan.spawn();
  t.teardown(() => child.kill('SIGKILL'));
  await plan.ready(child);
  await endOrphanedRedis(`${folder}/other`, port);
  t.equal(child.exitCode, null);
  const exited = once(child, 'exit');
  await endOrphanedRedis(`${folder}/mine`, port);
  await exited;
  t.equal(child.exitCode, 0);
});
