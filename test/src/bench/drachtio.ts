// Measures the embedded drachtio server with a drachtio-srf application behind it: OPTIONS and REGISTER answered by the
// application, and calls that it joins (B2BUA). Several servers are measured in turn, so that they meet the same machine.
// Usage: node test/dist/bench/drachtio.js [seconds a measurement] [rounds] [main.js of a server]...
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { cpuTime } from './cpu.js';
import { calls, type Load, requests } from './drachtio-loads.js';
import { LoadSocket } from './load-socket.js';

const [seconds = '2', rounds = '5', ...given] = process.argv.slice(2);
const programs = given.length > 0 ? given : [fileURLToPath(import.meta.resolve('@ringfence/drachtio/main'))];
const IN_FLIGHT = { OPTIONS: 32, REGISTER: 32, 'B2BUA call': 16 };
type Work = keyof typeof IN_FLIGHT;
const SECRET = 'bench';

interface Subject {
  readonly program: string;
  readonly server: ChildProcess;
  readonly application: ChildProcess;
  readonly sockets: readonly LoadSocket[];
  readonly loads: Record<Work, Load>;
}

interface Figures {
  readonly perSecond: number;
  /** CPU time of each process for one of them, in microseconds. */
  readonly server: number;
  readonly application: number;
  readonly failed: number;
}

async function start(program: string): Promise<Subject> {
  const env = {
    ...process.env,
    SIP_HOST: '127.0.0.1',
    SIP_PORT: '0',
    DRACHTIO_PORT: '0',
    DRACHTIO_SECRET: SECRET,
    LOG_LEVEL: 'warn',
  };
  const server = fork(program, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [{ sip, admin }] = (await once(server, 'message')) as [{ sip: string[]; admin: { port: number } }];
  const [, address = '', port = ''] =
    /^udp\/(.*):(\d+)$/.exec(sip.find((point) => point.startsWith('udp/')) ?? '') ?? [];
  const [caller, callee] = await Promise.all(
    [0, 0].map(() => LoadSocket.open({ address, port: Number(port) })) as [Promise<LoadSocket>, Promise<LoadSocket>],
  );
  const application = fork(fileURLToPath(new URL('drachtio-application.js', import.meta.url)), [
    String(admin.port),
    SECRET,
    `sip:callee@${callee.local}`,
  ]);
  await once(application, 'message');
  const target = `${address}:${port}`;
  return {
    program,
    server,
    application,
    sockets: [caller, callee],
    loads: {
      OPTIONS: requests(caller, target, 'OPTIONS'),
      REGISTER: requests(caller, target, 'REGISTER'),
      'B2BUA call': calls(caller, callee, target),
    },
  };
}

async function measure({ server, application, loads }: Subject, work: Work, ms: number): Promise<Figures> {
  const pids = [server.pid as number, application.pid as number];
  const before = pids.map(cpuTime);
  const startedAt = performance.now();
  let [done, failed] = [0, 0];
  const worker = async () => {
    while (performance.now() - startedAt < ms) {
      if (await loads[work]()) done++;
      else failed++;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT[work] }, worker));
  const perSecond = (done * 1_000) / (performance.now() - startedAt);
  const [ofServer = 0, ofApplication = 0] = pids.map(
    (pid, at) => ((cpuTime(pid) - (before[at] as number)) * 1_000) / done,
  );
  return { perSecond, server: ofServer, application: ofApplication, failed };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const subjects = await Promise.all(programs.map(start));
try {
  console.log(`medians of ${rounds} rounds of ${seconds} s; CPU in microseconds for one`);
  for (const work of Object.keys(IN_FLIGHT) as Work[]) {
    for (const subject of subjects) await measure(subject, work, 1_500);
    const figures = subjects.map((): Figures[] => []);
    for (let round = 0; round < Number(rounds); round++) {
      for (const [at, subject] of subjects.entries()) {
        figures[at]?.push(await measure(subject, work, Number(seconds) * 1_000));
      }
    }
    for (const [at, { program }] of subjects.entries()) {
      const of = (pick: (each: Figures) => number) => median((figures[at] ?? []).map(pick)).toFixed(0);
      const failed = (figures[at] ?? []).reduce((sum, each) => sum + each.failed, 0);
      const [server, application] = [of((each) => each.server), of((each) => each.application)];
      const where = subjects.length > 1 ? `  (${program})` : '';
      console.log(
        `${work}: ${of((each) => each.perSecond)}/s, CPU server ${server}, application ${application}, ${failed} failed${where}`,
      );
    }
  }
} finally {
  for (const { server, application, sockets } of subjects) {
    for (const socket of sockets) socket.close();
    for (const child of [application, server]) child.kill();
  }
}
