import type { NaptrRecord, SrvRecord } from 'node:dns';
import { isIP } from 'node:net';
import t from 'tap';
import { parseUri } from '../sip/uri.js';
import type { Transport } from './hop.js';
import { findTargets, inSrvOrder } from './targets.js';

const srv = (name: string, port: number, priority = 1, weight = 0): SrvRecord => ({ name, port, priority, weight });
const naptr = (order: number, service: string, replacement: string, flags = 's', preference = 1): NaptrRecord => ({
  ...{ order, preference, flags, service, regexp: '', replacement },
});

const both = naptr(1, 'SIP+D2U', '_sip._udp.both');
const zone: {
  naptr: Record<string, NaptrRecord[]>;
  srv: Record<string, SrvRecord[]>;
  addresses: Record<string, string[]>;
} = {
  naptr: {
    'naptr.test': [
      naptr(30, 'SIP+D2U', '_sip._udp.naptr.test'),
      naptr(20, 'SIP+D2T', '_sip._tcp.naptr.test'),
      naptr(10, 'SIPS+D2T', '_sips._tcp.naptr.test'),
      naptr(5, 'E2U+sip', 'nothing.test'),
    ],
    'preferred.test': [
      naptr(1, 'SIP+D2T', '_sip._tcp.srv.test', 's', 9),
      naptr(1, 'sip+d2u', '_sip._udp.srv.test', 'S', 2),
    ],
    'direct.test': [naptr(1, 'SIP+D2T', 'host.test', 'a')],
    'unusable.test': [naptr(1, 'SIPS+D2T', '_sips._tcp.unusable.test')],
    'both.test': [both],
  },
  srv: {
    '_sip._udp.naptr.test': [srv('udp.test', 5062)],
    '_sip._tcp.naptr.test': [srv('tcp.test', 5063)],
    '_sip._udp.srv.test': [srv('second.test', 5065, 20), srv('first.test', 5064, 10)],
    '_sip._tcp.srv.test': [srv('tcp.test', 5066)],
    '_sip._tcp.onlytcp.test': [srv('tcp.test', 5067)],
    '_sips._tcp.naptr.test': [srv('tls.test', 5071)],
    '_sips._tcp.secure.test': [srv('tls.test', 5072)],
    '_sip._udp.denied.test': [srv('.', 0)],
    '_sip._udp.dead.test': [srv('nowhere.test', 5060)],
  },
  addresses: {
    'udp.test': ['192.0.2.1'],
    'tcp.test': ['192.0.2.2'],
    'tls.test': ['192.0.2.11'],
    'first.test': ['192.0.2.3', '2001:db8::3'],
    'second.test': ['192.0.2.4'],
    'host.test': ['192.0.2.5'],
    'naptr.test': ['192.0.2.6'],
    'srv.test': ['192.0.2.7'],
    'denied.test': ['192.0.2.8'],
    'dead.test': ['192.0.2.9'],
    'unusable.test': ['192.0.2.10'],
  },
};

const names = {
  naptr: async (name: string) => zone.naptr[name] ?? [],
  srv: async (name: string) => zone.srv[name] ?? [],
  addresses: async (name: string) => zone.addresses[name] ?? (isIP(name) ? [name] : undefined),
};

async function targets(text: string, spoken: Transport[] = ['udp', 'tcp']): Promise<string[]> {
  const uri = parseUri(text);
  if (uri === undefined) throw new Error('no URI');
  const { scheme, host, port, parameters } = uri;
  const found = await findTargets(
    { scheme, host, port, parameters, isNumeric: isIP(host) !== 0 },
    { names, spoken, random: () => 0 },
  );
  return found.map(({ transport, address, port }) => `${transport} ${address} ${port}`);
}

