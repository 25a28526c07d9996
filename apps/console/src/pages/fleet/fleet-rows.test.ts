import t from 'tap';
import type { Event, ShortPhone } from '../../api/types.js';
import { isOutdated, patchPage, toRow } from './fleet-rows.js';

const NOW = Date.parse('2030-01-01T00:00:00Z');

function phone(_id: string, online: boolean): ShortPhone {
  return {
    ...{ _id, customer: 'c', ip: { mode: 'OPEN' }, sipPhoneModel: { _id: 'm' } },
    status: { configSaved: '2030-01-01T00:00:00.000Z', online, expires: online ? 60 : -1 },
  } as ShortPhone;
}

const page = { total: 2, rows: [toRow(phone('a', true), NOW), toRow(phone('b', false), NOW)] };
const event = (type: string, of: string, more: Partial<Event> = {}): Event => ({
  ...{ id: '1-0', type, at: NOW + 5_000, phone: of },
  ...more,
});

t.test('an online phone counts down from when it was read; an offline one does not', async (t) => {
  t.same(
    page.rows.map(({ expiresAt }) => expiresAt),
    [NOW + 60_000, undefined],
  );
});

t.test('a registration is shown without asking: state, expiry, address and user agent', async (t) => {
  const more = { expires: 600, address: '203.0.113.9', country: 'DK', userAgent: 'snom' };
  const [, row] = patchPage(page, [event('phone.registered', 'b', more)]).rows;
  t.equal(row?.expiresAt, NOW + 605_000);
  t.match(row?.phone, { country: 'DK', status: { online: true, publicIpAddress: '203.0.113.9', userAgent: 'snom' } });
});

t.test('what concerns no phone that is shown leaves the page as it is', async (t) => {
  const batch = [event('phone.registered', 'z'), event('phone.expired', 'z'), event('phone.refused', 'a')];
  t.equal(patchPage(page, batch), page);
  t.equal(isOutdated(page, batch), false);
});

t.test('a refresh needs no reading; a phone that comes, goes, changes, is made or removed does', async (t) => {
  t.equal(isOutdated(page, [event('phone.registered', 'a')]), false);
  t.equal(isOutdated(page, [event('phone.registered', 'b')]), true);
  for (const type of ['phone.expired', 'phone.deregistered', 'phone.disconnected', 'phone.locked', 'phone.changed']) {
    t.equal(isOutdated(page, [event(type, 'a')]), true, type);
  }
  for (const type of ['phone.created', 'phone.deleted']) t.equal(isOutdated(page, [event(type, 'z')]), true, type);
});
