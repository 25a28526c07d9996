import t from 'tap';
import { Bench } from './testing/bench.js';

let offset = 0;
const bench = await Bench.start({ now: () => Date.now() + offset });
t.teardown(() => bench.close());

const HOUR = 3_600_000;

t.test('a clock that is put on or back by hours turns no phone away', async (t) => {
  const account = await bench.account();
  const phone = await bench.phone(account);
  t.equal((await phone.register({ callId: 'steady' })).status, 200);
  for (const step of [-HOUR, HOUR, 2 * HOUR, -2 * HOUR, 24 * HOUR, 0]) {
    const challenge = await phone.ask({ method: 'REGISTER', callId: 'steady' });
    offset = step;
    const answer = await phone.ask(phone.answering(challenge, { method: 'REGISTER', callId: 'steady' }));
    // The nonce may be too old by now, or used before one that seems older: then there is a new one.
    if (answer.status === 401) t.match(answer.header('WWW-Authenticate'), /stale=true/);
    const again = await phone.register({ callId: 'steady' });
    t.equal(again.status, 200, `${step / HOUR} hours`);
    t.match(again.header('Contact'), /;expires=(30[01]|299)$/);
    const [binding, ...others] = await bench.store.bindings.live(account.id, Date.now() + offset);
    t.strictSame(others, []);
    t.ok(Math.abs((binding?.expiresAt ?? 0) - Date.now() - offset - 300_000) < 5_000);
  }
});