t.test('where a URI leads (RFC 3263 sections 4.1 and 4.2)', async (t) => {
  const table: [what: string, uri: string, targets: string[]][] = [
    [
      'NAPTR by order, unknown and unspoken services left out',
      'sip:naptr.test',
      ['tcp 192.0.2.2 5063', 'udp 192.0.2.1 5062'],
    ],
    [
      'NAPTR of one order by preference, in any case',
      'sip:preferred.test',
      ['udp 192.0.2.3 5064', 'udp 2001:db8::3 5064', 'udp 192.0.2.4 5065', 'tcp 192.0.2.2 5066'],
    ],
    ['a NAPTR that names a host', 'sip:direct.test', ['tcp 192.0.2.5 5060']],
    ['no usable NAPTR and no SRV: UDP to the name', 'sip:unusable.test', ['udp 192.0.2.10 5060']],
    [
      'no NAPTR: SRV by priority, UDP before TCP',
      'sip:srv.test',
      ['udp 192.0.2.3 5064', 'udp 2001:db8::3 5064', 'udp 192.0.2.4 5065', 'tcp 192.0.2.2 5066'],
    ],
    ['no NAPTR, SRV of TCP alone', 'sip:onlytcp.test', ['tcp 192.0.2.2 5067']],
    ['neither: the name itself over UDP', 'sip:host.test', ['udp 192.0.2.5 5060']],
    ['a port keeps NAPTR and SRV out', 'sip:naptr.test:5070', ['udp 192.0.2.6 5070']],
    ['a port and a transport as well', 'sip:srv.test:5070;transport=tcp', ['tcp 192.0.2.7 5070']],
    ['a transport keeps NAPTR out', 'sip:naptr.test;transport=udp', ['udp 192.0.2.1 5062']],
    ['a transport without SRV: the name itself', 'sip:host.test;transport=tcp', ['tcp 192.0.2.5 5060']],
    ['a service that is decidedly not there (RFC 2782)', 'sip:denied.test;transport=udp', []],
    ['nor for the name without a transport', 'sip:denied.test', []],
    ['an SRV record whose host has no address', 'sip:dead.test', []],
    ['a name that is not there', 'sip:nothing.test', []],
    ['a transport that nobody speaks', 'sip:host.test;transport=sctp', []],
  ];
  for (const [what, uri, expected] of table) t.same(await targets(uri), expected, what);
});

t.test('a sips URI leads over TLS only (RFC 3263 section 4.1)', async (t) => {
  const table: [what: string, uri: string, targets: string[]][] = [
    ['NAPTR of TLS alone', 'sips:naptr.test', ['tls 192.0.2.11 5071']],
    ['SRV of TLS', 'sips:secure.test', ['tls 192.0.2.11 5072']],
    ['neither: the name itself', 'sips:host.test', ['tls 192.0.2.5 5061']],
    ['transport=tcp means TLS over TCP', 'sips:secure.test;transport=tcp', ['tls 192.0.2.11 5072']],
    ['transport=udp means nothing', 'sips:secure.test;transport=udp', []],
    ['a port', 'sips:host.test:5070', ['tls 192.0.2.5 5070']],
    [
      'a sip URI by NAPTR, the most preferred first',
      'sip:naptr.test',
      ['tls 192.0.2.11 5071', 'tcp 192.0.2.2 5063', 'udp 192.0.2.1 5062'],
    ],
    ['a sip URI by SRV alone is not encrypted', 'sip:secure.test', []],
    ['a sip URI that names TLS', 'sip:secure.test;transport=tls', ['tls 192.0.2.11 5072']],
    ['WebSockets have no records', 'sip:host.test;transport=ws', ['ws 192.0.2.5 80']],
  ];
  for (const [what, uri, expected] of table)
    t.same(await targets(uri, ['udp', 'tcp', 'tls', 'ws', 'wss']), expected, what);
  t.same(await targets('sips:secure.test', ['udp', 'tcp']), [], 'not without TLS');
});

t.test('a name that leads to thousands leads to sixteen', async (t) => {
  const many = Array.from({ length: 2_000 }, (_, n) => srv('udp.test', 1_000 + n));
  let asked = 0;
  const flood = {
    naptr: async () => Array.from({ length: 500 }, (_, n) => naptr(n, 'SIP+D2U', `${n}.test`)),
    srv: async () => {
      asked += 1;
      return many;
    },
    addresses: async () => ['192.0.2.1', '192.0.2.2'],
  };
  const destination = {
    scheme: 'sip',
    host: 'a.test',
    port: undefined,
    parameters: new Map(),
    isNumeric: false,
  } as const;
  t.equal((await findTargets(destination, { names: flood, spoken: ['udp'] })).length, 16);
  t.ok(asked < 20);
});

t.test('what is not spoken is not chosen', async (t) => {
  t.same(await targets('sip:naptr.test', ['udp']), ['udp 192.0.2.1 5062']);
  t.same(await targets('sip:onlytcp.test', ['udp']), []);
});

t.test('SRV records of one priority are chosen by weight (RFC 2782)', async (t) => {
  const records = [srv('a', 1, 1, 10), srv('b', 1, 1, 30), srv('c', 1, 1, 60), srv('later', 1, 2, 100)];
  const first: Record<string, number> = {};
  for (let n = 0; n < 1_000; n += 1) {
    const [name = ''] = inSrvOrder(records, () => n / 1_000).map(({ name }) => name);
    first[name] = (first[name] ?? 0) + 1;
  }
  t.same(first, { a: 100, b: 300, c: 600 });
  t.equal(inSrvOrder(records, Math.random).at(-1)?.name, 'later');
  t.equal(inSrvOrder([srv('a', 1), srv('b', 1)], Math.random).length, 2, 'weights of zero');
});
