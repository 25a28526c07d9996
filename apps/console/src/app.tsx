import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { Redirect, Route, Router, Switch } from 'wouter';
import { ApiError, ask } from './api/client.js';
import type { Identity } from './api/types.js';
import { Shell } from './layout/shell.js';
import { LiveProvider } from './live/live.js';
import { CallsPage } from './pages/calls/calls-page.js';
import { CreatePage } from './pages/create/create-page.js';
import { FleetPage } from './pages/fleet/fleet-page.js';
import { PhonePage } from './pages/phone/phone-page.js';
import { SecurityPage } from './pages/security/security-page.js';
import { Failure, Loading, NothingHere } from './parts/states.js';
import { LoginPage } from './session/login-page.js';
import { ScopeProvider } from './session/scope.js';
import * as session from './session/session.js';
import { THEME } from './theme.js';

/** Attempts at what the server could not answer just now. */
const ATTEMPTS = 3;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // Events say when something is out of date.
      staleTime: 30_000,
      retry: (failures, error) => failures < ATTEMPTS && error instanceof ApiError && isPassing(error),
    },
  },
});

/** Whether the same request may succeed later. */
function isPassing({ status }: ApiError): boolean {
  return status === 0 || status === 429 || status === 503;
}

/** The console. */
export function App() {
  return (
    <MantineProvider theme={THEME} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <Notifications position="bottom-right" />
        <Session />
      </QueryClientProvider>
    </MantineProvider>
  );
}

function Session() {
  const token = useSyncExternalStore(session.onChange, session.token);
  // Another token may see other things.
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was read is forgotten when the token changes
  useEffect(() => () => queries.clear(), [token]);
  return token === undefined ? <LoginPage /> : <SignedIn key={token} />;
}

function SignedIn() {
  const { data, error, refetch } = useQuery({ queryKey: ['self'], queryFn: () => ask<Identity>('GET', '/token/self') });
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading />;
  return (
    <ScopeProvider identity={data}>
      <LiveProvider>
        <Router base="/console">
          <Shell>
            <Switch>
              <Route path="/">
                <FleetPage />
              </Route>
              <Route path="/phones/:id">{({ id }) => <PhonePage key={id} id={id} />}</Route>
              <Route path="/create">
                <CreatePage />
              </Route>
              <Route path="/security">
                <SecurityPage />
              </Route>
              <Route path="/calls">
                <CallsPage />
              </Route>
              <Route path="/index.html">
                <Redirect to="/" />
              </Route>
              <Route>
                <NothingHere title="No such page" hint="The address may be mistyped." />
              </Route>
            </Switch>
          </Shell>
        </Router>
      </LiveProvider>
    </ScopeProvider>
  );
}
