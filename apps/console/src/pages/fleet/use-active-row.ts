import { type KeyboardEvent, useEffect, useState } from 'react';

interface Options {
  /** Another view begins at its first row. */
  view: object;
  /** How many rows there are. */
  count: number;
  /** Rows of a page. */
  step(): number;
  /** Brings a row on screen. */
  show(index: number): void;
  /** Does what Enter or space asks for. */
  act(key: 'Enter' | ' ', index: number): void;
}

/** The row of a grid that the keyboard is at, and what moves it (WAI-ARIA, grid pattern). */
export function useActiveRow({ view, count, step, show, act }: Options) {
  const [active, setActive] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: see the option
  useEffect(() => setActive(0), [view]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const { key } = event;
    const next = moved(key, active, count, step());
    if (next !== undefined) {
      setActive(next);
      show(next);
    } else if (key === 'Enter' || key === ' ') act(key, active);
    else return;
    event.preventDefault();
  };
  return { active, onKeyDown };
}

/** The row that a key leads to; undefined when it leads nowhere. */
function moved(key: string, active: number, count: number, page: number): number | undefined {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
  const to = key === 'Home' ? 0 : key === 'End' ? count - 1 : active + (steps[key] ?? Number.NaN);
  return Number.isNaN(to) ? undefined : Math.max(0, Math.min(count - 1, to));
}
