import { spawn } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { DataDir } from './data-dir.js';

t.test('a secret is made once, kept, and readable only by its owner', async (t) => {
  const dir = new DataDir(join(t.testdir(), 'data'));
  const secret = dir.secret('secret.key', 32);
  t.match(secret, /^[0-9a-f]{64}$/);
  t.equal(new DataDir(dir.path).secret('secret.key', 32), secret);
  t.equal(statSync(dir.file('secret.key')).mode & 0o777, 0o600);
  t.equal(statSync(dir.path).mode & 0o777, 0o700);
});

t.test('a certificate is made once, kept, and its key readable only by its owner', async (t) => {
  const dir = new DataDir(t.testdir());
  const { cert, key } = await dir.certificate(async () => ({ cert: 'first', key: 'its key' }));
  t.equal(readFileSync(cert, 'utf8'), 'first');
  t.equal(readFileSync(key, 'utf8'), 'its key');
  t.equal(statSync(key).mode & 0o777, 0o600);
  await t.resolveMatch(
    dir.certificate(() => Promise.reject(new Error('made again'))),
    { cert, key },
  );
});

t.test('a folder is locked until it is given back', async (t) => {
  const dir = new DataDir(t.testdir());
  t.same(dir.lock(), { unclean: false });
  dir.unlock();
  t.same(dir.lock(), { unclean: false });
});

t.test('a folder that a running Ringfence has is refused', async (t) => {
  const script = join(t.testdir({ ringfence: { setup: { 'start.js': 'setInterval(() => {}, 1000)' } } }), 'ringfence');
  const holder = spawn(process.execPath, [join(script, 'setup/start.js')]);
  t.teardown(() => holder.kill());
  const dir = new DataDir(join(script, 'data'));
  writeFileSync(dir.file('lock'), String(holder.pid));
  await t.resolves(
    (async () => {
      for (let i = 0; i < 50; i++) {
        try {
          dir.lock();
        } catch (error) {
          t.match((error as Error).message, `is in use by process ${holder.pid}`);
          return;
        }
        writeFileSync(dir.file('lock'), String(holder.pid));
        await new Promise((done) => setTimeout(done, 20));
      }
      throw new Error('the lock was never refused');
    })(),
  );
});

t.test('the lock of a process that was killed is taken over', async (t) => {
  const dir = new DataDir(t.testdir());
  writeFileSync(dir.file('lock'), '999999999');
  t.same(dir.lock(), { unclean: true });
});
