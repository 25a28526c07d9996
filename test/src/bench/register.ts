// Measures authenticated registrations: REGISTER, 401, REGISTER with digest, 200 with the binding on disk.
// Usage: node test/dist/bench/register.js [phones] [seconds] [in flight] [most per second]
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { type Program, Ringfence } from '../system/ringfence.js';
import { cpuTime, residentMemory } from './cpu.js';
import { RegisteringPhone } from './registering-phone.js';

const [phoneCount = 500, seconds = 10, inFlight = 32, mostPerSecond = Number.POSITIVE_INFINITY] = process.argv
  .slice(2)
  .map(Number);
const PROGRAMS: readonly Program[] = ['edge', 'redis'];

/** Milliseconds after which a registration without an answer is given up. */
const PATIENCE = 2_000;

const ringfence = await Ringfence.start();
try {
  const api = await ringfence.api();
  const accounts = [];
  for (let i = 0; i < phoneCount; i++) accounts.push(await api.createPhone(100 + (i % 10)));
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 }).bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { address, port } = ringfence.sip;
  const phones = accounts.map(
    (account) => new RegisteringPhone(account, `${address}:${port}`, `127.0.0.1:${socket.address().port}`),
  );
  const waiting = new Map<string, (answer: string) => void>();
  socket.on('message', (bytes) => {
    const answer = bytes.toString('latin1');
    const from = answer.indexOf('Call-ID: ') + 9;
    waiting.get(answer.slice(from, answer.indexOf('\r', from)))?.(answer);
  });
  const ask = (phone: RegisteringPhone, request: string) =>
    new Promise<string>((resolve) => {
      const timer = setTimeout(() => resolve('none'), PATIENCE);
      waiting.set(phone.callId, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      socket.send(request, port, address);
    });

  const idle = [...phones];
  const latencies: number[] = [];
  let failures = 0;
  const register = async () => {
    const phone = idle.shift() as RegisteringPhone;
    const startedAt = performance.now();
    const challenge = await ask(phone, phone.first());
    const answer = challenge === 'none' ? challenge : await ask(phone, phone.second(challenge));
    if (answer.startsWith('SIP/2.0 200')) latencies.push(performance.now() - startedAt);
    else failures++;
    idle.push(phone);
  };

  const pids = await Promise.all(PROGRAMS.map((program) => ringfence.pid(program) as Promise<number>));
  const run = async (ms: number) => {
    const until = performance.now() + ms;
    const worker = async () => {
      while (performance.now() < until) {
        const pause = (inFlight * 1_000) / mostPerSecond;
        await (pause > 0 ? Promise.all([register(), delay(pause)]) : register());
      }
    };
    await Promise.all(Array.from({ length: inFlight }, worker));
  };
  await run(2_000);
  latencies.length = 0;
  failures = 0;
  const before = pids.map(cpuTime);
  const startedAt = performance.now();
  await run(seconds * 1_000);
  const elapsed = (performance.now() - startedAt) / 1_000;
  const used = pids.map((pid, i) => cpuTime(pid) - (before[i] as number));
  const done = latencies.length;
  latencies.sort((a, b) => a - b);
  const percentile = (share: number) => latencies[Math.floor(done * share)]?.toFixed(1);
  const perThousand = (ms: number) => ((ms * 1_000) / done).toFixed(0);
  console.log(`${phoneCount} phones, ${inFlight} in flight, ${seconds} s, Redis appendfsync always`);
  console.log(`${(done / elapsed).toFixed(0)} registrations/s, ${failures} failed`);
  console.log(`latency ms: p50 ${percentile(0.5)}, p99 ${percentile(0.99)}`);
  for (const [i, program] of PROGRAMS.entries()) {
    const memory = residentMemory(pids[i] as number).toFixed(0);
    console.log(`${program}: ${perThousand(used[i] as number)} ms CPU per 1,000, ${memory} MiB`);
  }
  console.log(`total: ${perThousand(used.reduce((sum, ms) => sum + ms, 0))} ms CPU per 1,000`);
  socket.close();
} finally {
  await ringfence.remove();
}
