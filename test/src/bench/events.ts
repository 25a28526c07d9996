// Measures GET /events: the delay from a phone's 200 OK to an operator's screen while phones register at a calm rate, without
// other readers and among many, and how fast many readers are told of events that are written as they come.
// Usage: node test/dist/bench/events.js [readers] [registrations a second] [seconds] [events a second]
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { EventStream } from '@ringfence/api/testing/event-stream';
import { openStore } from '@ringfence/store';
import { type Program, Ringfence } from '../system/ringfence.js';
import { cpuTime, residentMemory } from './cpu.js';
import type { CrowdCount, CrowdOptions } from './crowd.js';
import type { Account } from './digest.js';
import { LoadSocket } from './load-socket.js';
import { RegisteringPhone } from './registering-phone.js';

const [readers = 1_000, rate = 500, seconds = 10, eventRate = 2_000] = process.argv.slice(2).map(Number);
const PROGRAMS: readonly Program[] = ['edge', 'api', 'redis'];
const READERS_OF_A_TOKEN = 90;

/** Seconds that are not measured. */
const WARM_UP = 6;

/** Seconds between two registrations of one phone. */
const REFRESH = 2;

const ringfence = await Ringfence.start({ REQUESTS_PER_SOURCE: '100000' });
const store = openStore({
  ...{ url: ringfence.redisUrl, onError: console.error },
  masterKey: Buffer.from(await readFile(join(ringfence.env.DATA_DIR as string, 'secret.key'), 'utf8'), 'hex'),
});
const port = Number(ringfence.env.API_PORT);
try {
  const pids = await Promise.all(PROGRAMS.map((program) => ringfence.pid(program) as Promise<number>));
  const phones = await register(await accounts(rate * REFRESH));
  const { text } = await store.tokens.create({ level: 'ADMIN', name: 'screen' });
  const screen = await (await EventStream.open(`http://127.0.0.1:${port}/events`, text)).live();

  /** Does something for a time, and says what it costs the programs for a thousand events. */
  const measure = async (title: string, work: () => Promise<{ events: number; delays: number[] }>) => {
    const before = pids.map(cpuTime);
    const startedAt = performance.now();
    const { events, delays } = await work();
    const elapsed = (performance.now() - startedAt) / 1_000;
    delays.sort((a, b) => a - b);
    const at = (share: number) => (delays[Math.floor(delays.length * share)] ?? Number.NaN).toFixed(1);
    const cpu = PROGRAMS.map((program, i) => {
      return `${program} ${(((cpuTime(pids[i] as number) - (before[i] as number)) * 1_000) / events).toFixed(0)}`;
    });
    console.log(`${title}: ${(events / elapsed).toFixed(0)} events/s, ${delays.length} seen`);
    console.log(`  delay ms: p50 ${at(0.5)}, p99 ${at(0.99)}, max ${delays.at(-1)?.toFixed(1)}`);
    console.log(`  CPU ms per 1,000 events: ${cpu.join(', ')}`);
  };

  // What runs for the first time is slow.
  await phones.refresh(screen, WARM_UP);
  await measure('registrations, one reader', () => phones.refresh(screen, seconds));
  const crowd = await openCrowd();
  await phones.refresh(screen, WARM_UP);
  await measure(`registrations, ${readers} readers`, () => phones.refresh(screen, seconds));
  const before = await crowd.count();
  await measure(`events as they come, ${readers} readers`, () => append(screen));
  await delay(500);
  const { bytes, lost } = await crowd.count();
  const megabytes = (bytes - before.bytes) / seconds / 1e6;
  console.log(`  ${megabytes.toFixed(0)} MB/s to all together, ${lost} readers lost`);
  console.log(
    `MiB: ${PROGRAMS.map((name, i) => `${name} ${residentMemory(pids[i] as number).toFixed(0)}`).join(', ')}`,
  );
  await crowd.end();
  screen.close();
  phones.close();
} finally {
  await store.close();
  await ringfence.remove();
}

