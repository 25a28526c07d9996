import t from 'tap';
import { layOutKeys } from './softkeys.js';

const none = { count: 0, softkeys: 0, name: '' };

t.test('keys are spread evenly over as few pages as they fit on', async (t) => {
  t.same(layOutKeys(0, '', none), []);
  t.same(layOutKeys(10, 'Desk phone', none), [{ title: 'Keys', first: 0, count: 10 }]);
  t.same(
    layOutKeys(27, '', none).map(({ first, count }) => [first, count]),
    [
      [0, 9],
      [9, 9],
      [18, 9],
    ],
  );
});

t.test('a model that tells of its pages has that many', async (t) => {
  const pages = layOutKeys(24, 'Desk phone with a colour display and 6 labelled keys on 4 pages', none);
  t.same(
    pages.map(({ count }) => count),
    [6, 6, 6, 6],
  );
});

t.test('the keys of side panels come after those of the phone', async (t) => {
  const [, one, other] = layOutKeys(6, '', { count: 2, softkeys: 18, name: 'D7' });
  t.same(one, { title: 'D7 1', first: 6, count: 18 });
  t.same(other, { title: 'D7 2', first: 24, count: 18 });
});
