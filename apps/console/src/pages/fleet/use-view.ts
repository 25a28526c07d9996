import { useDebouncedCallback } from '@mantine/hooks';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useSearchParams } from 'wouter';
import type { IpMode } from '../../api/types.js';
import { useScope } from '../../session/scope.js';
import type { FleetView } from './fleet-rows.js';

/** Milliseconds between the last key and the search. */
const TYPING = 250;

/** Which phones are shown: it stands in the address of the page, so that it can be kept and sent to others. */
export function useView() {
  const { customer } = useScope();
  const [search, setSearch] = useSearchParams();
  const view = useMemo((): FleetView => {
    const online = search.get('online');
    return {
      customer,
      filter: search.get('filter') ?? '',
      online: online === null ? undefined : online === 'true',
      mode: (search.get('mode') as IpMode | null) ?? undefined,
      sort: search.get('sort') ?? 'created',
    };
  }, [customer, search]);
  const [text, setTyped] = useState(view.filter);
  const written = useRef(view.filter);
  // A link may lead to another view: what was typed for the one before counts no more.
  useEffect(() => {
    if (view.filter !== written.current) setTyped(view.filter);
    written.current = view.filter;
  }, [view.filter]);
  const change = useCallback(
    (changed: Partial<FleetView>) => {
      if (changed.filter !== undefined) {
        written.current = changed.filter;
        setTyped(changed.filter);
      }
      setSearch(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(changed)) {
            if (value === undefined || value === '' || value === 'created') after.delete(name);
            else after.set(name, String(value));
          }
          return after;
        },
        { replace: true },
      );
    },
    [setSearch],
  );
  const searchLater = useDebouncedCallback((filter: string) => change({ filter }), TYPING);
  const setText = (typed: string) => {
    setTyped(typed);
    searchLater(typed);
  };
  return { view, change, text, setText };
}
