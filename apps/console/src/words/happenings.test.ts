import t from 'tap';
import { refusalReason, tell } from './happenings.js';

const event = { id: '1-0', at: 1, address: '203.0.113.9', country: 'DK' };

t.test('a refusal is told with its reason, and where it came from', async (t) => {
  const refused = { ...event, type: 'phone.refused', method: 'REGISTER', reason: 'address_not_allowed' };
  t.same(tell(refused), {
    title: 'REGISTER refused',
    detail: 'The phone is locked to another address · 203.0.113.9, Denmark',
    tone: 'bad',
  });
});

t.test('a move tells from where to where', async (t) => {
  const moved = { ...event, type: 'phone.moved', formerAddress: '198.51.100.7', formerCountry: 'SE' };
  t.equal(tell(moved).detail, 'From 198.51.100.7, Sweden to 203.0.113.9, Denmark');
});

t.test('what a phone answered to being told something is good or bad', async (t) => {
  const notified = { ...event, type: 'phone.notified', action: 'reboot' };
  t.match(tell({ ...notified, status: 200 }), { detail: 'It answered 200', tone: 'good' });
  t.match(tell({ ...notified, status: 489 }), { tone: 'bad' });
  t.match(tell({ ...notified, reason: 'offline' }), { detail: /gone offline/, tone: 'bad' });
});

t.test('what nobody has words for is told as it is', async (t) => {
  t.equal(tell({ ...event, type: 'phone.flown' }).title, 'phone.flown');
  t.equal(refusalReason('too_green'), 'too_green');
});
