import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import t from 'tap';
import { SETTINGS as SETTINGS_READ } from './settings.js';
import { startApp } from './testing/application.js';
import { requestText } from './testing/messages.js';
import { UdpPhone } from './testing/phone.js';

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

function run(settings: object, args: readonly string[] = []): ChildProcess {
  return fork(MAIN, args, { env: { ...process.env, ...settings }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
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

t.test('--help names every setting; anything else it doesn’t know ends it with 2', async (t) => {
  const helping = run({}, ['--help']);
  const [[code], text] = await Promise.all([once(helping, 'exit'), output(helping.stdout)]);
  t.equal(code, 0);
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  for (const { name } of SETTINGS_READ) {
    t.match(text, name);
    t.match(readme, `\`${name}\``, 'and so does the README');
  }
  for (const args of [['--port=5060'], ['trace'], ['trace', 'a', 'b']]) {
    const wrong = run(SETTINGS, args);
    const [[code], errors] = await Promise.all([once(wrong, 'exit'), output(wrong.stderr)]);
    t.equal(code, 2);
    t.match(errors, `unknown arguments: ${args.join(' ')}\n`);
  }
});

t.test('the trace command shows the messages of a running server', async (t) => {
  const server = run(SETTINGS);
  const { sip, admin } = await ready(server);
  const env = { ...SETTINGS, DRACHTIO_PORT: String(admin.port) };
  const tracing = run(env, ['trace', 'watched']);
  const lines = createInterface({ input: tracing.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => (await lines.next()).value;
  t.equal(await line(), '--- tracing until Ctrl-C');
  const phone = await UdpPhone.start(Number(sip[0]?.split(':').at(-1)));
  phone.send(requestText({ method: 'OPTIONS', callId: 'watched' }));
  t.match(await line(), /^--- [\d:.]+ received from udp\/127\.0\.0\.1:\d+$/);
  t.match(await line(), /^OPTIONS /);
  await phone.response(503);
  phone.close();
  server.kill('SIGTERM');
  const errors = output(tracing.stderr);
  t.equal((await once(tracing, 'exit'))[0], 1);
  t.equal(await errors, 'the server has closed the connection\n');
});

t.test('the trace command says why it can’t', async (t) => {
  const server = run(SETTINGS);
  const { admin } = await ready(server);
  const ask = async (settings: object): Promise<string> => {
    const child = run({ ...SETTINGS, ...settings }, ['trace', 'x']);
    const [[code], errors] = await Promise.all([once(child, 'exit'), output(child.stderr)]);
    t.equal(code, 1);
    return errors;
  };
  t.equal(
    await ask({ DRACHTIO_PORT: String(admin.port), DRACHTIO_SECRET: 'wrong' }),
    'the server refuses: incorrect secret\n',
  );
  t.match(await ask({ DRACHTIO_PORT: '1' }), /^no drachtio server at 127\.0\.0\.1 port 1: /);
  server.kill('SIGTERM');
  await once(server, 'exit');
});
