import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { ask } from '../../api/client.js';
import type { Overview } from '../../api/types.js';
import { useRefreshOn } from '../../live/live.js';
import { useScope } from '../../session/scope.js';
import classes from './overview.module.css';

/** Least milliseconds between two readings. */
const PAUSE = 2_000;

/** What there is, in numbers. They follow the events. */
export function useOverview(): Overview | undefined {
  const { customer } = useScope();
  const key = ['overview', customer];
  const { data } = useQuery({
    queryKey: key,
    queryFn: () => ask<Overview>('GET', '/overview', { query: { customer } }),
  });
  useRefreshOn(key, ({ type }) => /^(phone|call|ban)\./.test(type), PAUSE);
  return data;
}

/** The numbers in a line. */
export function Stats({ overview }: { overview: Overview | undefined }) {
  const { phones, online, byMode, calls, bans, refusedLastHour } = overview ?? {};
  const share = phones && online !== undefined ? `${Math.round((online / phones) * 100)} %` : undefined;
  return (
    <div className={classes.stats}>
      <Stat label="Phones" value={phones} />
      <Stat label="Online" value={online} share={share} />
      <Stat label="Open" value={byMode?.OPEN ?? (byMode && 0)} share="unfenced" />
      <Stat label="Calls" value={calls} href="/calls" />
      <Stat label="Refused, last hour" value={refusedLastHour} href="/security" />
      <Stat label="Bans" value={bans} href="/security" />
    </div>
  );
}

interface StatProps {
  label: string;
  value: number | undefined;
  share?: string | undefined;
  href?: string;
}

function Stat({ label, value, share, href }: StatProps) {
  const content: ReactNode = (
    <>
      <span className={classes.value}>
        {value === undefined ? '–' : value.toLocaleString('en')}
        {share && <span className={classes.share}>{share}</span>}
      </span>
      <span className={classes.label}>{label}</span>
    </>
  );
  if (href === undefined) return <div className={classes.stat}>{content}</div>;
  return (
    <Link href={href} className={classes.stat}>
      {content}
    </Link>
  );
}
