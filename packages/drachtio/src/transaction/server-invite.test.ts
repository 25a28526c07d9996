import t from 'tap';
import { ManualClock } from '../testing/manual-clock.js';
import { Timers } from '../timers.js';
import { RFC_DURATIONS } from './machine.js';
import { ServerInvite } from './server-invite.js';

function start(isReliable = false) {
  const clock = new ManualClock();
  const log: string[] = [];
  const machine = new ServerInvite({
    timers: new Timers(clock),
    durations: RFC_DURATIONS,
    isReliable,
    inviteAge: 600_000,
    send: (response) => log.push(`${clock.now()} ${response}`),
    expired: () => log.push(`${clock.now()} expired`),
    terminated: () => log.push(`${clock.now()} terminated`),
  });
  const respond = (status: number) => machine.respond(status, String(status));
  return { clock, log, machine, respond };
}

t.test('an INVITE that comes again gets the last provisional response (section 17.2.1)', async (t) => {
  const { log, machine, respond } = start();
  respond(100);
  machine.receiveAgain();
  respond(180);
  machine.receiveAgain();
  t.same(log, ['0 100', '0 100', '0 180', '0 180']);
});

t.test('a provisional response is repeated each minute (section 13.3.1.1), a 100 is not', async (t) => {
  const { clock, log, respond } = start();
  respond(100);
  clock.advance(70_000);
  respond(180);
  clock.advance(125_000);
  t.same(log, ['0 100', '70000 180', '130000 180', '190000 180']);
});

t.test('a failure is sent again until its ACK comes (timer G), which is absorbed for T4 (timer I)', async (t) => {
  const { clock, log, machine, respond } = start();
  t.ok(respond(486));
  clock.advance(8_000);
  machine.receiveAgain();
  t.ok(machine.receiveAck());
  t.equal(machine.state, 'confirmed');
  machine.receiveAgain();
  clock.advance(4_000);
  t.ok(machine.receiveAck(), 'an ACK that comes again is absorbed');
  clock.advance(1_000);
  t.same(log, ['0 486', '500 486', '1500 486', '3500 486', '7500 486', '8000 486', '13000 terminated']);
});

t.test('without an ACK a failure is given up after 64 T1 (timer H)', async (t) => {
  const { clock, log, respond } = start();
  respond(404);
  clock.advance(100_000);
  t.equal(log.length, 12);
  t.equal(log.at(-1), '32000 terminated');
});

t.test('over a reliable transport a failure is sent once', async (t) => {
  const { clock, log, machine, respond } = start(true);
  respond(404);
  clock.advance(10_000);
  machine.receiveAck();
  t.same(log, ['0 404', '10000 terminated']);
});

t.test('after a 2xx INVITEs are absorbed and ACKs are not its own (Accepted, RFC 6026 section 7.1)', async (t) => {
  const { clock, log, machine, respond } = start();
  respond(200);
  t.equal(machine.state, 'accepted');
  machine.receiveAgain();
  t.notOk(machine.receiveAck());
  clock.advance(100_000);
  t.same(log, ['0 200', '32000 terminated']);
});

t.test('no response follows a final one', async (t) => {
  const { log, respond } = start();
  respond(486);
  t.notOk(respond(200));
  t.notOk(respond(180));
  t.same(log, ['0 486']);
});

t.test('one without a final response expires', async (t) => {
  const { clock, log } = start();
  clock.advance(600_000);
  t.same(log, ['600000 expired']);
});
