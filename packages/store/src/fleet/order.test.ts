import type { IpMode } from '@ringfence/phone';
import t from 'tap';
import { FLEET_ORDERS, pageOf } from './order.js';
import type { FleetRow } from './row.js';

const MODES: IpMode[] = ['OPEN', 'LOCKED', 'ROAMING'];

function rowOf(at: number): FleetRow {
  const some = (count: number) => Math.floor(Math.random() * count);
  return {
    ...{
      id: String(at).padStart(24, '0'),
      created: Math.floor(at / 2),
      customer: 'c',
      model: `m${some(9)}`,
      mode: MODES[some(3)] as IpMode,
    },
    extension: some(3) ? { number: String(some(1_000)), name: '' } : undefined,
    ...{ text: '', hasLongNotes: false, address: '', addressOrder: some(2) ? some(99) : undefined },
    ...{ country: some(2) ? 'DK' : undefined, userAgent: some(2) ? 'a' : '', contact: undefined, expiresAt: some(50) },
  };
}

const models = new Map(Array.from({ length: 8 }, (_, at) => [`m${at}`, 8 - at]));

t.test('the pages of an order are the parts of the whole, each phone on one of them', async (t) => {
  for (const order of FLEET_ORDERS) {
    for (const size of [0, 1, 2, 99, 1_000]) {
      const rows = Array.from({ length: size }, (_, at) => rowOf(at));
      const by = { order, descending: size % 2 === 0 };
      const surroundings = { now: 25, models };
      const whole = pageOf(rows, by, { offset: 0, limit: size }, surroundings);
      const parts = Array.from({ length: Math.ceil(size / 7) }, (_, at) =>
        pageOf(rows, by, { offset: at * 7, limit: 7 }, surroundings),
      );
      t.strictSame(
        parts.flat().map(({ id }) => id),
        whole.map(({ id }) => id),
        `${order} of ${size}`,
      );
      t.equal(new Set(whole).size, size);
    }
  }
});
