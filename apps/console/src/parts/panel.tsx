import { type ReactNode, useId } from 'react';
import classes from './panel.module.css';

/** A part of a page with a title. */
export function Panel(props: { title: string; aside?: ReactNode; isBare?: boolean; children: ReactNode }) {
  const { title, aside, isBare = false, children } = props;
  const id = useId();
  return (
    <section className={classes.panel} aria-labelledby={id}>
      <div className={classes.title}>
        <h2 id={id}>{title}</h2>
        {aside && <div className={classes.aside}>{aside}</div>}
      </div>
      <div className={isBare ? classes.scroll : classes.content}>{children}</div>
    </section>
  );
}

/** A table of what a panel is about. */
export function PanelTable({ label, head, children }: { label: string; head: readonly string[]; children: ReactNode }) {
  return (
    <table className={classes.table} aria-label={label}>
      <thead>
        <tr>
          {head.map((title) => (
            <th key={title} scope="col">
              {title === '' ? <span className="unseen">Actions</span> : title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
