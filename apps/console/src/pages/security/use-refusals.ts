import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ask } from '../../api/client.js';
import type { Event, History } from '../../api/types.js';
import { useEvents } from '../../live/live.js';
import { useScope } from '../../session/scope.js';
import { REFUSALS_KEPT, withNew } from './refusals.js';

/** The latest refusals, the newest first. Those that happen are added at once. */
export function useRefusals() {
  const { customer } = useScope();
  const queries = useQueryClient();
  const key = ['refusals', customer];
  useEvents((batch) => queries.setQueryData<readonly Event[]>(key, (before) => before && withNew(before, batch)));
  return useQuery({
    queryKey: key,
    queryFn: async (): Promise<readonly Event[]> => {
      const query = { customer, type: 'phone.refused', limit: REFUSALS_KEPT };
      return (await ask<History>('GET', '/history', { query })).events;
    },
  });
}
