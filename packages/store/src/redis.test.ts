import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import t from 'tap';
import { connectRedis } from './redis.js';
import { startRedis } from './testing.js';

t.test('commands of one turn of the event loop are sent at once, and each gets its answer', async (t) => {
  const server = await startRedis();
  t.teardown(() => server.close());
  const sent: Buffer[] = [];
  const port = Number(new URL(server.url).port);
  const between = createServer((client) => {
    client.on('data', (chunk) => sent.push(chunk));
    client.pipe(connect(port, '127.0.0.1')).pipe(client);
  }).listen(0, '127.0.0.1');
  await once(between, 'listening');
  const redis = connectRedis(`redis://127.0.0.1:${(between.address() as AddressInfo).port}`, () => {});
  t.teardown(async () => {
    await redis.quit();
    between.close();
  });
  await redis.ping();
  for (let round = 1; round <= 2; round += 1) {
    sent.length = 0;
    const counts = Array.from({ length: 50 }, async (_, at) => {
      await Promise.resolve();
      return at % 2 === 0 ? redis.incr('count') : redis.get('count');
    });
    t.strictSame(
      await Promise.all(counts),
      Array.from({ length: 50 }, (_, at) => {
        const count = (round - 1) * 25 + Math.floor(at / 2) + 1;
        return at % 2 === 0 ? count : `${count}`;
      }),
    );
    t.equal(sent.length, 1);
  }
});
