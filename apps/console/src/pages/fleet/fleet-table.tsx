// biome-ignore-all lint/a11y/useSemanticElements: only some of the rows are there, which the elements of a table can't say
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and names the row that is active
import { useElementSize, useMergedRef } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { Failure, NothingHere } from '../../parts/states.js';
import { useScope } from '../../session/scope.js';
import { columnsFor } from './columns.js';
import { FleetHead } from './fleet-head.js';
import { FleetRowLine } from './fleet-row.js';
import type { FleetView } from './fleet-rows.js';
import classes from './fleet-table.module.css';
import { useActiveRow } from './use-active-row.js';
import { useFleet } from './use-fleet.js';

/** Height of a row in pixels, and of the head. */
const ROW = 34;
const HEAD = 32;

interface Props {
  view: FleetView;
  onSort(sort: string): void;
  selected: ReadonlySet<string>;
  onSelect(ids: string[], isSelected: boolean): void;
  /** Selects every phone of the view, or none. */
  onSelectAll(isSelected: boolean): void;
  maySelect: boolean;
  onTotal(total: number | undefined): void;
}

/** The phones of a view as a table: only the rows on screen are drawn and read, however many there are. */
export function FleetTable({ view, onSort, selected, onSelect, onSelectAll, maySelect, onTotal }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const { ref: sizer, width } = useElementSize();
  const ref = useMergedRef(scroller, sizer);
  const [, navigate] = useLocation();
  const { one } = useScope();
  const [count, setCount] = useState(0);

  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    scrollPaddingStart: HEAD,
    overscan: 8,
  });
  const shown = rows.getVirtualItems();
  const { total, error, row, refresh } = useFleet(view, shown[0]?.index ?? 0, shown.at(-1)?.index ?? 0);
  if (total !== undefined && total !== count) setCount(total);

  useEffect(() => onTotal(total), [onTotal, total]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another view begins at its top
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
  }, [view]);

  const open = useCallback((id: string) => navigate(`/phones/${id}`), [navigate]);
  const { active, onKeyDown } = useActiveRow({
    ...{ view, count },
    step: () => Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW) - 2),
    show: (index) => rows.scrollToIndex(index),
    act: (key, index) => {
      const id = row(index)?.phone._id;
      if (id === undefined) return;
      if (key === 'Enter') open(id);
      else if (maySelect) onSelect([id], !selected.has(id));
    },
  });

  if (error && total === undefined) return <Failure error={error} retry={refresh} />;
  if (total === 0) return <NothingHere title="No phones" hint="No phone is as the filters say." />;
  const columns = columnsFor(width, one === undefined);
  const template = [...(maySelect ? ['18px'] : []), ...columns.map((column) => column.width)].join(' ');
  return (
    <div
      ref={ref}
      role="grid"
      aria-label="Phones"
      aria-rowcount={count + 1}
      aria-multiselectable={maySelect || undefined}
      aria-activedescendant={row(active) ? `row-${active}` : undefined}
      tabIndex={0}
      className={classes.grid}
      onKeyDown={onKeyDown}
    >
      <FleetHead
        {...{ columns, template, onSort, maySelect, onSelectAll }}
        sortedBy={view.sort}
        checked={selected.size > 0 && selected.size >= count}
        some={selected.size > 0}
      />
      <div role="rowgroup" className={classes.body} style={{ height: count * ROW }}>
        {shown.map(({ index, start }) => {
          const found = row(index);
          return (
            <FleetRowLine
              key={index}
              {...{ index, start, columns, template, maySelect, onSelect, open }}
              row={found}
              isActive={index === active}
              isSelected={found !== undefined && selected.has(found.phone._id)}
            />
          );
        })}
      </div>
    </div>
  );
}
