// Looks for bytes that break the parsers, for as long as it is told.
// Usage: node packages/drachtio/dist/fuzz/session.js [seconds]
import { properties } from './properties.js';

const [seconds = 60] = process.argv.slice(2).map(Number);
const until = Date.now() + seconds * 1_000;
const runs = new Map<string, number>();
const failed = new Set<string>();

while (Date.now() < until) {
  for (const [name, property] of Object.entries(properties)) {
    if (failed.has(name)) continue;
    const details = property({
      numRuns: Number.MAX_SAFE_INTEGER,
      interruptAfterTimeLimit: Math.min(5_000, Math.max(100, until - Date.now())),
    });
    runs.set(name, (runs.get(name) ?? 0) + details.numRuns);
    if (!details.failed || details.counterexample === null) continue;
    failed.add(name);
    console.log(`FAILED: ${name} (seed ${details.seed})`);
    console.log(`  ${(details.errorInstance as Error | null)?.message ?? 'gave false'}`);
    console.log(`  ${JSON.stringify(details.counterexample, asText)}`);
  }
}
for (const [name, count] of runs) console.log(`${String(count).padStart(9)} runs: ${name}`);
process.exit(failed.size === 0 ? 0 : 1);

function asText(_: string, value: unknown): unknown {
  const isBuffer = typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer';
  return isBuffer ? Buffer.from((value as unknown as { data: number[] }).data).toString('latin1') : value;
}
