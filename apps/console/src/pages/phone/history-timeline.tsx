import type { Event } from '../../api/types.js';
import { Panel } from '../../parts/panel.js';
import { Failure, Loading, NothingHere } from '../../parts/states.js';
import { Tag } from '../../parts/tags.js';
import { tell } from '../../words/happenings.js';
import { clockTime, fullTime } from '../../words/time.js';
import classes from './history-timeline.module.css';
import { useHistory } from './use-phone.js';

/** What happened to a phone, the newest on top. */
export function HistoryTimeline({ id }: { id: string }) {
  const { data, error, refetch } = useHistory(id);
  const flapping = data?.flapping;
  return (
    <Panel
      title="History"
      isBare
      aside={
        flapping && <Tag tone="warn">{`Unsteady: ${flapping.changes} changes since ${clockTime(flapping.since)}`}</Tag>
      }
    >
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Loading />
      ) : data.events.length === 0 ? (
        <NothingHere title="Nothing has happened yet" />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
        <ol className={classes.list} tabIndex={0} aria-label="History">
          {data.events.map((event) => (
            <Entry key={event.id} event={event} />
          ))}
        </ol>
      )}
    </Panel>
  );
}

function Entry({ event }: { event: Event }) {
  const { title, detail, tone } = tell(event);
  return (
    <li className={classes.item}>
      <span className={`${classes.dot} ${classes[tone] ?? ''}`} />
      <div>
        <div className={classes.title}>{title}</div>
        {detail && <div className={classes.detail}>{detail}</div>}
      </div>
      <time className="numbers dim" dateTime={new Date(event.at).toISOString()} title={fullTime(event.at)}>
        {clockTime(event.at)}
      </time>
    </li>
  );
}
