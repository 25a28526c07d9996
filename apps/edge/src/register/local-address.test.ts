import t from 'tap';
import { localAddressOf } from './local-address.js';

const PUBLIC_VIA = 'SIP/2.0/UDP phone.example.com:5060;branch=z9hG4bK1';

t.test("the phone's own address is found where each vendor leaves it", (t) => {
  for (const [name, headers, address] of [
    ['Snom, parameter of the URI', { contact: '<sip:a@80.62.0.1:1024;real=192.168.1.5:2048;line=x>' }, '192.168.1.5'],
    [
      'Snom, parameter of the header',
      { contact: '<sip:a@80.62.0.1:1024>;real="<sip:a@192.168.1.6:2048>"' },
      '192.168.1.6',
    ],
    ['Snom, bare address', { contact: '<sip:a@80.62.0.1>;real=10.0.0.9' }, '10.0.0.9'],
    ['private Contact', { contact: '"x" <sip:a@192.168.1.7:5060>', via: 'SIP/2.0/UDP 10.0.0.1' }, '192.168.1.7'],
    ['private Contact, IPv6', { contact: '<sip:a@[fd00::7]>' }, 'fd00::7'],
    ['public Contact, Via', { contact: '<sip:a@80.62.0.1>', via: 'SIP/2.0/UDP 10.0.0.2:5060;branch=x' }, '10.0.0.2'],
    ['Via, IPv6', { via: 'SIP / 2.0 / TLS [FD00::2]:5061;branch=x, SIP/2.0/UDP 10.0.0.3' }, 'fd00::2'],
    ['Call-ID', { via: PUBLIC_VIA, 'call-id': '1234@10.0.0.4' }, '10.0.0.4'],
    ['Call-ID, Grandstream', { via: PUBLIC_VIA, 'call-id': '1234-5060-1@BJC.BGI.B.BAC' }, '192.168.1.102'],
    ['Call-ID, IPv6', { 'call-id': 'x@[fd00::4]' }, 'fd00::4'],
    ['malformed Contact, Via all the same', { contact: 'nonsense', via: 'SIP/2.0/UDP 10.0.0.5' }, '10.0.0.5'],
    [
      'a browser, which knows no address',
      { contact: '<sip:a@x1.invalid;transport=ws>', via: 'SIP/2.0/WSS y2.invalid;branch=z9hG4bK1', 'call-id': 'abc' },
      undefined,
    ],
    ['nowhere', { contact: '<sip:a@h>', via: PUBLIC_VIA, 'call-id': 'abc' }, undefined],
    ['nothing', {}, undefined],
    ['broken everywhere', { contact: '<sip:a@999.1.1.1>', via: 'SIP/2.0', 'call-id': '@' }, undefined],
    ['Grandstream letters that are no address', { 'call-id': 'x@JJJ.J.J.J' }, undefined],
  ] as const) {
    const values = headers as Record<string, string | undefined>;
    t.equal(localAddressOf({ headers: values }), address, name);
  }
  t.end();
});
