import t from 'tap';
import { clockTime, shortDuration } from './time.js';

t.test('a duration is told in its two largest units', async (t) => {
  const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];
  for (const [ms, text] of [
    [0, '0 s'],
    [45 * second, '45 s'],
    [3 * minute + 7 * second, '3:07'],
    [hour + 2 * minute + 5 * second, '1:02:05'],
    [3 * day + 4 * hour + minute, '3 d 4 h'],
  ] as const) {
    t.equal(shortDuration(ms), text);
  }
});

t.test('a time of another day is told with its day', async (t) => {
  const at = new Date(2030, 0, 15, 10, 30).getTime();
  t.match(clockTime(at, at), /^10:30:00$/);
  t.match(clockTime(at, at + 86_400_000), /15.*10:30:00$/);
});
