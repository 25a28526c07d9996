// Measures the memory of many registered phones, and whether it stays flat while they refresh.
// Usage: node test/dist/bench/memory.js [phones] [refreshes]
import { setTimeout as delay } from 'node:timers/promises';
import { residentMemory } from './cpu.js';
import { LoadSocket } from './load-socket.js';
import { RegisteringPhone } from './registering-phone.js';
import { startRingfence } from './subject.js';

const [phones = 100_000, refreshes = 1_000_000] = process.argv.slice(2).map(Number);

const IN_FLIGHT = 64;

/** Refreshes between two looks. */
const STEP = 100_000;

/** Milliseconds after which answered transactions are forgotten, and garbage is collected. */
const CALM = 90_000;

const subject = await startRingfence();
try {
  await look('nobody registered');
  const accounts = await subject.accounts(phones);
  await look(`${phones} phones made`);
  const socket = await LoadSocket.open(subject.sip);
  const server = `${subject.sip.address}:${subject.sip.port}`;
  const waiting = accounts.map((account) => new RegisteringPhone(account, server, socket.local));
  await look(`all registered, ${await registerNext(waiting, phones, socket)} failed`);
  for (let done = STEP; done <= refreshes; done += STEP) {
    await look(`${done} refreshes, ${await registerNext(waiting, STEP, socket)} failed`);
  }
  await delay(CALM);
  await look(`${CALM / 1_000} s later`);
  socket.close();
} finally {
  await subject.close();
}

/** Has the phones that have waited longest register, one after the other. @returns how many failed */
async function registerNext(waiting: RegisteringPhone[], count: number, socket: LoadSocket): Promise<number> {
  let [left, failed] = [count, 0];
  const worker = async () => {
    while (left-- > 0) {
      const phone = waiting.shift() as RegisteringPhone;
      if (!(await phone.register(socket))) failed++;
      waiting.push(phone);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return failed;
}

async function look(when: string): Promise<void> {
  const parts = Object.entries(await subject.processes()).map(([name, pids]) => {
    return [name, pids.reduce((sum, pid) => sum + residentMemory(pid), 0)] as const;
  });
  const total = parts.reduce((sum, [, size]) => sum + size, 0);
  const each = parts.map(([name, size]) => `${name} ${size.toFixed(0)}`).join(', ');
  console.log(`${when}: ${total.toFixed(0)} MiB resident (${each})`);
}
