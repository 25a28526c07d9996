import t from 'tap';
import { RateLimit } from './rate-limit.js';

t.test('a burst is let through, then so many a second', (t) => {
  const limit = new RateLimit({ burst: 3, perSecond: 2, keys: 10 });
  t.strictSame(
    [0, 0, 0, 0].map((now) => limit.take('a', now)),
    [true, true, true, false],
  );
  t.ok(limit.take('b', 0), 'another key has its own');
  t.strictSame(
    [499, 500, 501, 1_000].map((now) => limit.take('a', now)),
    [false, true, false, true],
  );
  t.strictSame(
    [60_000, 60_000, 60_000, 60_000].map((now) => limit.take('a', now)),
    [true, true, true, false],
  );
  t.end();
});

t.test('a clock that goes back does no harm', (t) => {
  const limit = new RateLimit({ burst: 1, perSecond: 1, keys: 10 });
  t.ok(limit.take('a', 10_000));
  t.notOk(limit.take('a', 0));
  t.ok(limit.take('a', 1_000));
  t.end();
});

t.test('the key that was used longest ago is forgotten first', (t) => {
  const limit = new RateLimit({ burst: 1, perSecond: 0, keys: 2 });
  t.ok(limit.take('a', 0));
  t.ok(limit.take('b', 0));
  t.notOk(limit.take('a', 0));
  t.ok(limit.take('c', 0));
  t.notOk(limit.take('a', 0), 'a was used after b');
  t.ok(limit.take('b', 0), 'b was forgotten');
  t.end();
});
