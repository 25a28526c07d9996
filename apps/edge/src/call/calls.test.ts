import t from 'tap';
import { Calls } from './calls.js';

t.test('there are never more calls than allowed, overall or of a phone', (t) => {
  const calls = new Calls({ max: 3, perPhone: 2 });
  const first = calls.start('a');
  t.ok(first);
  t.ok(calls.start('a'));
  t.equal(calls.start('a'), undefined);
  t.ok(calls.start('b'));
  t.equal(calls.start('c'), undefined);
  first?.release();
  first?.release();
  t.equal(calls.size, 2);
  t.ok(calls.start('c'));
  t.equal(calls.start('a'), undefined);
  t.end();
});

t.test('a phone is busy while it takes part in a call', (t) => {
  const calls = new Calls({ max: 10, perPhone: 10 });
  const call = calls.start('a');
  call?.join('b');
  call?.join('b');
  t.ok(calls.isBusy('a') && calls.isBusy('b'));
  call?.release();
  t.notOk(calls.isBusy('a') || calls.isBusy('b'));
  t.end();
});

t.test('ending all calls waits until each is released', async (t) => {
  const calls = new Calls({ max: 10, perPhone: 10 });
  const all = [calls.start('a'), calls.start('b')];
  for (const call of all) call?.over.addEventListener('abort', () => setImmediate(() => call.release()));
  await calls.endAll();
  t.equal(calls.size, 0);
});