async function accounts(count: number): Promise<Account[]> {
  const api = await ringfence.api();
  const made: Account[] = [];
  const worker = async () => {
    while (made.length < count)
      made[made.push({ username: '', password: '' }) - 1] = await api.createPhone(100 + (made.length % 9));
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  return made;
}

/** Phones that register again and again; each event of theirs is compared with their 200 OK. */
async function register(all: readonly Account[]) {
  const { address, port } = ringfence.sip;
  const socket = await LoadSocket.open(ringfence.sip);
  const phones = all.map((account) => ({
    ...{ phone: new RegisteringPhone(account, `${address}:${port}`, socket.local), contact: account.username },
  }));
  /** Of each phone that registers, when it had its 200 OK and when its event was seen. */
  const times = new Map<string, { ok?: number; seen?: number }>();
  let delays: number[] = [];
  const note = (contact: string, what: 'ok' | 'seen') => {
    const time = times.get(contact);
    if (time === undefined) return;
    time[what] = performance.now();
    // The event may be here before the 200 is.
    if (time.ok !== undefined && time.seen !== undefined) delays.push(Math.max(0, time.seen - time.ok));
  };
  const once = async ({ phone, contact }: (typeof phones)[number]) => {
    times.set(contact, {});
    const challenge = await socket.ask(phone.callId, phone.first());
    const answer = challenge && (await socket.ask(phone.callId, phone.second(challenge)));
    if (answer?.startsWith('SIP/2.0 200')) note(contact, 'ok');
  };
  return {
    async refresh(screen: EventStream, seconds: number) {
      delays = [];
      screen.onEvent = (data) => note(/"contact":"sip:(\w+)@/.exec(data)?.[1] ?? '', 'seen');
      const startedAt = performance.now();
      let due = 0;
      for (; due < seconds * rate; due++) {
        await delay(Math.max(0, startedAt + (due / rate) * 1_000 - performance.now()));
        void once(phones[due % phones.length] as (typeof phones)[number]);
      }
      await delay(700);
      return { events: due, delays };
    },
    close: () => socket.close(),
  };
}

/** Appends events to the stream at a rate. */
async function append(screen: EventStream) {
  const delays: number[] = [];
  screen.onEvent = (data) => delays.push(Date.now() - Number(/"at":(\d+)/.exec(data)?.[1]));
  const startedAt = performance.now();
  let written = 0;
  for (let due = 0; written < seconds * eventRate; await delay(5)) {
    due = Math.min(seconds, (performance.now() - startedAt) / 1_000) * eventRate;
    for (; written < due; written++) {
      void store.events.append({
        ...{ type: 'phone.refused', at: Date.now(), reason: 'wrong_password', method: 'REGISTER' },
        ...{ username: 'x'.repeat(32), address: '203.0.113.9', port: 5060, protocol: 'udp', country: 'DK' },
        userAgent: 'snomD785/10.1.159.12',
      });
    }
  }
  await delay(500);
  if (screen.isClosed) console.log('  the stream that is looked at was ended');
  return { events: written, delays };
}

async function openCrowd() {
  const tokens: string[] = [];
  for (let i = 0; i < readers; i += READERS_OF_A_TOKEN) {
    const { text } = await store.tokens.create({ level: 'ADMIN', name: randomBytes(4).toString('hex') });
    tokens.push(...Array.from({ length: Math.min(READERS_OF_A_TOKEN, readers - i) }, () => text));
  }
  const worker = new Worker(new URL('./crowd.js', import.meta.url), {
    workerData: { port, tokens } satisfies CrowdOptions,
  });
  await once(worker, 'message');
  return {
    async count(): Promise<CrowdCount> {
      worker.postMessage('count');
      return ((await once(worker, 'message')) as [CrowdCount])[0];
    },
    async end() {
      worker.postMessage('end');
      await worker.terminate();
    },
  };
}
