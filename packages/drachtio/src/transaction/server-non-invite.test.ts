import t from 'tap';
import { ManualClock } from '../testing/manual-clock.js';
import { Timers } from '../timers.js';
import { RFC_DURATIONS } from './machine.js';
import { ServerNonInvite } from './server-non-invite.js';

function start(isReliable = false) {
  const clock = new ManualClock();
  const log: string[] = [];
  const machine = new ServerNonInvite({
    timers: new Timers(clock),
    durations: RFC_DURATIONS,
    isReliable,
    send: (response) => log.push(`${clock.now()} ${response}`),
    terminated: () => log.push(`${clock.now()} terminated`),
  });
  const respond = (status: number) => machine.respond(status, String(status));
  return { clock, log, machine, respond };
}

t.test('a request that comes again before any response is absorbed (section 17.2.2)', async (t) => {
  const { log, machine } = start();
  machine.receiveAgain();
  t.same(log, []);
  t.equal(machine.state, 'trying');
});

t.test('afterwards it gets the last response again, for 64 T1 (timer J)', async (t) => {
  const { clock, log, machine, respond } = start();
  respond(100);
  machine.receiveAgain();
  respond(200);
  clock.advance(10_000);
  machine.receiveAgain();
  clock.advance(22_000);
  t.same(log, ['0 100', '0 100', '0 200', '10000 200', '32000 terminated']);
});

t.test(
  'a challenge is not remembered, so that nobody fills the memory without a password (section 8.2.7)',
  async (t) => {
    for (const status of [401, 407]) {
      const { log, machine, respond } = start();
      respond(status);
      machine.receiveAgain();
      t.same(log, [`0 ${status}`, '0 terminated']);
    }
  },
);

t.test('no response follows a final one', async (t) => {
  const { log, respond } = start();
  t.ok(respond(200));
  t.notOk(respond(404));
  t.notOk(respond(100));
  t.same(log, ['0 200']);
});

t.test('over a reliable transport it ends with the final response', async (t) => {
  const { log, respond } = start(true);
  respond(200);
  t.same(log, ['0 200', '0 terminated']);
});

t.test('one that nobody answers ends when its client has given up (RFC 4320)', async (t) => {
  const { clock, log, respond } = start();
  clock.advance(32_000);
  t.same(log, ['32000 terminated']);
  t.notOk(respond(200));
});
