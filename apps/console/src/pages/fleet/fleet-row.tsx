// biome-ignore-all lint/a11y/useSemanticElements: only some of the rows are there, which the elements of a table can't say
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and names the row that is active
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the grid has the keys
import { memo } from 'react';
import type { Column } from './columns.js';
import type { FleetRow } from './fleet-rows.js';
import classes from './fleet-table.module.css';

interface Props {
  maySelect: boolean;
  onSelect(ids: string[], isSelected: boolean): void;
  index: number;
  start: number;
  row: FleetRow | undefined;
  columns: readonly Column[];
  template: string;
  isActive: boolean;
  isSelected: boolean;
  open(id: string): void;
}

/** A phone in the table; grey bars until it is read. It is drawn again only when it changes itself. */
export const FleetRowLine = memo(
  function FleetRowLine({
    index,
    start,
    row,
    columns,
    template,
    isActive,
    isSelected,
    maySelect,
    onSelect,
    open,
  }: Props) {
    const style = { gridTemplateColumns: template, transform: `translateY(${start}px)` };
    const id = row?.phone._id;
    return (
      <div
        id={`row-${index}`}
        role="row"
        aria-rowindex={index + 2}
        aria-selected={maySelect ? isSelected : undefined}
        className={`${classes.row} ${isActive ? classes.active : ''}`}
        style={style}
        onClick={() => id !== undefined && open(id)}
      >
        {maySelect && (
          <span role="gridcell" className={classes.check} onClick={(event) => event.stopPropagation()}>
            <input
              type="checkbox"
              tabIndex={-1}
              aria-label={`Select row ${index + 1}`}
              checked={isSelected}
              disabled={id === undefined}
              onChange={() => id !== undefined && onSelect([id], !isSelected)}
            />
          </span>
        )}
        {columns.map(({ title, show }) => (
          <span key={title} role="gridcell" className={classes.cell}>
            {row === undefined ? <span className={classes.bone} /> : show(row)}
          </span>
        ))}
      </div>
    );
  },
  (before, after) =>
    before.row === after.row &&
    before.start === after.start &&
    before.isActive === after.isActive &&
    before.isSelected === after.isSelected &&
    before.template === after.template,
);
