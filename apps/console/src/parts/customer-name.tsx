import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/client.js';
import type { Customer } from '../api/types.js';

/** Names hardly ever change. */
const LONG = 5 * 60_000;

/** A customer by its name. */
export function CustomerName({ id }: { id: string }) {
  const { data } = useQuery({
    queryKey: ['customer', id],
    queryFn: () => ask<Customer>('GET', `/customer/${id}`),
    staleTime: LONG,
  });
  return <>{data?.name}</>;
}
