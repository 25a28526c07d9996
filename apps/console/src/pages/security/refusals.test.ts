import t from 'tap';
import type { Event } from '../../api/types.js';
import { countBy, matching, REFUSALS_KEPT, withNew } from './refusals.js';

const refusal = (n: number, more: Partial<Event> = {}): Event => ({
  ...{ id: `${n}-0`, type: 'phone.refused', at: n, reason: 'wrong_password', address: '203.0.113.9' },
  ...more,
});

t.test('new refusals come first, each once, and the oldest fall out', async (t) => {
  const before = [refusal(2), refusal(1)];
  const other = { ...refusal(5), type: 'phone.registered' };
  t.same(
    withNew(before, [refusal(2), refusal(3), refusal(4), other]).map(({ at }) => at),
    [4, 3, 2, 1],
  );
  t.equal(withNew(before, [other]), before, 'nothing new is nothing new');
  const many = Array.from({ length: REFUSALS_KEPT + 5 }, (_, n) => refusal(n + 10));
  t.equal(withNew(before, many).length, REFUSALS_KEPT);
});

t.test('refusals are counted by what they have, the most frequent first', async (t) => {
  const all = [refusal(1, { country: 'DK' }), refusal(2, { country: 'SE' }), refusal(3, { country: 'SE' }), refusal(4)];
  t.same(countBy(all, 'country'), [
    ['SE', 2],
    ['DK', 1],
    ['', 1],
  ]);
  t.same(
    matching(all, { country: 'SE', reason: 'wrong_password' }).map(({ at }) => at),
    [2, 3],
  );
  t.same(
    matching(all, { country: '' }).map(({ at }) => at),
    [4],
  );
  t.equal(matching(all, {}), all);
});
