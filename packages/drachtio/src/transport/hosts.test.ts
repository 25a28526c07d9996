import t from 'tap';
import { expandHosts, localAddressFor, normalAddress } from './hosts.js';

const interfaces = {
  lo: [
    { address: '127.0.0.1', family: 'IPv4', cidr: '127.0.0.1/8' },
    { address: '::1', family: 'IPv6', cidr: '::1/128' },
  ],
  eth0: [
    { address: '192.0.2.10', family: 'IPv4', cidr: '192.0.2.10/24' },
    { address: '2001:db8::10', family: 'IPv6', cidr: '2001:db8::10/64' },
    { address: 'fe80::1', family: 'IPv6', cidr: 'fe80::1/64' },
  ],
  eth1: [{ address: '10.0.0.10', family: 'IPv4', cidr: '10.0.0.10/8' }],
} as unknown as NonNullable<Parameters<typeof expandHosts>[1]>;

t.test('wildcards become the addresses of the machine, link-local ones left out', async (t) => {
  t.same(expandHosts(['0.0.0.0'], interfaces), ['127.0.0.1', '192.0.2.10', '10.0.0.10']);
  t.same(expandHosts(['::'], interfaces), ['::1', '2001:db8::10']);
  t.same(expandHosts(['127.0.0.1', '0:0::1', '127.0.0.1'], interfaces), ['127.0.0.1', '::1']);
  t.throws(() => expandHosts(['localhost'], interfaces), /"localhost" is not an IP address/);
});

t.test('the address that reaches a destination', async (t) => {
  const ours = expandHosts(['0.0.0.0', '::'], interfaces);
  const table: [destination: string, local: string | undefined][] = [
    ['127.0.0.5', '127.0.0.1'],
    ['192.0.2.77', '192.0.2.10'],
    ['10.9.9.9', '10.0.0.10'],
    ['8.8.8.8', '192.0.2.10'],
    ['::1', '::1'],
    ['2001:4860::1', '2001:db8::10'],
  ];
  for (const [destination, local] of table) t.equal(localAddressFor(destination, ours, interfaces), local, destination);
  t.equal(localAddressFor('::1', ['127.0.0.1'], interfaces), undefined);
  t.equal(localAddressFor('8.8.8.8', ['127.0.0.1'], interfaces), '127.0.0.1', 'the only one there is');
});

t.test('addresses in their usual text', async (t) => {
  t.equal(normalAddress('::ffff:192.0.2.1'), '192.0.2.1');
  t.equal(normalAddress('2001:DB8:0:0::1'), '2001:db8::1');
  t.equal(normalAddress('fe80::1%eth0'), 'fe80::1');
});
