import { Button, Group } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { lazy, Suspense, useState } from 'react';
import { PageTitle } from '../../parts/page-title.js';
import { Loading } from '../../parts/states.js';
import { useScope } from '../../session/scope.js';
import { BulkBar } from './bulk-bar.js';
import { CountsChart } from './counts-chart.js';
import { FleetFilters } from './fleet-filters.js';
import classes from './fleet-page.module.css';
import { FleetTable } from './fleet-table.js';
import { Stats, useOverview } from './overview.js';
import overviewClasses from './overview.module.css';
import { useSelection } from './use-selection.js';
import { useView } from './use-view.js';

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
