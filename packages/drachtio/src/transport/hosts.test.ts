import t from 'tap';
import { expandHost, localAddressFor, normalAddress, privateNetworkOf } from './hosts.js';

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
} as unknown as NonNullable<Parameters<typeof expandHost>[1]>;

t.test('wildcards become the addresses of the machine, link-local ones left out', async (t) => {
  t.same(expandHost('0.0.0.0', interfaces), ['127.0.0.1', '192.0.2.10', '10.0.0.10']);
  t.same(expandHost('::', interfaces), ['::1', '2001:db8::10']);
  t.same(expandHost('*', interfaces), ['127.0.0.1', '192.0.2.10', '10.0.0.10', '::1', '2001:db8::10']);
  t.same(expandHost('0:0::1', interfaces), ['::1']);
});

t.test('the address that reaches a destination', async (t) => {
  const ours = expandHost('*', interfaces);
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

t.test('the private network around an address', async (t) => {
  const table: [address: string, network: string | undefined][] = [
    ['127.0.0.1', '127.0.0.0/8'],
    ['10.1.2.3', '10.0.0.0/8'],
    ['172.31.0.1', '172.16.0.0/12'],
    ['172.32.0.1', undefined],
    ['192.168.5.6', '192.168.0.0/16'],
    ['203.0.113.5', undefined],
    ['fd00::1', 'fc00::/7'],
    ['::1', '::1/128'],
    ['2001:db8::1', undefined],
  ];
  for (const [address, network] of table) t.equal(privateNetworkOf(address), network, address);
});
