// Measures how long many phones take that all register at once, and again after the edge was killed.
// Usage: node test/dist/bench/stampede.js [phones]
import { Storm } from '../system/storm.js';
import { startRingfence } from './subject.js';

const [phones = 10_000] = process.argv.slice(2).map(Number);

/** Milliseconds that each phone tries. */
const PATIENCE = 120_000;

const subject = await startRingfence();
try {
  const storm = await Storm.open(await subject.accounts(phones), subject.sip);
  const measure = async (what: string) => {
    const began = performance.now();
    const registered = await storm.registerAll(PATIENCE);
    console.log(
      `${what}: ${registered} of ${phones} phones after ${((performance.now() - began) / 1_000).toFixed(1)} s`,
    );
  };
  await measure('all at once');
  for (const pid of (await subject.processes()).edge ?? []) process.kill(pid, 'SIGKILL');
  await measure('all at once after the edge was killed');
  storm.close();
} finally {
  await subject.close();
}
