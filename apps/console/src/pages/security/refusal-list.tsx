import { Button } from '@mantine/core';
import { memo } from 'react';
import type { Event } from '../../api/types.js';
import { Panel, PanelTable } from '../../parts/panel.js';
import { PhoneLink } from '../../parts/phone-link.js';
import { Failure, Loading, NothingHere } from '../../parts/states.js';
import { countryName } from '../../words/countries.js';
import { refusalReason } from '../../words/happenings.js';
import { clockTime, fullTime } from '../../words/time.js';
import { type Chosen, matching } from './refusals.js';
import classes from './security-page.module.css';

/** Most refusals that are drawn. */
const DRAWN = 100;

interface Props {
  refusals: readonly Event[] | undefined;
  error: Error | null;
  retry(): void;
  chosen: Chosen;
  onChoose(chosen: Chosen): void;
}

/** The latest refusals, the newest on top. */
export function RefusalList({ refusals, error, retry, chosen, onChoose }: Props) {
  const isNarrowed = Object.values(chosen).some((value) => value !== undefined);
  return (
    <Panel
      title="Refusals"
      isBare
      aside={
        isNarrowed && (
          <Button variant="subtle" size="compact-xs" onClick={() => onChoose({})}>
            Show all
          </Button>
        )
      }
    >
      {error ? (
        <Failure error={error} retry={retry} />
      ) : refusals === undefined ? (
        <Loading />
      ) : refusals.length === 0 ? (
        <NothingHere title="Nobody was refused" hint="Refusals appear here the moment they happen." />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
        <section className={classes.list} tabIndex={0} aria-label="Latest refusals">
          <PanelTable label="Refusals" head={['When', 'Why', 'From', 'Who']}>
            {matching(refusals, chosen)
              .slice(0, DRAWN)
              .map((refusal) => (
                <Refusal key={refusal.id} refusal={refusal} />
              ))}
          </PanelTable>
        </section>
      )}
    </Panel>
  );
}

const Refusal = memo(function Refusal({ refusal }: { refusal: Event }) {
  const { at, reason, method, address, country, phone, username, userAgent } = refusal;
  return (
    <tr>
      <td className="numbers" title={fullTime(at)} style={{ whiteSpace: 'nowrap' }}>
        {clockTime(at)}
      </td>
      <td>
        {refusalReason(reason)}
        <div className="dim">{method}</div>
      </td>
      <td className="numbers">
        {address}
        <div className="dim">{country && countryName(country)}</div>
      </td>
      <td style={{ overflowWrap: 'anywhere' }}>
        {phone === undefined ? <span className="mono">{username}</span> : <PhoneLink id={phone} />}
        <div className="dim">{userAgent}</div>
      </td>
    </tr>
  );
});
