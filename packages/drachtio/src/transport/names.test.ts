import t from 'tap';
import { DEFAULT_LIMITS } from '../limits.js';
import { address, DnsServer, naptr, srv, type Zone } from '../testing/dns-server.js';
import { ManualClock } from '../testing/manual-clock.js';
import { Timers } from '../timers.js';
import { Names } from './names.js';

async function start(t: Parameters<typeof DnsServer.start>[0], zone: Zone, limits = {}) {
  const server = await DnsServer.start(t, zone);
  const clock = new ManualClock();
  const names = new Names({ limits: { ...DEFAULT_LIMITS, ...limits }, timers: new Timers(clock) }, [server.address]);
  return { server, clock, names };
}

t.test('all kinds of records are found', async (t) => {
  const { names } = await start(t, {
    'NAPTR a.test': [naptr(1, 'SIP+D2U', '_sip._udp.a.test')],
    'SRV _sip._udp.a.test': [srv('b.test', 5062, 3, 4)],
    'A b.test': [address('192.0.2.1'), address('192.0.2.2')],
    'AAAA b.test': [address('2001:db8::1')],
  });
  t.match(await names.naptr('a.test'), [{ service: 'SIP+D2U', replacement: '_sip._udp.a.test', flags: 's' }]);
  t.match(await names.srv('_sip._udp.a.test'), [{ name: 'b.test', port: 5062, priority: 3, weight: 4 }]);
  t.same([...((await names.addresses('b.test')) ?? [])].sort(), ['192.0.2.1', '192.0.2.2', '2001:db8::1']);
});

t.test('an address is kept for its time to live, the shortest of them', async (t) => {
  const { server, clock, names } = await start(t, {
    'A a.test': [address('192.0.2.1', 60), address('192.0.2.2', 30)],
    'AAAA a.test': [],
  });
  await names.addresses('a.test');
  server.zone = { 'A a.test': [address('192.0.2.9')] };
  clock.advance(29_000);
  t.equal((await names.addresses('a.test'))?.length, 2);
  t.equal(server.asked.filter((key) => key === 'A a.test').length, 1);
  clock.advance(1_000);
  t.same(await names.addresses('a.test'), ['192.0.2.9']);
});

t.test('SRV and NAPTR records, whose time to live the system does not tell, are kept for a second', async (t) => {
  const { server, clock, names } = await start(t, { 'SRV _sip._udp.a.test': [srv('b.test', 5060)] });
  await Promise.all([names.srv('_sip._udp.a.test'), names.srv('_sip._udp.a.test')]);
  await names.srv('_sip._udp.a.test');
  t.equal(server.asked.length, 1);
  server.zone = { 'SRV _sip._udp.a.test': [srv('c.test', 5060)] };
  clock.advance(1_000);
  t.match(await names.srv('_sip._udp.a.test'), [{ name: 'c.test' }]);
});

t.test('that there is nothing is kept for five seconds', async (t) => {
  const { server, clock, names } = await start(t, {});
  t.same(await names.addresses('a.test'), []);
  t.same(await names.srv('a.test'), []);
  const asked = server.asked.length;
  clock.advance(4_999);
  t.same(await names.addresses('a.test'), []);
  t.equal(server.asked.length, asked);
  server.zone = { 'A a.test': [address('192.0.2.1')] };
  clock.advance(1);
  t.same(await names.addresses('a.test'), ['192.0.2.1']);
});

t.test('what can not be found out is undefined, and asked again after a second', async (t) => {
  const { server, clock, names } = await start(t, { 'A a.test': 'refused', 'AAAA a.test': 'refused' });
  t.equal(await names.addresses('a.test'), undefined);
  server.zone = { 'A a.test': [address('192.0.2.1')] };
  t.equal(await names.addresses('a.test'), undefined);
  clock.advance(1_000);
  t.same(await names.addresses('a.test'), ['192.0.2.1']);
});

t.test('one family that does not answer does not hide the other', async (t) => {
  const { clock, names } = await start(t, { 'A a.test': [address('192.0.2.1')], 'AAAA a.test': 'silent' });
  const found = names.addresses('a.test');
  while ((await Promise.race([found, new Promise((resolve) => setImmediate(resolve, 'waiting'))])) === 'waiting') {
    clock.advance(500);
  }
  t.same(await found, ['192.0.2.1']);
});

t.test('look-ups at a time and answers kept are bounded', async (t) => {
  const { server, names } = await start(t, { 'SRV a.test': 'silent' }, { lookups: 3, names: 10 });
  const waiting = ['a', 'b', 'c'].map((name) => names.srv(`${name}.test`));
  t.equal(await names.srv('d.test'), undefined, 'one too many');
  server.zone = {};
  await Promise.all(waiting.slice(1));
  for (let n = 0; n < 30; n += 1) await names.srv(`${n}.test`);
  t.equal(names.size, 10);
});

t.test('a name server that is no address is refused', async (t) => {
  t.throws(() => new Names({ limits: DEFAULT_LIMITS, timers: new Timers(new ManualClock()) }, ['ns.example']));
});

t.test('names of the hosts file are known to the system', async (t) => {
  const names = new Names({ limits: DEFAULT_LIMITS, timers: new Timers(new ManualClock()) });
  t.ok((await names.addresses('localhost'))?.some((found) => found === '127.0.0.1' || found === '::1'));
});
