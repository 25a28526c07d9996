// Measures creates: POST /pbx/sipphone of a desk phone with an extension, 201 with the phone and its indexes on disk.
// First as fast as it goes, then at a calm rate, where a request's time counts from the moment it was due.
// Usage: node test/dist/bench/create.js [seconds] [in flight] [calm rate per second]
import { setTimeout as delay } from 'node:timers/promises';
import { CATALOGUE } from '@ringfence/phone';
import { type Program, Ringfence } from '../system/ringfence.js';
import { cpuTime, residentMemory } from './cpu.js';
import { CreateClient } from './create-client.js';

const [seconds = 10, inFlight = 32, calmRate = 500] = process.argv.slice(2).map(Number);
const PROGRAMS: readonly Program[] = ['api', 'redis'];
const WARM_UP = 3_000;

const ringfence = await Ringfence.start();
const clients: CreateClient[] = [];
try {
  const api = await ringfence.api();
  const { extension } = await api.createPhone(100);
  const [port, token] = [Number(ringfence.env.API_PORT), await ringfence.adminToken()];
  for (let i = 0; i < inFlight; i++) clients.push(await CreateClient.open(port, token));
  const model = CATALOGUE.find(({ model }) => model === 'D785')?._id;
  const body = JSON.stringify({
    ...{ pbxCluster: 1, sipPhoneModel: model, extension, macAddress: '@', callWaiting: true, instanceId: null },
    ...{ ip: { mode: 'OPEN' }, ringer: { volume: 4, tone: 2 }, codec: { hdAudio: true, video: false } },
    volume: { handset: { mic: 5, speaker: 7 }, headset: { mic: 5, speaker: 7 }, handsfree: { mic: 3, speaker: 4 } },
    network: { dhcp: true },
  });
  let created = 0;
  let latencies: number[] = [];
  let failures = 0;
  const create = async (client: CreateClient, dueAt: number) => {
    const mac = (0x02_00_00_00_00_00 + created++).toString(16).padStart(12, '0');
    const status = await client.create(body.replace('@', mac));
    if (status === 201) latencies.push(performance.now() - dueAt);
    else failures++;
  };

  const atFullSpeed = async (ms: number) => {
    const until = performance.now() + ms;
    const worker = async (client: CreateClient) => {
      while (performance.now() < until) await create(client, performance.now());
    };
    await Promise.all(clients.map(worker));
  };

  const atCalmRate = async (ms: number) => {
    const startedAt = performance.now();
    let due = 0;
    const worker = async (client: CreateClient) => {
      for (let at = due++; (at / calmRate) * 1_000 < ms; at = due++) {
        const dueAt = startedAt + (at / calmRate) * 1_000;
        await delay(Math.max(0, dueAt - performance.now()));
        await create(client, dueAt);
      }
    };
    await Promise.all(clients.map(worker));
  };

  const pids = await Promise.all(PROGRAMS.map((program) => ringfence.pid(program) as Promise<number>));
  const measure = async (title: string, run: (ms: number) => Promise<void>) => {
    latencies = [];
    failures = 0;
    const before = pids.map(cpuTime);
    const startedAt = performance.now();
    await run(seconds * 1_000);
    const elapsed = (performance.now() - startedAt) / 1_000;
    const used = pids.map((pid, i) => cpuTime(pid) - (before[i] as number));
    const done = latencies.sort((a, b) => a - b).length;
    const percentile = (share: number) => latencies[Math.floor(done * share)]?.toFixed(1);
    const perCreate = (ms: number) => (ms / done).toFixed(2);
    console.log(`${title}: ${(done / elapsed).toFixed(0)} creates/s, ${failures} failed`);
    console.log(`  latency ms: p50 ${percentile(0.5)}, p99 ${percentile(0.99)}, max ${percentile(1 - 1 / done)}`);
    const each = PROGRAMS.map((program, i) => `${program} ${perCreate(used[i] as number)}`).join(', ');
    console.log(`  CPU ms per create: ${each}, together ${perCreate(used.reduce((sum, ms) => sum + ms, 0))}`);
  };
  await atFullSpeed(WARM_UP);
  console.log(`${inFlight} in flight, ${seconds} s each, Redis appendfsync always`);
  await measure('full speed', atFullSpeed);
  await measure(`${calmRate}/s`, atCalmRate);
  const memory = pids.map((pid, i) => `${PROGRAMS[i]} ${residentMemory(pid).toFixed(0)}`).join(', ');
  console.log(`${created} phones; MiB: ${memory}`);
} finally {
  for (const client of clients) client.close();
  await ringfence.remove();
}
