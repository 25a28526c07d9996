import { cpuTime } from './cpu.js';
import type { Subject } from './subject.js';

/** What a measurement found. */
export interface Figures {
  perSecond: number;
  /** CPU time for a thousand, in ms, user and system, by process. */
  cpu: Record<string, number>;
  /** Latencies in ms. */
  p50: number;
  p99: number;
  failed: number;
}

/**
 * Does something again and again, a number of times at once, and measures what it costs a subject.
 * @param work does it once; tells whether it went well, or that there is no more to do by undefined
 * @param ms how long
 */
export async function measure(
  subject: Subject,
  work: () => Promise<boolean | undefined>,
  inFlight: number,
  ms = Number.POSITIVE_INFINITY,
): Promise<Figures> {
  const processes = Object.entries(await subject.processes());
  const usedBy = (pids: readonly number[]) => pids.reduce((sum, pid) => sum + cpuTime(pid), 0);
  const before = processes.map(([, pids]) => usedBy(pids));
  const latencies: number[] = [];
  let failed = 0;
  const startedAt = performance.now();
  const worker = async () => {
    while (performance.now() - startedAt < ms) {
      const began = performance.now();
      const isGood = await work();
      if (isGood === undefined) return;
      if (isGood) latencies.push(performance.now() - began);
      else failed++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  const elapsed = performance.now() - startedAt;
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
  const cpu = processes.map(([name, pids], i) => [
    name,
    ((usedBy(pids) - (before[i] as number)) * 1_000) / latencies.length,
  ]);
  return {
    ...{ perSecond: (latencies.length * 1_000) / elapsed, cpu: Object.fromEntries(cpu), failed },
    ...{ p50: at(0.5), p99: at(0.99) },
  };
}

/** One line of the medians of several measurements; failures are all of them. */
export function summarize(name: string, all: readonly Figures[]): string {
  const median = (pick: (figures: Figures) => number) => medianOf(all.map(pick));
  const parts = Object.keys(all[0]?.cpu ?? {}).map((process) => {
    return `${process} ${median(({ cpu }) => cpu[process] ?? 0).toFixed(0)}`;
  });
  const failed = all.reduce((sum, figures) => sum + figures.failed, 0);
  return (
    `${name}: ${totalCpu(all).toFixed(0)} ms CPU per 1,000 (${parts.join(', ')}), ${median((f) => f.perSecond).toFixed(0)}/s, ` +
    `p50 ${median((f) => f.p50).toFixed(1)} ms, p99 ${median((f) => f.p99).toFixed(1)} ms, ${failed} failed`
  );
}

/** The median of the CPU time of all processes for a thousand, in ms. */
export function totalCpu(all: readonly Figures[]): number {
  return medianOf(all.map(({ cpu }) => Object.values(cpu).reduce((sum, ms) => sum + ms, 0)));
}

function medianOf(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
