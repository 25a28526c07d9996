import t from 'tap';
import { ManualClock } from '../testing/manual-clock.js';
import { request, responseTo } from '../testing/messages.js';
import { Timers } from '../timers.js';
import { ClientNonInvite } from './client-non-invite.js';
import { RFC_DURATIONS } from './machine.js';

const options = request();

function start(isReliable = false) {
  const clock = new ManualClock();
  const log: string[] = [];
  const note = (what: string) => () => log.push(`${clock.now()} ${what}`);
  const machine = new ClientNonInvite({
    timers: new Timers(clock),
    durations: RFC_DURATIONS,
    isReliable,
    sendRequest: note('OPTIONS'),
    respond: (response) => log.push(`${clock.now()} up ${response.status}`),
    timedOut: note('timed out'),
    terminated: note('terminated'),
  });
  machine.start();
  const receive = (status: number) => machine.receive(responseTo(options, status));
  return { clock, log, machine, receive };
}

t.test(
  'an unanswered request is sent again, at most every T2, for 64 T1 (timers E and F, section 17.1.2.2)',
  async (t) => {
    const { clock, log } = start();
    clock.advance(100_000);
    const times = [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
    t.same(log, [...times.map((time) => `${time} OPTIONS`), '32000 timed out', '32000 terminated']);
  },
);

t.test('after a provisional response it is sent every T2', async (t) => {
  const { clock, log, machine, receive } = start();
  clock.advance(100);
  receive(100);
  t.equal(machine.state, 'proceeding');
  clock.advance(9_000);
  t.same(log, ['0 OPTIONS', '100 up 100', '500 OPTIONS', '4500 OPTIONS', '8500 OPTIONS']);
});

t.test('a final response is told once; those that come again are absorbed for T4 (timer K)', async (t) => {
  const { clock, log, machine, receive } = start();
  receive(200);
  t.equal(machine.state, 'completed');
  clock.advance(1_000);
  receive(200);
  receive(404);
  clock.advance(4_000);
  t.same(log, ['0 OPTIONS', '0 up 200', '5000 terminated']);
});

t.test('over a reliable transport it is sent once and ends with the final response', async (t) => {
  const { clock, log, receive } = start(true);
  clock.advance(5_000);
  receive(404);
  clock.advance(100_000);
  t.same(log, ['0 OPTIONS', '5000 up 404', '5000 terminated']);
});
