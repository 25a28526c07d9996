import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { followEvents } from '../api/event-stream.js';
import type { Event } from '../api/types.js';
import { useScope } from '../session/scope.js';
import * as session from '../session/session.js';
import { EventBatches } from './batch.js';
import { throttle } from './throttle.js';

/** How the page is connected to the event stream. */
export type Connection =
  | { state: 'connecting' }
  | { state: 'live' }
  /** Cut off; `since` and `retryAt` in ms since 1970. */
  | { state: 'cut'; since: number; retryAt: number };

interface Live {
  connection: Connection;
  batches: EventBatches;
  retry(): void;
}

const LiveContext = createContext<Live | undefined>(undefined);

/** Follows the event stream of what is looked at, for everything inside. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const { customer } = useScope();
  const queries = useQueryClient();
  const [connection, setConnection] = useState<Connection>({ state: 'connecting' });
  const batches = useMemo(() => new EventBatches(), []);
  const retry = useRef(() => {});

  useEffect(() => {
    let wasCut = false;
    const following = followEvents(
      { customer },
      {
        live: () => {
          setConnection({ state: 'live' });
          // What changed meanwhile may be older than the events that can still be had.
          if (wasCut) void queries.invalidateQueries();
          wasCut = false;
        },
        event: (event) => batches.add(event),
        missed: () => batches.miss(),
        cut: (pause) => {
          wasCut = true;
          const now = Date.now();
          setConnection((before) => ({
            ...{ state: 'cut', retryAt: now + pause },
            since: before.state === 'cut' ? before.since : now,
          }));
        },
        refused: () => session.end('refused'),
      },
    );
    retry.current = following.retry;
    return following.stop;
  }, [customer, batches, queries]);

  // Whatever is shown was read before the events that are gone.
  useEffect(
    () => batches.listen({ events: () => {}, missed: () => void queries.invalidateQueries() }),
    [batches, queries],
  );

  const live = useMemo(() => ({ connection, batches, retry: () => retry.current() }), [connection, batches]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === undefined) throw new Error('no LiveProvider');
  return live;
}

/** How the page is connected, and what tries it again at once. */
export function useConnection(): Pick<Live, 'connection' | 'retry'> {
  return useLive();
}

/** Calls with each batch of events. */
export function useEvents(listener: (batch: readonly Event[]) => void): void {
  const { batches } = useLive();
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => batches.listen({ events: (batch) => latest.current(batch), missed: () => {} }), [batches]);
}

/**
 * Reads queries again when events say that they are out of date.
 * @param key begin of the keys of the queries
 * @param concerns whether an event does
 * @param pause least milliseconds between two times
 * @param lag milliseconds that the server may take until what is read has the event in it
 */
export function useRefreshOn(
  key: readonly unknown[],
  concerns: (event: Event) => boolean,
  pause: number,
  lag = 0,
): void {
  const queries = useQueryClient();
  const latest = useRef(key);
  useEffect(() => {
    latest.current = key;
  });
  const refresh = useMemo(
    () => throttle(() => void queries.invalidateQueries({ queryKey: latest.current }), pause, lag),
    [queries, pause, lag],
  );
  useEffect(() => refresh.cancel, [refresh]);
  useEvents((batch) => {
    if (batch.some(concerns)) refresh();
  });
}
