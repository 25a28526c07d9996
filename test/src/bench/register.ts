// Measures authenticated registrations next to Kamailio: REGISTER, 401, REGISTER with digest, 200 with the binding on disk.
// Growth is first registrations, steady state is refreshes. Subjects are measured in turn; medians of all rounds but the
// first, which only warms up.
// Usage: node test/dist/bench/register.js [phones a round] [seconds of refreshes a round] [rounds] [in flight]
import type { Account } from './digest.js';
import { startPeers } from './kamailio.js';
import { LoadSocket } from './load-socket.js';
import { type Figures, measure, summarize } from './measure.js';
import { RegisteringPhone } from './registering-phone.js';
import { type Subject, startRingfence } from './subject.js';

const [phones = 1_000, seconds = 4, rounds = 3, inFlight = 32] = process.argv.slice(2).map(Number);

const subjects: Subject[] = [];
try {
  subjects.push(await startRingfence());
  subjects.push(...(await startPeers()));
  const figures = subjects.map(() => ({ growth: [] as Figures[], steady: [] as Figures[] }));
  for (let round = 0; round <= rounds; round++) {
    for (const [at, subject] of subjects.entries()) {
      const { growth, steady } = await measureRound(subject, await subject.accounts(phones));
      if (round === 0) continue;
      figures[at]?.growth.push(growth);
      figures[at]?.steady.push(steady);
    }
  }
  console.log(`medians of ${rounds} rounds; ${inFlight} in flight, Redis appendfsync always`);
  for (const row of ['growth', 'steady'] as const) {
    for (const [at, { name }] of subjects.entries()) {
      console.log(
        summarize(`${row === 'growth' ? 'first registration' : 'refresh'}, ${name}`, figures[at]?.[row] ?? []),
      );
    }
  }
} finally {
  for (const subject of subjects) await subject.close();
}

async function measureRound(
  subject: Subject,
  accounts: readonly Account[],
): Promise<{ growth: Figures; steady: Figures }> {
  const socket = await LoadSocket.open(subject.sip);
  const server = `${subject.sip.address}:${subject.sip.port}`;
  const all = accounts.map((account) => new RegisteringPhone(account, server, socket.local));
  const waiting = [...all];
  const growth = await measure(
    subject,
    async () => {
      return waiting.shift()?.register(socket);
    },
    inFlight,
  );
  const idle = [...all];
  const refresh = async () => {
    const phone = idle.shift() as RegisteringPhone;
    const isGood = await phone.register(socket);
    idle.push(phone);
    return isGood;
  };
  const steady = await measure(subject, refresh, inFlight, seconds * 1_000);
  socket.close();
  return { growth, steady };
}
