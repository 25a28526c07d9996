import { SegmentedControl, Text } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { scaleLinear, scaleTime } from 'd3-scale';
import { type PointerEvent, useState } from 'react';
import { ask } from '../../api/client.js';
import type { Count } from '../../api/types.js';
import { useRefreshOn } from '../../live/live.js';
import { useScope } from '../../session/scope.js';
import { clockTime, shortDay, shortTime } from '../../words/time.js';
import { type Bar, RANGES, type Range, toBars } from './counts.js';
import classes from './counts-chart.module.css';
import overview from './overview.module.css';

/** Least milliseconds between two readings; and how long a chart is right on which nothing happens. */
const PAUSE = 2_000;
const MINUTE = 60_000;

const DAY = 24 * 60 * MINUTE;

/** Registrations and refusals over time. */
export function CountsChart() {
  const { customer } = useScope();
  const [range, setRange] = useState<Range>(RANGES[0] as Range);
  const { data } = useQuery({
    queryKey: ['counts', customer, range.name],
    queryFn: () => readCounts(customer, range),
    placeholderData: keepPreviousData,
    refetchInterval: MINUTE,
  });
  useRefreshOn(['counts', customer, range.name], ({ type }) => /^phone\.(registered|refused)$/.test(type), PAUSE);
  return (
    <section className={overview.panel} aria-labelledby="counts">
      <h2 className={overview.title} id="counts">
        Registrations and refusals
        <SegmentedControl
          aria-label="Time"
          data={RANGES.map(({ name }) => name)}
          value={range.name}
          onChange={(name) => setRange(RANGES.find((each) => each.name === name) ?? range)}
        />
      </h2>
      <Bars bars={data ?? toBars([], range, Date.now())} range={range} />
    </section>
  );
}

async function readCounts(customer: string, range: Range): Promise<Bar[]> {
  const to = Date.now();
  const query = { customer, from: to - range.span, to, step: range.step };
  const { counts } = await ask<{ counts: Count[] }>('GET', '/counts', { query });
  return toBars(counts, range, to);
}

/** Two rows of bars over one axis of time: each has a scale of its own, for refusals are few among registrations. */
const LANES = [
  { name: 'registered', title: 'Registrations', top: 14, height: 62 },
  { name: 'refused', title: 'Refusals', top: 96, height: 42 },
] as const;
const HEIGHT = 160;
const LEFT = 34;

function Bars({ bars, range }: { bars: readonly Bar[]; range: Range }) {
  const { ref, width } = useElementSize();
  const [pointed, setPointed] = useState<number>();
  const begin = bars[0]?.at ?? 0;
  const x = scaleTime([begin, begin + range.span], [LEFT, Math.max(LEFT + 1, width - 2)]);
  const step = (x.range()[1] as number) / bars.length - LEFT / bars.length;
  // One at the right edge would be cut off.
  const ticks = x.ticks(Math.max(2, width / 110)).filter((tick) => x(tick) < width - LEFT / 2);
  const point = (event: PointerEvent<SVGElement>) => {
    const at = Math.floor((event.clientX - event.currentTarget.getBoundingClientRect().left - LEFT) / step);
    setPointed(at >= 0 && at < bars.length ? at : undefined);
  };
  const bar = pointed === undefined ? undefined : bars[pointed];
  const sum = (name: 'registered' | 'refused') => bars.reduce((total, each) => total + each[name], 0);
  const summary = `${range.words}: ${sum('registered')} registrations, ${sum('refused')} refusals`;
  return (
    <div ref={ref}>
      <svg
        width="100%"
        height={HEIGHT}
        role="img"
        aria-label={summary}
        onPointerMove={point}
        onPointerLeave={() => setPointed(undefined)}
      >
        {LANES.map((lane) => (
          <Lane key={lane.name} {...lane} {...{ bars, width, step, pointed }} />
        ))}
        {ticks.map((tick) => (
          <text key={tick.getTime()} x={x(tick)} y={HEIGHT - 4} className={classes.tick} textAnchor="middle">
            {range.span > DAY ? shortDay(tick.getTime()) : shortTime(tick.getTime())}
          </text>
        ))}
      </svg>
      <Text size="xs" c="dimmed" className="numbers" aria-hidden="true">
        {bar ? `${clockTime(bar.at)}: ${bar.registered} registrations, ${bar.refused} refusals` : summary}
      </Text>
    </div>
  );
}

interface LaneProps {
  name: 'registered' | 'refused';
  title: string;
  top: number;
  height: number;
  bars: readonly Bar[];
  width: number;
  step: number;
  pointed: number | undefined;
}

function Lane({ name, title, top, height, bars, width, step, pointed }: LaneProps) {
  const most = Math.max(1, ...bars.map((bar) => bar[name]));
  const y = scaleLinear([0, most], [0, height]).nice(2);
  const highest = y.domain()[1] as number;
  const bottom = top + height;
  return (
    <g>
      <text x={LEFT} y={top - 4} className={classes.tick}>
        {title}
      </text>
      {[0, highest].map((value) => (
        <g key={value}>
          <line x1={LEFT} x2={width} y1={bottom - y(value)} y2={bottom - y(value)} className={classes.line} />
          <text x={LEFT - 6} y={bottom - y(value) + 3.5} className={classes.tick} textAnchor="end">
            {value.toLocaleString('en', { notation: 'compact' })}
          </text>
        </g>
      ))}
      {bars.map((bar, at) => (
        <rect
          key={bar.at}
          className={`${classes[name]} ${pointed === at ? classes.pointed : ''}`}
          x={LEFT + at * step + step * 0.12}
          width={Math.max(0.5, step * 0.76)}
          y={bottom - Math.max(y(bar[name]), bar[name] > 0 ? 1.5 : 0)}
          height={Math.max(y(bar[name]), bar[name] > 0 ? 1.5 : 0)}
          rx={Math.min(1.5, step / 4)}
        />
      ))}
    </g>
  );
}
