import t from 'tap';
import { Routes } from './routes.js';

const any = () => true;

t.test('requests are shared exactly in turn', async (t) => {
  const routes = new Routes<string>();
  for (const application of ['a', 'b', 'b', 'c']) routes.add('options', application);
  const turns = Array.from({ length: 7 }, () => routes.next('options', any));
  t.equal(turns.join(''), 'abcabca');
});

t.test('one that is not able is passed over and keeps its turn', async (t) => {
  const routes = new Routes<string>();
  for (const application of ['a', 'b', 'c']) routes.add('options', application);
  t.equal(
    routes.next('options', (application) => application !== 'a'),
    'b',
  );
  t.equal(routes.next('options', any), 'a');
  t.equal(
    routes.next('options', () => false),
    undefined,
  );
});

t.test('removing takes the one verb of the one application', async (t) => {
  const routes = new Routes<string>();
  routes.add('options', 'a');
  routes.add('register', 'a');
  routes.add('options', 'b');
  routes.remove('options', 'a');
  routes.remove('options', 'nobody');
  t.same(routes.all('options'), ['b']);
  t.equal(routes.next('register', any), 'a');
  t.equal(routes.next('message', any), undefined);
});
