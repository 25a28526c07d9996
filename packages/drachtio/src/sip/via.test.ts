import t from 'tap';
import { formatVia, parseVia, viaAsReceived } from './via.js';

t.test('Vias that are read (RFC 3261 section 20.42)', async (t) => {
  const table: [
    value: string,
    transport: string,
    host: string,
    port: number | undefined,
    branch: string | undefined,
    rport: boolean,
  ][] = [
    ['SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa;rport', 'UDP', '192.0.2.1', 5060, 'z9hG4bKa', true],
    [
      'SIP / 2.0 / tcp first.example.com: 4000;ttl=16 ;branch=z9hG4bKb',
      'TCP',
      'first.example.com',
      4000,
      'z9hG4bKb',
      false,
    ],
    ['SIP/2.0/UDP [2001:db8::9]:5070', 'UDP', '2001:db8::9', 5070, undefined, false],
    ['SIP/2.0/UDP host;rport=7', 'UDP', 'host', undefined, undefined, true],
  ];
  for (const [value, ...expected] of table) {
    const via = parseVia(value);
    t.same([via?.transport, via?.host, via?.port, via?.branch, via?.rport], expected, value);
  }
});

t.test('Vias that are refused', async (t) => {
  for (const value of [
    '',
    'SIP/2.0/UDP',
    'SIP/2.0/UDP ',
    'SIP/1.0/UDP a',
    'SIP/2.0 UDP a',
    'SIP/2.0/UDP a:0',
    'SIP/2.0/UDP ::1',
    'SIP/2.0/U,P a',
    'SIP/2.0/UDP a;;',
  ]) {
    t.equal(parseVia(value), undefined, value);
  }
});

t.test('a received Via says where it came from (RFC 3261 section 18.2.1, RFC 3581 section 4)', async (t) => {
  const table: [sent: string, received: string][] = [
    ['SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa;rport', 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa;rport=1234'],
    [
      'SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bKa',
      'SIP/2.0/UDP 10.0.0.1:5060;rport=1234;branch=z9hG4bKa;received=192.0.2.1',
    ],
    ['SIP/2.0/UDP host;branch=z9hG4bKa', 'SIP/2.0/UDP host;branch=z9hG4bKa;received=192.0.2.1'],
    [
      'SIP/2.0/UDP 10.0.0.1;received=6.6.6.6;branch=z9hG4bKa',
      'SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKa;received=192.0.2.1',
    ],
  ];
  for (const [sent, received] of table) {
    const via = parseVia(sent);
    t.equal(via && formatVia(viaAsReceived(via, '192.0.2.1', 1234)), received);
  }
});
