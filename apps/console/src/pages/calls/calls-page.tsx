import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { ask } from '../../api/client.js';
import type { Call } from '../../api/types.js';
import { Elapsed } from '../../live/countdown.js';
import { useRefreshOn } from '../../live/live.js';
import { PageTitle } from '../../parts/page-title.js';
import { Panel, PanelTable } from '../../parts/panel.js';
import { Failure, Loading, NothingHere } from '../../parts/states.js';
import { Tag } from '../../parts/tags.js';
import { useScope } from '../../session/scope.js';
import { clockTime } from '../../words/time.js';

/** Least milliseconds between two readings. */
const PAUSE = 400;

/** The calls in progress. */
export function CallsPage() {
  const { customer } = useScope();
  const key = ['calls', customer];
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: () => ask<{ total: number; calls: Call[] }>('GET', '/calls', { query: { customer } }),
  });
  useRefreshOn(key, ({ type }) => type.startsWith('call.'), PAUSE);
  const hidden = data ? data.total - data.calls.length : 0;
  return (
    <>
      <PageTitle apart>Calls</PageTitle>
      <Panel title="In progress" isBare aside={<span className="dim numbers">{data?.total}</span>}>
        {error ? (
          <Failure error={error} retry={() => void refetch()} />
        ) : data === undefined ? (
          <Loading />
        ) : data.calls.length === 0 ? (
          <NothingHere title="No call is in progress" hint="Calls appear here while they ring and while they last." />
        ) : (
          <PanelTable label="Calls" head={['State', 'From', 'To', 'Began', 'Lasts']}>
            {data.calls.map((call) => (
              <Row key={call.id} call={call} />
            ))}
          </PanelTable>
        )}
      </Panel>
      {hidden > 0 && <p className="dim">and {hidden} more, which began earlier</p>}
    </>
  );
}

function Row({ call: { state, caller, callee, startedAt, answeredAt } }: { call: Call }) {
  return (
    <tr>
      <td>{state === 'answered' ? <Tag tone="good">Talking</Tag> : <Tag tone="warn">Ringing</Tag>}</td>
      <td>
        <Party {...caller} />
      </td>
      <td>
        <Party number={callee.number} name={callee.name} phone={callee.answeredBy} />
        {state === 'ringing' && callee.phones.length > 1 && (
          <span className="dim"> · {callee.phones.length} phones</span>
        )}
      </td>
      <td className="numbers">{clockTime(startedAt)}</td>
      <td>
        <Elapsed since={answeredAt ?? startedAt} />
      </td>
    </tr>
  );
}

function Party({ number, name, phone }: { number: string; name: string; phone?: string | undefined }) {
  const words = (
    <>
      <span className="numbers">{number}</span> {name}
    </>
  );
  if (phone === undefined) return <span>{words}</span>;
  return (
    <Anchor component={Link} href={`/phones/${phone}`} size="sm">
      {words}
    </Anchor>
  );
}
