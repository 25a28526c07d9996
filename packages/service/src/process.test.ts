import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';

/** Runs a program written with `runProcess`; resolves with the child and what it writes to standard error. */
async function run(t: Test, body: string, env: NodeJS.ProcessEnv = {}) {
  const program = join(t.testdir(), 'program.mjs');
  const library = new URL('./index.js', import.meta.url).href;
  await writeFile(program, `import { runProcess } from '${library}';\n${body}`);
  const child = fork(program, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  t.teardown(() => child.kill('SIGKILL'));
  return { child, errors: () => errors };
}

const LASTING = `await runProcess({ name: 'x', settings: ['API_PORT'], async start() {
  const timer = setInterval(() => {}, 1000);
  return async () => { clearInterval(timer); if (process.connected) process.send({ type: 'stopped' }); };
} });`;

t.test('a process says that it is ready and stops in order on SIGTERM', async (t) => {
  const { child } = await run(t, LASTING);
  t.same(await once(child, 'message').then(([message]) => message), { type: 'ready' });
  child.kill('SIGTERM');
  t.same(await once(child, 'message').then(([message]) => message), { type: 'stopped' });
  t.same(await once(child, 'exit'), [0, null]);
});

t.test('a process whose parent is gone stops', async (t) => {
  const { child } = await run(t, LASTING);
  await once(child, 'message');
  child.disconnect();
  t.same(await once(child, 'exit'), [0, null]);
});

t.test('a process that is told to stop while it starts, stops in order when it has', async (t) => {
  const body = `await runProcess({ name: 'x', settings: [], async start() {
    process.send({ type: 'starting' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    return async () => process.send({ type: 'stopped' });
  } });`;
  const { child } = await run(t, body);
  t.same(await once(child, 'message').then(([message]) => message), { type: 'starting' });
  child.kill('SIGTERM');
  const messages: unknown[] = [];
  child.on('message', ({ type }: { type: string }) => messages.push(type));
  t.same(await once(child, 'exit'), [0, null]);
  t.match(messages, ['ready', 'stopped']);
});

t.test('a process whose parent goes while it starts does not stay, however long the start would take', async (t) => {
  const body = `await runProcess({ name: 'x', settings: [], shutdownLimit: 200, async start() {
    process.send({ type: 'starting' });
    return new Promise(() => setInterval(() => {}, 1000));
  } });`;
  const { child } = await run(t, body);
  await once(child, 'message');
  child.disconnect();
  t.same(await once(child, 'exit'), [1, null]);
});

t.test('wrong settings end it with status 2 and a line for each mistake', async (t) => {
  const { child, errors } = await run(t, LASTING, { API_PORT: 'x', LOG_LEVEL: 'info' });
  t.same(await once(child, 'exit'), [2, null]);
  t.match(errors(), /^x: API_PORT: 'x' must be a whole number/);
});

t.test('a failed start ends it with status 1 and says why, each line with its name', async (t) => {
  const body = `await runProcess({ name: 'x', settings: [], async start() { throw new Error('port taken\\nno disk'); } });`;
  const { child, errors } = await run(t, body);
  t.same(await once(child, 'exit'), [1, null]);
  t.equal(errors(), 'x: port taken\nx: no disk\n');
});
