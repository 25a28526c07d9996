import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import type { Identity } from '../api/types.js';

/** Whose phones are looked at, and by whom. */
interface Scope {
  identity: Identity;
  /** Id of the customer whose things are looked at, or {@link ALL}. */
  customer: string;
  choose(customer: string): void;
  /** Id of the customer; undefined when things of many are looked at. */
  one: string | undefined;
  /** Whether the caller may change things. */
  mayEdit: boolean;
}

/** All customers that the caller may see. */
export const ALL = 'all';

const ScopeContext = createContext<Scope | undefined>(undefined);
const KEY = 'ringfence-customer';

/** Keeps whose phones are looked at, for everything inside. */
export function ScopeProvider({ identity, children }: { identity: Identity; children: ReactNode }) {
  const [customer, setCustomer] = useState(() => sessionStorage.getItem(KEY) ?? identity.customer ?? ALL);
  const scope = useMemo(
    () => ({
      ...{ identity, customer, one: customer === ALL ? undefined : customer },
      choose: (chosen: string) => {
        sessionStorage.setItem(KEY, chosen);
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
