import t from 'tap';
import { startApplication } from './application.js';
import { except } from './differences.js';
import { RawApplication } from './raw-application.js';
import { openPhone, startTarget } from './target.js';

/** Strangers at the application port. */
const target = await startTarget(t);

t.test('half-open application connections keep nobody out', async (t) => {
  const opened = await Promise.all(Array.from({ length: 50 }, () => RawApplication.open(t, target)));
  for (const [n, raw] of opened.entries()) raw.sendBytes(['', '5', '60#half', '60#'][n % 4] ?? '');
  await startApplication(t, target, { options: (_, res) => res.send(200) });
  t.equal((await (await openPhone(t, target)).ask('OPTIONS')).status, 200);
});

t.test(
  'an unauthenticated connection can’t make the server hold a long frame',
  except(target, 'frameSize'),
  async (t) => {
    const raw = await RawApplication.open(t, target);
    raw.sendBytes(`60000#${'x'.repeat(50_000)}`);
    await raw.closed(1_000);
    t.pass('closed');
  },
);
