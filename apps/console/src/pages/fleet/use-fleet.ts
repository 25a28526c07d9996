import { useQueries, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import { ask } from '../../api/client.js';
import type { Page, ShortPhone } from '../../api/types.js';
import { useEvents } from '../../live/live.js';
import { throttle } from '../../live/throttle.js';
import {
  type FleetPage,
  type FleetRow,
  type FleetView,
  isOutdated,
  PAGE_SIZE,
  patchPage,
  toRow,
} from './fleet-rows.js';

/** Least milliseconds between two readings of what is shown. */
const PAUSE = 1_000;

/** Milliseconds that parts of the table are kept that are scrolled away. */
const KEPT = 60_000;

/** The query of the list that shows a view. */
export function fleetQuery({ customer, filter, online, mode, sort }: FleetView) {
  return {
    ...{ customer, online, mode },
    filter: filter === '' ? undefined : filter,
    sort: sort === 'created' ? undefined : sort,
  };
}

/**
 * The phones of a view, as far as they are on screen. They follow the events.
 * @param first index of the first row on screen, and of the last
 */
export function useFleet(view: FleetView, first: number, last: number) {
  const queries = useQueryClient();
  const key = ['fleet', view] as const;
  const latest = useRef(key);
  useEffect(() => {
    latest.current = key;
  });

  const numbers = pageNumbers(first, last);
  const pages = useQueries({
    queries: numbers.map((number) => ({
      queryKey: [...key, number],
      queryFn: ({ signal }: { signal: AbortSignal }) => readPage(view, number, signal),
      gcTime: KEPT,
    })),
  });

  // What is out of sight is read again when it is scrolled to.
  const refresh = useMemo(
    () => throttle(() => void queries.invalidateQueries({ queryKey: ['fleet'], refetchType: 'active' }), PAUSE),
    [queries],
  );
  useEffect(() => refresh.cancel, [refresh]);
  useEvents((batch) => {
    const shown = queries.getQueriesData<FleetPage>({ queryKey: latest.current, type: 'active' });
    for (const [pageKey, page] of shown) {
      if (page === undefined) continue;
      const patched = patchPage(page, batch);
      if (patched !== page) queries.setQueryData(pageKey, patched);
      if (isOutdated(page, batch)) refresh();
    }
  });

  const known = pages.find(({ data }) => data !== undefined)?.data?.total;
  const error = pages.find(({ error }) => error !== null)?.error ?? undefined;
  const row = (index: number): FleetRow | undefined =>
    pages[Math.floor(index / PAGE_SIZE) - (numbers[0] ?? 0)]?.data?.rows[index % PAGE_SIZE];
  return { total: known, error, row, refresh };
}

function pageNumbers(first: number, last: number): number[] {
  const [from, to] = [Math.floor(Math.max(0, first) / PAGE_SIZE), Math.floor(Math.max(0, last) / PAGE_SIZE)];
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

async function readPage(view: FleetView, number: number, signal: AbortSignal): Promise<FleetPage> {
  const query = { ...fleetQuery(view), offset: number * PAGE_SIZE, limit: PAGE_SIZE };
  const { total, sipPhones } = await ask<Page<'sipPhones', ShortPhone>>('GET', '/pbx/sipphone', { query, signal });
  const now = Date.now();
  return { total, rows: sipPhones.map((phone) => toRow(phone, now)) };
}
