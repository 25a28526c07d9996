import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import type { Identity } from '../api/types.js';

/** Whose phones are looked at, and by whom. */
interface Scope {
  identity: Identity;
  /** Id of the customer, or {@link ALL_CUSTOMERS}; undefined for the caller's own, or all when it has none of its own. */
  customer: string | undefined;
  choose(customer: string | undefined): void;
  /** Whether things of many customers are looked at. */
  isOfMany: boolean;
  /** Whether the caller may change things. */
  mayEdit: boolean;
}

/** What the API takes for every customer that the caller may see. */
export const ALL_CUSTOMERS = 'all';

const ScopeContext = createContext<Scope | undefined>(undefined);
const KEY = 'ringfence-customer';

/** Keeps whose phones are looked at, for everything inside. */
export function ScopeProvider({ identity, children }: { identity: Identity; children: ReactNode }) {
  const [customer, setCustomer] = useState(() => sessionStorage.getItem(KEY) ?? undefined);
  const scope = useMemo(
    () => ({
      ...{ identity, customer, isOfMany: (customer ?? identity.customer ?? ALL_CUSTOMERS) === ALL_CUSTOMERS },
      choose: (chosen: string | undefined) => {
        if (chosen === undefined) sessionStorage.removeItem(KEY);
        else sessionStorage.setItem(KEY, chosen);
        setCustomer(chosen);
      },
      mayEdit: identity.level !== 'VIEWER' && identity.level !== 'PERSONAL',
    }),
    [identity, customer],
  );
  return <ScopeContext value={scope}>{children}</ScopeContext>;
}

/** Whose phones are looked at, and by whom. */
export function useScope(): Scope {
  const scope = useContext(ScopeContext);
  if (scope === undefined) throw new Error('no ScopeProvider');
  return scope;
}
