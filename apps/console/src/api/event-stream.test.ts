import t from 'tap';
import { pauseAfter } from './event-stream.js';

t.test('each attempt waits twice as long as the one before, within limits, and not all at the same time', async (t) => {
  t.same(
    [0, 1, 2, 3].map((failures) => pauseAfter(failures, 1)),
    [1_000, 2_000, 4_000, 8_000],
  );
  t.equal(pauseAfter(50, 1), 15_000);
  t.equal(pauseAfter(2, 0), 2_000);
});
