import t from 'tap';
import { RANGES, type Range, toBars } from './counts.js';

const NOW = Date.parse('2030-01-01T10:30:30Z');
const count = (at: string, registered: number, refused = 0) => ({
  ...{ at: Date.parse(at), registered, refused, online: 0, calls: 0 },
});

t.test('counts are summed to bars that cover the whole time up to now', async (t) => {
  for (const range of RANGES) {
    const bars = toBars([], range, NOW);
    t.equal(bars.length, range.span / range.bar, range.name);
    const last = bars.at(-1)?.at ?? 0;
    t.ok(last <= NOW && NOW < last + range.bar, 'the last one is now');
  }
  const day = RANGES[1] as Range;
  const bars = toBars([count('2030-01-01T10:20:00Z', 2), count('2030-01-01T10:29:00Z', 3, 1)], day, NOW);
  t.match(bars.at(-1), { registered: 5, refused: 1 });
});

t.test('what is older than the chart, or newer, is left out', async (t) => {
  const hour = RANGES[0] as Range;
  const bars = toBars([count('2030-01-01T09:30:00Z', 1), count('2030-01-01T10:31:00Z', 1)], hour, NOW);
  t.equal(
    bars.reduce((sum, { registered }) => sum + registered, 0),
    0,
  );
});
