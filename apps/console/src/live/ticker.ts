/** Told the time, ms since 1970. */
type Tick = (now: number) => void;

const ticks = new Set<Tick>();
let timer: number | undefined;

/**
 * Calls once now and once a second from then on, all together: one timer for the whole page, however much on it counts.
 * @returns stops it
 */
export function everySecond(tick: Tick): () => void {
  ticks.add(tick);
  tick(Date.now());
  timer ??= window.setInterval(() => {
    const now = Date.now();
    for (const each of ticks) each(now);
  }, 1_000);
  return () => {
    ticks.delete(tick);
    if (ticks.size > 0) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}
