import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.js';
import type { Ban, Page } from '../../api/types.js';
import { Countdown } from '../../live/countdown.js';
import { useRefreshOn } from '../../live/live.js';
import { Panel, PanelTable } from '../../parts/panel.js';
import { PhoneLink } from '../../parts/phone-link.js';
import { Failure, Loading, NothingHere } from '../../parts/states.js';
import { useDo } from '../../parts/use-do.js';
import { useScope } from '../../session/scope.js';
import { banReason } from '../../words/happenings.js';

/** Most bans that are shown. */
const SHOWN = 100;

/** Least milliseconds between two readings, and ms after which bans that ended by themselves are gone from the list. */
const PAUSE = 500;
const REREAD = 30_000;

const KEY = ['bans'];

/** Who is kept out for a time, and may be let in again. */
export function Bans() {
  const { data, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: () => ask<Page<'bans', Ban>>('GET', '/bans', { query: { limit: SHOWN } }),
    refetchInterval: REREAD,
  });
  useRefreshOn(KEY, ({ type }) => type.startsWith('ban.'), PAUSE);
  return (
    <Panel title="Bans" isBare aside={<span className="dim numbers">{data?.total}</span>}>
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Loading />
      ) : data.bans.length === 0 ? (
        <NothingHere title="Nobody is banned" hint="Who guesses passwords is kept out for a time." />
      ) : (
        <Table bans={data.bans} />
      )}
    </Panel>
  );
}

function Table({ bans }: { bans: readonly Ban[] }) {
  const { mayEdit } = useScope();
  const { act, isBusy } = useDo(KEY);
  return (
    <PanelTable label="Bans" head={['Who', 'Why', 'Ends in', ...(mayEdit ? [''] : [])]}>
      {bans.map(({ _id, address, username, phone, reason, until }) => (
        <tr key={_id}>
          <td className="numbers">
            {address}
            <div className="dim">
              {phone !== undefined ? (
                <PhoneLink id={phone} />
              ) : username === undefined ? (
                'Everybody there'
              ) : (
                <span className="mono">{username}</span>
              )}
            </div>
          </td>
          <td>{banReason(reason)}</td>
          <td>
            <Countdown until={Date.parse(until)} />
          </td>
          {mayEdit && (
            <td style={{ textAlign: 'right' }}>
              <Button
                variant="default"
                size="compact-xs"
                disabled={isBusy}
                aria-label={`Lift the ban of ${address}`}
                onClick={() => void act('DELETE', `/bans/${_id}`, `The ban of ${address} is lifted`)}
              >
                Lift
              </Button>
            </td>
          )}
        </tr>
      ))}
    </PanelTable>
  );
}
