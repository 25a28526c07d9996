import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { Bench } from './testing/bench.js';

const MAIN = new URL('./main.js', import.meta.url);

const bench = await Bench.start();
t.teardown(() => bench.close());

const settings = {
  REDIS_URL: bench.redis.url,
  RINGFENCE_KEY: '07'.repeat(32),
  DRACHTIO_HOST: '127.0.0.1',
  DRACHTIO_PORT: `${bench.server.address()?.admin.port}`,
  DRACHTIO_SECRET: 'test',
};

function start(env: Record<string, string>): { child: ChildProcess; output: () => string } {
  const child = fork(MAIN, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += text));
  t.teardown(() => child.kill('SIGKILL'));
  return { child, output: () => output };
}

t.test('the process says when it is ready, serves, and ends in order on SIGTERM', async (t) => {
  await bench.edge.close();
  const { child, output } = start(settings);
  t.strictSame((await once(child, 'message'))[0], { type: 'ready' });
  const account = await bench.account();
  const phone = await bench.phone(account);
  t.equal((await phone.register()).status, 200);
  const began = Date.now();
  child.kill('SIGTERM');
  t.strictSame(await once(child, 'exit'), [0, null]);
  t.ok(Date.now() - began < 3_000);
  t.notMatch(output(), new RegExp(`${account.password}|${account.username}|${settings.RINGFENCE_KEY}`));
});

t.test('the process ends when its parent is gone', async (t) => {
  const { child } = start(settings);
  await once(child, 'message');
  child.disconnect();
  t.strictSame(await once(child, 'exit'), [0, null]);
});

t.test('what is missing or wrong ends the start with a line that says so', async (t) => {
  const mistakes: [Record<string, string>, RegExp][] = [
    [{ DRACHTIO_SECRET: 'wrong' }, /refused DRACHTIO_SECRET/],
    [{ DRACHTIO_HOST: '' }, /DRACHTIO_HOST: must be set/],
    [{ RINGFENCE_KEY: 'short' }, /RINGFENCE_KEY: must be 64/],
    [{ GEOIP_NETWORKS: '10.0.0.0/8' }, /must be network=country/],
    [{ REDIS_URL: 'redis://127.0.0.1:1' }, /REDIS_URL: Redis does not answer/],
  ];
  await Promise.all(
    mistakes.map(async ([changes, message]) => {
      const { child, output } = start({ ...settings, ...changes });
      const [code] = (await once(child, 'exit')) as [number];
      t.ok(code > 0, `${code}`);
      t.match(output(), message);
    }),
  );
});
