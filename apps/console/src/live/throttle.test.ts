import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { throttle } from './throttle.js';

t.test('the first call is made at once, those that come too early are one at the end of the pause', async (t) => {
  let calls = 0;
  const throttled = throttle(() => void calls++, 30);
  throttled();
  t.equal(calls, 1);
  throttled();
  throttled();
  t.equal(calls, 1);
  await sleep(60);
  t.equal(calls, 2);
  await sleep(60);
  t.equal(calls, 2, 'nothing is called that nobody asked for');
});

t.test('a call that is put off answers for all that come until it is made', async (t) => {
  let calls = 0;
  const throttled = throttle(() => void calls++, 10, 30);
  throttled();
  throttled();
  t.equal(calls, 0);
  await sleep(60);
  t.equal(calls, 1);
});

t.test('nothing is called after it was cancelled', async (t) => {
  let calls = 0;
  const throttled = throttle(() => void calls++, 10);
  throttled();
  throttled();
  throttled.cancel();
  await sleep(30);
  t.equal(calls, 1);
});
