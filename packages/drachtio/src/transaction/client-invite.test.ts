import t from 'tap';
import { ManualClock } from '../testing/manual-clock.js';
import { request, responseTo } from '../testing/messages.js';
import { Timers } from '../timers.js';
import { ClientInvite } from './client-invite.js';
import { RFC_DURATIONS } from './machine.js';

const invite = request({ method: 'INVITE' });

function start(isReliable = false) {
  const clock = new ManualClock();
  const log: string[] = [];
  const note = (what: string) => () => log.push(`${clock.now()} ${what}`);
  const machine = new ClientInvite({
    timers: new Timers(clock),
    durations: RFC_DURATIONS,
    isReliable,
    inviteAge: 180_000,
    sendRequest: note('INVITE'),
    sendAck: (response) => log.push(`${clock.now()} ACK ${response.status}`),
    respond: (response) => log.push(`${clock.now()} up ${response.status}`),
    timedOut: note('timed out'),
    terminated: note('terminated'),
  });
  machine.start();
  const receive = (status: number) => machine.receive(responseTo(invite, status));
  return { clock, log, machine, receive };
}

t.test(
  'an unanswered INVITE is sent again at doubling intervals for 64 T1 (timers A and B, section 17.1.1.2)',
  async (t) => {
    const { clock, log } = start();
    clock.advance(100_000);
    t.same(log, [
      '0 INVITE',
      '500 INVITE',
      '1500 INVITE',
      '3500 INVITE',
      '7500 INVITE',
      '15500 INVITE',
      '31500 INVITE',
      '32000 timed out',
      '32000 terminated',
    ]);
  },
);

t.test('over a reliable transport it is sent once', async (t) => {
  const { clock, log } = start(true);
  clock.advance(100_000);
  t.same(log, ['0 INVITE', '32000 timed out', '32000 terminated']);
});

t.test('a provisional response ends retransmission; without another the INVITE ends with its age', async (t) => {
  const { clock, log, machine, receive } = start();
  clock.advance(600);
  receive(180);
  t.equal(machine.state, 'proceeding');
  clock.advance(100_000);
  receive(183);
  clock.advance(179_999);
  t.same(log, ['0 INVITE', '500 INVITE', '600 up 180', '100600 up 183']);
  clock.advance(1);
  t.equal(log.at(-1), '280600 terminated');
});

t.test('a failure is acknowledged each time it comes and told once, for 32 s (timer D)', async (t) => {
  const { clock, log, machine, receive } = start();
  receive(486);
  t.equal(machine.state, 'completed');
  clock.advance(500);
  receive(486);
  receive(200);
  receive(180);
  clock.advance(31_500);
  receive(486);
  t.same(log, ['0 INVITE', '0 ACK 486', '0 up 486', '500 ACK 486', '32000 terminated']);
});

t.test('over a reliable transport a failure ends it at once', async (t) => {
  const { log, receive } = start(true);
  receive(486);
  t.same(log, ['0 INVITE', '0 ACK 486', '0 up 486', '0 terminated']);
});

t.test('every 2xx is told for 64 T1 (timer M, RFC 6026 section 7.2), nothing else is', async (t) => {
  const { clock, log, machine, receive } = start();
  receive(180);
  receive(200);
  t.equal(machine.state, 'accepted');
  clock.advance(500);
  receive(200);
  receive(486);
  receive(180);
  clock.advance(31_500);
  receive(200);
  t.same(log, ['0 INVITE', '0 up 180', '0 up 200', '500 up 200', '32000 terminated']);
});

t.test('once stopped it does nothing more', async (t) => {
  const { clock, log, machine, receive } = start();
  machine.stop();
  receive(200);
  clock.advance(100_000);
  t.same(log, ['0 INVITE', '0 terminated']);
});
