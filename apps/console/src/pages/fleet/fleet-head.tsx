// biome-ignore-all lint/a11y/useSemanticElements: only some of the rows are there, which the elements of a table can't say
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and names the row that is active
import { Icon } from '../../parts/icons.js';
import type { Column } from './columns.js';
import classes from './fleet-table.module.css';

interface Props {
  /** The column that the table is sorted by, with `-` in front for descending. */
  sortedBy: string;
  onSort(sort: string): void;
  maySelect: boolean;
  onSelectAll(isSelected: boolean): void;
  columns: readonly Column[];
  template: string;
  /** Whether all phones are selected, and whether some are. */
  checked: boolean;
  some: boolean;
}

/** The titles of the columns: each sorts. */
export function FleetHead({ columns, template, sortedBy, onSort, maySelect, onSelectAll, checked, some }: Props) {
  const name = sortedBy.replace(/^-/, '');
  const direction = sortedBy.startsWith('-') ? 'descending' : 'ascending';
  return (
    <div role="row" aria-rowindex={1} className={classes.head} style={{ gridTemplateColumns: template }}>
      {maySelect && (
        <span role="columnheader" className={classes.check}>
          <input
            ref={(box) => {
              if (box) box.indeterminate = some && !checked;
            }}
            type="checkbox"
            aria-label="Select all"
            checked={checked}
            onChange={() => onSelectAll(!some)}
          />
        </span>
      )}
      {columns.map(({ title, sort }) => (
        <span key={title} role="columnheader" aria-sort={sort !== '' && sort === name ? direction : undefined}>
          {sort === '' ? (
            title
          ) : (
            <button type="button" className={classes.sort} onClick={() => onSort(nextSort(sortedBy, sort))}>
              {title}
              {sort === name && <Icon name={direction === 'ascending' ? 'up' : 'down'} size={12} />}
            </button>
          )}
        </span>
      ))}
    </div>
  );
}

/** Sorted by a column, the other way round, and not any more. */
function nextSort(before: string, column: string): string {
  if (before === column) return `-${column}`;
  return before === `-${column}` ? 'created' : column;
}
