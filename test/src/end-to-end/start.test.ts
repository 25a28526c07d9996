import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { Ringfence } from '../system/ringfence.js';

t.test('the first start ends with a summary, and a second one finds everything as it was left', async (t) => {
  const ringfence = await Ringfence.start();
  t.teardown(() => ringfence.remove());
  t.match(ringfence.output, new RegExp(`sip:127\\.0\\.0\\.1:${ringfence.env.SIP_PORT}`));
  t.match(ringfence.output, new RegExp(`http://127\\.0\\.0\\.1:${ringfence.env.API_PORT}`));
  t.match(ringfence.output, /admin-token/);
  t.equal((await stat(join(ringfence.env.DATA_DIR as string, 'admin-token'))).mode & 0o777, 0o600);

  const api = await ringfence.api();
  t.equal((await api.get('/health')).status, 200);
  const { body: before } = await api.get('/pbx/extension');
  t.same(
    before.extensions.map((extension: { number: string }) => extension.number),
    ['100', '101', '102', '103', '104', '105', '106', '107', '108', '109'],
  );
  const phone = await api.createPhone(100);

  const { status, took } = await ringfence.stop('SIGINT');
  t.equal(status, 0);
  t.ok(took < 5_000, `stopped within ${took} ms`);
  for (const program of ['redis', 'edge', 'api'] as const) {
    t.equal(await ringfence.pid(program), undefined, `${program} is gone`);
  }

  await ringfence.run();
  t.same(await api.phone(phone._id), phone);
  t.same((await api.get('/pbx/extension')).body, before, 'the demo customer is made once');
});

t.test(
  'npm start takes an admin token from the environment, and ends everything when npm itself is told to end',
  async (t) => {
    const token = 'a-token-of-the-operators-own';
    const ringfence = await Ringfence.prepare({ RINGFENCE_ADMIN_TOKEN: token });
    t.teardown(() => ringfence.remove());
    await ringfence.run('npm', ['start']);
    const url = `http://127.0.0.1:${ringfence.env.API_PORT}/customer`;
    t.equal((await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status, 200);
    t.equal((await fetch(url, { headers: { authorization: 'Bearer something-else-entirely' } })).status, 401);
    const { status, took } = await ringfence.stop('SIGTERM');
    t.equal(status, 0);
    t.ok(took < 5_000, `stopped within ${took} ms`);
    await t.rejects(fetch(`http://127.0.0.1:${ringfence.env.API_PORT}/health`), 'the API is gone');
  },
);

t.test('every mistake in the settings is named in a line of its own', async (t) => {
  const ringfence = await Ringfence.prepare({ SIP_PORT: '99999', API_HOST: 'nowhere', LOG_LEVEL: 'loud' });
  t.teardown(() => ringfence.remove());
  await t.rejects(ringfence.run(), /ended at its start/);
  t.match(ringfence.output, /^ringfence: SIP_PORT: /m);
  t.match(ringfence.output, /^ringfence: API_HOST: /m);
  t.match(ringfence.output, /^ringfence: LOG_LEVEL: /m);
});

t.test('ports that are taken are named', async (t) => {
  const ringfence = await Ringfence.prepare();
  t.teardown(() => ringfence.remove());
  const server = createServer().listen(Number(ringfence.env.API_PORT), '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  await t.rejects(ringfence.run(), /ended at its start/);
  t.match(ringfence.output, /^ringfence: API_PORT: TCP port \d+ on 127\.0\.0\.1 is already taken/m);
});
