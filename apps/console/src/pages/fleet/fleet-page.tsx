import { Button, Group } from '@mantine/core';
import { useDebouncedCallback, useLocalStorage } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { useSearchParams } from 'wouter';
import { ask } from '../../api/client.js';
import type { IpMode, Page, ShortPhone } from '../../api/types.js';
import { PageTitle } from '../../parts/page-title.js';
import { Loading } from '../../parts/states.js';
import { useScope } from '../../session/scope.js';
import { BulkBar } from './bulk-bar.js';
import { CountsChart } from './counts-chart.js';
import { FleetFilters } from './fleet-filters.js';
import classes from './fleet-page.module.css';
import type { FleetView } from './fleet-rows.js';
import { FleetTable } from './fleet-table.js';
import { Stats, useOverview } from './overview.js';
import overviewClasses from './overview.module.css';
import { fleetQuery } from './use-fleet.js';

/** Milliseconds between the last key and the search. */
const TYPING = 250;

/** Most phones that are selected at once. */
const SELECTABLE = 1_000;

const WorldMap = lazy(() => import('./world-map.js'));

/** All phones. */
export function FleetPage() {
  const overview = useOverview();
  const [isOpen, setOpen] = useLocalStorage({
    key: 'ringfence-overview',
    defaultValue: true,
    getInitialValueInEffect: false,
  });
  const { view, change, text, setText } = useView();
  const [total, setTotal] = useState<number>();
  const selection = useSelection(view);
  const { mayEdit } = useScope();
  return (
    <div className={classes.page}>
      <Group justify="space-between">
        <PageTitle>Fleet</PageTitle>
        <Button variant="subtle" size="compact-xs" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide chart and map' : 'Show chart and map'}
        </Button>
      </Group>
      <Stats overview={overview} />
      {isOpen && (
        <div className={overviewClasses.panels}>
          <CountsChart />
          <Suspense fallback={<Loading />}>
            <WorldMap byCountry={overview?.byCountry ?? []} />
          </Suspense>
        </div>
      )}
      <FleetFilters view={view} text={text} onText={setText} onChange={change} total={total} />
      <BulkBar ids={selection.ids} onDone={selection.clear} />
      <div className={classes.table}>
        <FleetTable
          view={view}
          onSort={(sort) => change({ sort })}
          selected={selection.selected}
          onSelect={selection.select}
          onSelectAll={selection.selectAll}
          maySelect={mayEdit}
          onTotal={setTotal}
        />
      </div>
    </div>
  );
}

/** The view, which stands in the address of the page. */
function useView() {
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
  const change = useCallback(
    (changed: Partial<FleetView>) => {
      if (changed.filter !== undefined) setTyped(changed.filter);
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
  const search_ = useDebouncedCallback((filter: string) => change({ filter }), TYPING);
  const setText = (typed: string) => {
    setTyped(typed);
    search_(typed);
  };
  return { view, change, text, setText };
}

/** The phones that are selected; none of another view. */
function useSelection(view: FleetView) {
  const [selection, setSelection] = useState({ view, ids: new Set<string>() });
  const selected = selection.view === view ? selection.ids : NOTHING;
  const select = useCallback(
    (ids: string[], isSelected: boolean) =>
      setSelection((before) => {
        const after = new Set(before.view === view ? before.ids : []);
        for (const id of ids) isSelected ? after.add(id) : after.delete(id);
        return { view, ids: after };
      }),
    [view],
  );
  const clear = () => setSelection({ view, ids: new Set() });
  const selectAll = async (isSelected: boolean) => {
    if (!isSelected) return clear();
    const query = { ...fleetQuery(view), limit: SELECTABLE };
    const { total, sipPhones } = await ask<Page<'sipPhones', ShortPhone>>('GET', '/pbx/sipphone', { query });
    setSelection({ view, ids: new Set(sipPhones.map(({ _id }) => _id)) });
    if (total > SELECTABLE) notifications.show({ message: `The first ${SELECTABLE} of ${total} phones are selected.` });
  };
  return { selected, ids: [...selected], select, selectAll: (all: boolean) => void selectAll(all), clear };
}

const NOTHING: ReadonlySet<string> = new Set();
