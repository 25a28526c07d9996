import t from 'tap';
import { addressOrder } from './address-order.js';

t.test('addresses are in the order of their numbers, IPv4 before IPv6', async (t) => {
  const ordered = [
    '9.0.0.1',
    '10.0.0.2',
    '10.0.0.10',
    '255.255.255.255',
    '::1',
    '2001:db8:9::',
    '2001:db8:10::',
    'ff00::',
  ];
  t.same(
    [...ordered].reverse().sort((a, b) => addressOrder(a) - addressOrder(b)),
    ordered,
  );
});
