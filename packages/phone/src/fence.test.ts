import t from 'tap';
import { decideFence, type Fence, type FenceDecision, normalizeAddress } from './fence.js';

const open: Fence = { mode: 'OPEN', address: undefined, countries: [] };
const locked: Fence = { mode: 'LOCKED', address: '198.51.100.7', countries: ['DK'] };
const locked6: Fence = { mode: 'LOCKED', address: '2001:db8::7', countries: [] };
const roaming: Fence = { mode: 'ROAMING', address: '198.51.100.7', countries: ['DK', 'SE'] };

const yes: FenceDecision = { allowed: true, lock: false };
const lock: FenceDecision = { allowed: true, lock: true };
const no = (reason: 'address_not_allowed' | 'country_not_allowed' | 'country_unknown'): FenceDecision => ({
  allowed: false,
  reason,
});

t.test('the fence decides by mode, address and country', async (t) => {
  const table: [title: string, Fence, address: string, country: string | undefined, FenceDecision][] = [
    ['OPEN locks to the first address', open, '203.0.113.9', 'DK', lock],
    ['OPEN needs no country', open, '10.0.0.1', undefined, lock],
    ['LOCKED lets its address in', locked, '198.51.100.7', undefined, yes],
    ['LOCKED keeps every other address out', locked, '198.51.100.8', 'DK', no('address_not_allowed')],
    ['LOCKED does not look at countries', locked, '203.0.113.9', 'DK', no('address_not_allowed')],
    ['LOCKED compares IPv6 in its one spelling', locked6, '2001:db8::7', undefined, yes],
    ['LOCKED keeps another IPv6 address out', locked6, '2001:db8::8', undefined, no('address_not_allowed')],
    [
      'LOCKED without an address lets nobody in',
      { mode: 'LOCKED', address: undefined, countries: [] },
      '203.0.113.9',
      'DK',
      no('address_not_allowed'),
    ],
    ['ROAMING lets a listed country in', roaming, '203.0.113.9', 'SE', yes],
    ['ROAMING never locks', roaming, '198.51.100.7', 'DK', yes],
    ['ROAMING keeps another country out', roaming, '203.0.113.9', 'NO', no('country_not_allowed')],
    ['ROAMING does not look at the address', roaming, '198.51.100.7', 'NO', no('country_not_allowed')],
    ['ROAMING keeps an unknown country out', roaming, '10.0.0.1', undefined, no('country_unknown')],
    [
      'ROAMING without countries lets nobody in',
      { mode: 'ROAMING', address: undefined, countries: [] },
      '203.0.113.9',
      'DK',
      no('country_not_allowed'),
    ],
  ];
  for (const [title, fence, address, country, expected] of table) {
    t.same(decideFence(fence, address, country), expected, title);
  }
});

t.test(
  'an address has one spelling (RFC 5952), and IPv4-mapped IPv6 is the IPv4 address (RFC 4291 2.5.5.2)',
  async (t) => {
    const table: [text: string, expected: string | undefined][] = [
      ['192.0.2.1', '192.0.2.1'],
      ['255.255.255.255', '255.255.255.255'],
      ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
      ['2001:db8::0:1', '2001:db8::1'],
      ['::1', '::1'],
      ['::', '::'],
      ['::ffff:192.0.2.1', '192.0.2.1'],
      ['::FFFF:C000:0201', '192.0.2.1'],
      ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
      ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
      ['', undefined],
      ['192.0.2', undefined],
      ['3221225985', undefined],
      ['0xc0.0.2.1', undefined],
      ['192.0.2.010', undefined],
      ['192.0.2.256', undefined],
      ['192.0.2.1 ', undefined],
      ['192.0.2.1:5060', undefined],
      ['192.0.2.1/32', undefined],
      ['[::1]', undefined],
      ['fe80::1%eth0', undefined],
      ['::ffff:192.0.2.010', undefined],
      ['1::2::3', undefined],
      ['12345::', undefined],
      ['localhost', undefined],
      ['192.0.2.1\0', undefined],
      ['1'.repeat(100_000), undefined],
    ];
    for (const [text, expected] of table) t.equal(normalizeAddress(text), expected, JSON.stringify(text.slice(0, 40)));
  },
);
