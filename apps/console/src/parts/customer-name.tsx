import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/client.js';
import type { Customer } from '../api/types.js';

/** Names hardly ever change. */
const LONG = 5 * 60_000;

/** A customer. */
export function useCustomer(id: string | undefined) {
  return useQuery({
    queryKey: ['customer', id],
    queryFn: () => ask<Customer>('GET', `/customer/${id}`),
    enabled: id !== undefined,
    staleTime: LONG,
  });
}

/** A customer by its name. */
export function CustomerName({ id }: { id: string }) {
  return <>{useCustomer(id).data?.name}</>;
}
