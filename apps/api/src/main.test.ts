import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { openStore } from '@ringfence/store';
import { freePort, startRedis } from '@ringfence/store/testing';
import t, { type Test } from 'tap';
import { EventStream } from './testing/event-stream.js';

const server = await startRedis();
t.teardown(() => server.close());
const RINGFENCE_KEY = randomBytes(32).toString('hex');

/** Starts the program; what it writes to standard error is collected. */
function start(t: Test, settings: Record<string, string>): { child: ChildProcess; errors: () => string } {
  const env = { ...process.env, LOG_LEVEL: 'info', ...settings };
  const program = new URL('./main.js', import.meta.url);
  const child = fork(program, { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  t.teardown(() => child.kill('SIGKILL'));
  return { child, errors: () => errors };
}

t.test('the process serves the API, logs no secret, and ends with its parent', async (t) => {
  const port = await freePort();
  const settings = { API_HOST: '127.0.0.1', API_PORT: String(port), REDIS_URL: server.url, RINGFENCE_KEY };
  const { child, errors } = start(t, settings);
  t.match(await once(child, 'message'), [{ type: 'ready' }]);

  const store = openStore({ url: server.url, masterKey: Buffer.from(RINGFENCE_KEY, 'hex'), onError: () => {} });
  t.teardown(() => store.close());
  const { _id: customer } = await store.directory.createCustomer({ name: 'Acme' });
  const { text } = await store.tokens.create({ level: 'OWNER', customer, name: 'test' });
  const [model] = await store.models.list();
  const response = await fetch(`http://127.0.0.1:${port}/pbx/sipphone`, {
    method: 'POST',
    headers: { authorization: `Bearer ${text}`, 'content-type': 'application/json' },
    body: JSON.stringify({ sipPhoneModel: model?._id, macAddress: '000413000001' }),
  });
  t.equal(response.status, 201);
  const { password } = (await response.json()) as { password: string };

  const stream = await (await EventStream.open(`http://127.0.0.1:${port}/events`, text)).live();

  child.disconnect();
  t.same(await once(child, 'exit'), [0, null]);
  t.ok(stream.isClosed, 'streams that have no end hold nothing up');
  const answered = errors()
    .split('\n')
    .filter((line) => line.includes('answered'));
  t.match(
    answered.map((line) => JSON.parse(line)),
    [{ ip: '127.0.0.1', caller: /^[0-9a-f]{24}$/, method: 'POST', url: '/pbx/sipphone', status: 201, ms: Number }],
  );
  t.notMatch(errors(), text);
  t.notMatch(errors(), password);
});

t.test('without a store or a key it says what is missing and ends', async (t) => {
  const { child, errors } = start(t, { REDIS_URL: '', RINGFENCE_KEY: '' });
  t.same(await once(child, 'exit'), [1, null]);
  t.match(errors(), 'REDIS_URL and RINGFENCE_KEY must be set');
});
