import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { startApp } from './testing/application.js';

const MAIN = new URL('./main.js', import.meta.url);
const SETTINGS = {
  SIP_HOST: '127.0.0.1',
  SIP_PORT: '0',
  DRACHTIO_PORT: '0',
  DRACHTIO_SECRET: 'secret',
  LOG_LEVEL: 'warn',
};

interface Ready {
  readonly type: string;
  readonly sip: string[];
  readonly admin: { host: string; port: number };
}

function run(settings: object): ChildProcess {
  return fork(MAIN, { env: { ...process.env, ...settings }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
}

async function output(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = '';
  for await (const chunk of stream ?? []) text += chunk;
  return text;
}

async function ready(child: ChildProcess): Promise<Ready> {
  const [message] = await once(child, 'message');
  return message;
}

t.test('it says where it listens, on a line and to its parent', async (t) => {
  const child = run(SETTINGS);
  const out = output(child.stdout);
  const { type, sip, admin } = await ready(child);
  t.equal(type, 'ready');
  t.equal(admin.host, '127.0.0.1');
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  t.equal(code, 0);
  t.equal(await out, `listening for SIP on ${sip.join(', ')} and for applications on 127.0.0.1:${admin.port}\n`);
});

t.test('bad settings end it with one line for each', async (t) => {
  const child = run({ ...SETTINGS, SIP_PORT: 'x', DRACHTIO_SECRET: '' });
  const errors = output(child.stderr);
  const [code] = await once(child, 'exit');
  t.equal(code, 1);
  t.equal((await errors).trim().split('\n').length, 2);
});

t.test('it ends with its parent', async () => {
  const child = run(SETTINGS);
  await ready(child);
  child.disconnect();
  await once(child, 'exit');
});

t.test('killed and started again on the same ports, it serves the application that reconnects by itself', async (t) => {
  const first = run(SETTINGS);
  const { sip, admin } = await ready(first);
  const app = await startApp(admin.port);
  app.on('error', () => {});
  const again = new Promise<void>((resolve) => app.on('connect', () => resolve()));
  first.kill('SIGKILL');
  await once(first, 'exit');
  const second = run({ ...SETTINGS, SIP_PORT: sip[0]?.split(':').at(-1), DRACHTIO_PORT: String(admin.port) });
  t.same((await ready(second)).sip, sip);
  await again;
  app.disconnect();
  second.kill('SIGTERM');
  await once(second, 'exit');
});
