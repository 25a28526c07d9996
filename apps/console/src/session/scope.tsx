import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import type { Identity } from '../api/types.js';

/** Whose phones are looked at, and by whom. */
interface Scope {
  identity: Identity;
  /** Id of the customer; undefined for the caller's own, or all that it may see when it has none of its own. */
  customer: string | undefined;
  choose(customer: string | undefined): void;
  /** Whether things of many customers are looked at. */
  isOfMany: boolean;
  /** Whether the caller may change things. */
  mayEdit: boolean;
}

const ScopeContext = createContext<Scope | undefined>(undefined);
const KEY = 'ringfence-customer';

/** Keeps whose phones are looked at, for everything inside. */
export function ScopeProvider({ identity, children }: { identity: Identity; children: ReactNode }) {
  const [customer, setCustomer] = useState(() => sessionStorage.getItem(KEY) ?? undefined);
  const scope = useMemo(
    () => ({
      ...{ identity, customer, isOfMany: customer === undefined && identity.customer === undefined },
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
