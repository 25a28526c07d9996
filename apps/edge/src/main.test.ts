import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '@ringfence/store/testing';
import t from 'tap';
import { Bench } from './testing/bench.js';
import { TestPhone } from './testing/phone.js';

const MAIN = new URL('./main.js', import.meta.url);

const bench = await Bench.start({}, false);
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
  t.ok(Date.now() - began < 10_000);
  t.notMatch(output(), new RegExp(`${account.password}|${account.username}|${settings.RINGFENCE_KEY}`));
});

t.test(
  'without DRACHTIO_HOST the process is a drachtio server too, tells where it listens, and hands REGISTER over',
  async (t) => {
    const [sip, admin] = [await freePort(), await freePort()];
    const { DRACHTIO_HOST: _host, ...own } = settings;
    const contacts = `sip:127.0.0.1:${sip};transport=udp,tcp`;
    const { child } = start({ ...own, DRACHTIO_PORT: `${admin}`, SIP_CONTACTS: contacts });
    t.strictSame((await once(child, 'message'))[0], {
      type: 'ready',
      sip: [`tcp/127.0.0.1:${sip}`, `udp/127.0.0.1:${sip}`],
    });
    const account = await bench.account();
    const phone = await TestPhone.open(sip, account);
    t.teardown(() => phone.close());
    t.equal((await phone.register()).status, 200);
    t.equal((await phone.ask({ method: 'OPTIONS' })).status, 200, 'other methods go through the application port');
    child.kill('SIGTERM');
    t.strictSame(await once(child, 'exit'), [0, null]);
  },
);

t.test('the process ends when its parent is gone', async (t) => {
  const { child } = start(settings);
  await once(child, 'message');
  child.disconnect();
  t.strictSame(await once(child, 'exit'), [0, null]);
});

t.test('what is missing or wrong ends the start with a line that says so', async (t) => {
  const mistakes: [Record<string, string>, RegExp][] = [
    [{ DRACHTIO_SECRET: 'wrong' }, /refused DRACHTIO_SECRET/],
    [{ DRACHTIO_HOST: '' }, /DRACHTIO_HOST or SIP_CONTACTS: one of them must be set/],
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
