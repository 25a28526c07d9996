import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { type NotifyAnswer, Subscription } from './subscription.js';
import type { ResourceState } from './topic.js';

const state = (word: string): ResourceState => ({
  ...{ signs: [], isNews: () => true },
  write: (version) => `${word} ${version}`,
});

/** A subscription whose NOTIFYs are written down, with those that wait for their answer. */
function open(t: Test, answers: 'at once' | 'by hand' = 'at once') {
  const sent: { state: string; body: string; at: number }[] = [];
  const waiting: ((answer: NotifyAnswer) => void)[] = [];
  let ends = 0;
  const subscription = new Subscription({
    ...{ phone: 'p', topic: { key: 'k', signs: [], read: async () => undefined } },
    ...{ event: 'dialog;id=1', contentType: 'text/plain', onEnd: () => ends++ },
  });
  t.teardown(() => subscription.forget());
  subscription.prepare(state('first'));
  const send = (headers: Record<string, string>, body: string) => {
    sent.push({ state: headers['Subscription-State'] ?? '', body, at: performance.now() });
    if (answers === 'at once') return Promise.resolve({ status: 200, retryAfter: undefined });
    return new Promise<NotifyAnswer>((resolve) => waiting.push(resolve));
  };
  return { subscription, sent, waiting, begin: (seconds = 60) => subscription.begin(send, seconds), ends: () => ends };
}

const bodies = (sent: readonly { body: string }[]) => sent.map(({ body }) => body);

t.test('of many changes the first is told at once, and then the last, a quarter of a second later', async (t) => {
  const { subscription, sent, begin } = open(t);
  subscription.tell(state('before'));
  begin();
  for (let i = 0; i < 100; i++) {
    subscription.tell(state(`change${i}`));
    await sleep(1);
  }
  await sleep(300);
  t.same(bodies(sent), ['before 0', 'change99 1']);
  t.ok((sent[1]?.at ?? 0) - (sent[0]?.at ?? 0) >= 249);
});

t.test('one NOTIFY waits for the answer to the one before (RFC 6665 4.2.2)', async (t) => {
  const { subscription, sent, waiting, begin } = open(t, 'by hand');
  begin();
  await sleep(270);
  subscription.tell(state('second'));
  subscription.tell(state('third'));
  t.same(bodies(sent), ['first 0']);
  waiting[0]?.({ status: 200, retryAfter: undefined });
  await sleep(5);
  t.same(bodies(sent), ['first 0', 'third 1']);
  waiting[1]?.({ status: 503, retryAfter: 0 });
  await sleep(270);
  t.same(bodies(sent), ['first 0', 'third 1', 'third 2'], 'what was put off is told again');
});

t.test('the end is told once, whatever is under way, and nothing after it', async (t) => {
  const { subscription, sent, waiting, begin, ends } = open(t, 'by hand');
  begin();
  subscription.end('probation', 9);
  subscription.end('timeout');
  subscription.tell(state('late'));
  subscription.refresh(60);
  waiting[0]?.({ status: 481, retryAfter: undefined });
  await sleep(5);
  t.same(
    sent.map(({ state }) => state),
    ['active;expires=60', 'terminated;reason=probation;retry-after=9'],
  );
  t.equal(ends(), 1);
  t.ok(subscription.isOver);

  const gone = open(t);
  gone.begin();
  gone.subscription.tell(undefined);
  t.match(gone.sent.at(-1), { state: 'terminated;reason=noresource', body: '' });
});
