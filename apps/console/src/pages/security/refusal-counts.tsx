import type { Event } from '../../api/types.js';
import { Panel } from '../../parts/panel.js';
import { countryName } from '../../words/countries.js';
import { refusalReason } from '../../words/happenings.js';
import { type Aspect, type Chosen, countBy } from './refusals.js';
import classes from './security-page.module.css';

/** Most values of an aspect that are shown. */
const SHOWN = 5;

const TABLES: { aspect: Aspect; title: string; name(value: string): string }[] = [
  { aspect: 'reason', title: 'By reason', name: (value) => refusalReason(value || undefined) },
  { aspect: 'country', title: 'By country', name: (value) => (value === '' ? 'Unknown' : countryName(value)) },
  { aspect: 'address', title: 'By source', name: (value) => value || 'Unknown' },
];

interface Props {
  refusals: readonly Event[];
  chosen: Chosen;
  onChoose(chosen: Chosen): void;
}

/** How often refusals happened, by reason, country and source: each chooses what the list shows. */
export function RefusalCounts({ refusals, chosen, onChoose }: Props) {
  return (
    <div className={classes.counts}>
      {TABLES.map(({ aspect, title, name }) => (
        <Panel key={aspect} title={title} isBare>
          <div className={classes.choices}>
            {countBy(refusals, aspect)
              .slice(0, SHOWN)
              .map(([value, count]) => (
                <button
                  key={value}
                  type="button"
                  className={classes.choice}
                  aria-pressed={chosen[aspect] === value}
                  onClick={() => onChoose({ ...chosen, [aspect]: chosen[aspect] === value ? undefined : value })}
                >
                  <span>{name(value)}</span>
                  <span className="numbers">{count}</span>
                </button>
              ))}
          </div>
        </Panel>
      ))}
    </div>
  );
}
