import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createLog } from '@ringfence/service';
import t from 'tap';
import { Supervised } from './supervised.js';

const log = createLog('test', 'fatal');

/** A plan whose process prints a line when it is up, and the processes it started. */
function plan(program: string) {
  const children: ChildProcess[] = [];
  return {
    children,
    name: 'sleeper',
    spawn() {
      const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
      children.push(child);
      return child;
    },
    async ready(child: ChildProcess) {
      if (child.stdout) await once(child.stdout, 'data');
    },
  };
}

const LASTING = 'setInterval(() => {}, 1000); console.log("up")';

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((done) => setTimeout(done, 10));
}

t.test('a process that is killed is started again, and stays down once it is stopped', async (t) => {
  const sleeper = plan(LASTING);
  const supervised = new Supervised(sleeper, log);
  await supervised.start();
  sleeper.children[0]?.kill('SIGKILL');
  await until(() => sleeper.children.length === 2);
  await supervised.stop();
  t.equal(sleeper.children[1]?.signalCode, 'SIGTERM');
  t.equal(sleeper.children.length, 2);
});

t.test('a process that does not heed SIGTERM is killed', async (t) => {
  const stubborn = plan(`process.on('SIGTERM', () => {}); ${LASTING}`);
  const supervised = new Supervised(stubborn, log);
  await supervised.start();
  await supervised.stop();
  t.equal(stubborn.children[0]?.signalCode, 'SIGKILL');
});

t.test('a process that ends at its first start is an error', async (t) => {
  const broken = plan('process.exit(3)');
  await t.rejects(new Supervised(broken, log).start(), { message: 'sleeper ended at its start (status 3)' });
});
