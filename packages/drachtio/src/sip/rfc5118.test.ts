import t from 'tap';
import { checkTorture } from '../testing/torture.js';
import { parseAddress } from './address.js';
import { parameter } from './parameters.js';
import { parseUri } from './uri.js';
import { parseVia } from './via.js';

checkTorture(t, 'rfc5118', {
  'ipv6-good': (t, m) => {
    t.match(parseUri(m.uri), { host: '2001:db8::10', port: undefined });
    t.match(m.via, { host: '2001:db8::9:1', port: undefined });
    t.equal(parseUri(parseAddress(m.value('Contact') ?? '')?.uri ?? '')?.host, '2001:db8::1');
  },
  'ipv6-bad': [400, 'Invalid Request-URI'],
  'port-ambiguous': (t, m) => t.match(parseUri(m.uri), { host: '2001:db8::10:5070', port: undefined }),
  'port-unambiguous': (t, m) => t.match(parseUri(m.uri), { host: '2001:db8::10', port: 5070 }),
  'via-received-param-with-delim': (t, m) => {
    t.equal(parameter(m.via.parameters, 'received'), '[2001:db8::9:255]');
    t.equal(m.via.branch, 'z9hG4bKas3-111');
  },
  'via-received-param-no-delim': (t, m) => {
    t.equal(parameter(m.via.parameters, 'received'), '2001:db8::9:255');
    t.equal(m.via.branch, 'z9hG4bKas3');
  },
  'ipv6-in-sdp': (t, m) => {
    t.match(parseUri(m.to.uri), { user: 'user', host: '2001:db8::10' });
    t.match(m.body.toString(), /\r\nc=IN IP6 2001:db8::20\r\n/);
    t.equal(m.body.length, 251);
  },
  'mult-ip-in-header': (t, m) =>
    t.match(
      m.values('Via').map((value) => parseVia(value)),
      [
        { transport: 'UDP', host: '2001:db8::9:1', port: 6050 },
        { transport: 'UDP', host: '192.0.2.1', port: undefined },
        { transport: 'TCP', host: '2001:db8::9:255', branch: 'z9hG4bK451jj' },
      ],
    ),
  'mult-ip-in-sdp': (t, m) => t.same(m.body.toString().match(/c=IN IP\d/g), ['c=IN IP4', 'c=IN IP6']),
  'ipv4-mapped-ipv6': (t, m) => {
    t.match(m.via, { host: '::ffff:192.0.2.10', port: 19_823 });
    t.equal(parseVia(m.values('Via')[1] ?? '')?.host, '::ffff:192.0.2.2');
    t.equal(parseUri(parseAddress(m.value('Contact') ?? '')?.uri ?? '')?.host, '::ffff:192.0.2.2');
  },
  'ipv6-bug-abnf-3-colons': (t, m) => t.equal(parseUri(m.uri)?.host, '2001:db8::192.0.2.1'),
  'ipv6-correct-abnf-2-colons': (t, m) => t.equal(parseUri(m.uri)?.host, '2001:db8::192.0.2.1'),
});
