import t from 'tap';
import { ManualClock } from '../testing/manual-clock.js';
import { request, responseTo } from '../testing/messages.js';
import { Timers } from '../timers.js';
import type { Hop } from '../transport/hop.js';
import { Dialog } from './dialog.js';
import { Dialogs } from './dialogs.js';

const local = { transport: 'udp', host: '127.0.0.1', port: 5060 } as const;
const at = (address: string, port = 5060): Hop => ({ transport: 'udp', local, address, port });

const invite = (more: string[] = [], from = '"A" <sip:alice@example.com>;tag=a1') =>
  request({ method: 'INVITE', from, more });

const asServer = (more: string[], source = at('192.0.2.1')) =>
  Dialog.ofServer(invite(more), source, { localTag: 'l1', owner: 'app' });

const asClient = (fixedHop?: Hop) => Dialog.ofClient(invite(), { owner: 'app', fixedHop });

t.test(
  'our answer makes a dialog of the request: Contact is the target, Record-Route in order the route set (section 12.1.1)',
  async (t) => {
    const dialog = asServer([
      'Contact: <sip:alice@192.0.2.1:5062>;x',
      'Record-Route: <sip:p1;lr>, <sip:p2;lr>',
      'Record-Route: <sip:p3;lr>',
    ]);
    t.equal(dialog.id, 'call-1;from-tag=a1');
    t.equal(dialog.localAddress, '<sip:bob@example.com>;tag=l1');
    t.equal(dialog.remoteAddress, '"A" <sip:alice@example.com>;tag=a1');
    t.equal(dialog.target.uri, 'sip:alice@192.0.2.1:5062');
    t.same(
      dialog.target.routes.map(({ value }) => value),
      ['<sip:p1;lr>', '<sip:p2;lr>', '<sip:p3;lr>'],
    );
    t.same(dialog.nextHop, { uri: 'sip:p1;lr' });
  },
);

t.test('an answer to our request makes a dialog with the route set turned round (section 12.1.2)', async (t) => {
  const dialog = asClient();
  t.notOk(dialog.hasPeer);
  dialog.learnPeer(
    responseTo(invite(), 180, {
      tag: 'x',
      more: ['Contact: <sip:bob@192.0.2.2>', 'Record-Route: <sip:p2;lr>, <sip:p1;lr>'],
    }),
    at('192.0.2.9'),
  );
  t.equal(dialog.state, 'early');
  t.equal(dialog.localAddress, '"A" <sip:alice@example.com>;tag=a1');
  t.equal(dialog.remoteAddress, '<sip:bob@example.com>;tag=x');
  t.same(
    dialog.target.routes.map(({ value }) => value),
    ['<sip:p1;lr>', '<sip:p2;lr>'],
  );
  t.same(dialog.nextHop, { uri: 'sip:p1;lr' });
});

t.test('a strict router becomes the Request-URI, the target the last route (section 12.2.1.1)', async (t) => {
  const dialog = asServer(['Contact: <sip:alice@192.0.2.1>', 'Record-Route: <sip:strict.example.com>, <sip:p2;lr>']);
  t.equal(dialog.target.uri, 'sip:strict.example.com');
  t.same(
    dialog.target.routes.map(({ value }) => value),
    ['<sip:p2;lr>', '<sip:alice@192.0.2.1>'],
  );
});

t.test('where requests go without a route set', async (t) => {
  const table: [name: string, contact: string, source: string, hop: object][] = [
    [
      'a peer with a public address: to its Contact',
      '<sip:alice@192.0.2.1:5062>',
      '192.0.2.1',
      { uri: 'sip:alice@192.0.2.1:5062' },
    ],
    [
      'a peer behind a NAT: back to where its messages come from',
      '<sip:alice@10.0.0.7:5060>',
      '192.0.2.1',
      { hop: at('192.0.2.1', 40_000) },
    ],
    [
      'a Contact with a host name: likewise',
      '<sip:alice@phone.invalid>',
      '192.0.2.1',
      { hop: at('192.0.2.1', 40_000) },
    ],
    [
      'an IPv6 Contact in another spelling: to its Contact',
      '<sip:alice@[2001:DB8:0::1]>',
      '2001:db8::1',
      { uri: 'sip:alice@[2001:DB8:0::1]' },
    ],
  ];
  for (const [name, contact, source, hop] of table) {
    t.same(asServer([`Contact: ${contact}`], at(source, 40_000)).nextHop, hop, name);
  }
});

t.test('a dialog begun by a given route keeps to it, unless there is a route set', async (t) => {
  const dialog = asClient(at('192.0.2.99'));
  dialog.learnPeer(responseTo(invite(), 200, { more: ['Contact: <sip:bob@192.0.2.2>'] }), at('192.0.2.2'));
  t.same(dialog.nextHop, { hop: at('192.0.2.99') });
  const routed = asClient(at('192.0.2.99'));
  routed.learnPeer(
    responseTo(invite(), 200, { more: ['Contact: <sip:bob@192.0.2.2>', 'Record-Route: <sip:p1;lr>'] }),
    at('192.0.2.2'),
  );
  t.same(routed.nextHop, { uri: 'sip:p1;lr' });
});

t.test('of several early peers the one that answers 2xx stays (section 13.2.2.4)', async (t) => {
  const dialog = asClient();
  for (const tag of ['x', 'y'])
    dialog.learnPeer(responseTo(invite(), 180, { tag, more: [`Contact: <sip:${tag}@192.0.2.2>`] }), at('192.0.2.2'));
  t.ok(dialog.isFrom('x'));
  t.ok(dialog.isFrom('y'));
  dialog.learnPeer(responseTo(invite(), 200, { tag: 'x' }), at('192.0.2.2'));
  t.equal(dialog.state, 'confirmed');
  t.equal(dialog.target.uri, 'sip:x@192.0.2.2');
  t.ok(dialog.isFrom('x'));
  t.notOk(dialog.isFrom('y'));
});

t.test('a refresh changes the target (section 12.2.2)', async (t) => {
  const dialog = asServer(['Contact: <sip:alice@192.0.2.1:5062>']);
  dialog.refreshTarget(invite(['Contact: <sip:alice@192.0.2.1:5099>']), at('192.0.2.1'));
  t.same(dialog.nextHop, { uri: 'sip:alice@192.0.2.1:5099' });
  dialog.refreshTarget(invite(), at('192.0.2.1'));
  t.same(dialog.nextHop, { uri: 'sip:alice@192.0.2.1:5099' }, 'a request without Contact leaves it');
});

function table(limit = 10) {
  const clock = new ManualClock();
  return { clock, dialogs: new Dialogs<string>(new Timers(clock), { limit, age: 3_600_000 }) };
}

t.test('a dialog is found by its id and by its tags, not by a stranger', async (t) => {
  const { dialogs } = table();
  const dialog = asServer([]);
  dialogs.add(dialog);
  const inside = (from: string, to: string, callId = 'call-1') =>
    dialogs.find(
      request({ callId, from: `<sip:alice@example.com>;tag=${from}`, to: `<sip:bob@example.com>;tag=${to}` }),
    );
  t.equal(dialogs.byId('call-1;from-tag=a1'), dialog);
  t.equal(inside('a1', 'l1'), dialog);
  for (const [from, to, callId] of [
    ['zz', 'l1'],
    ['a1', 'zz'],
    ['a1', 'l1', 'call-2'],
  ])
    t.equal(inside(from ?? '', to ?? '', callId), undefined);
  dialogs.delete(dialog);
  t.equal(dialogs.size, 0);
  t.equal(dialogs.byId('call-1;from-tag=a1'), undefined);
});

t.test('an abandoned dialog is forgotten, one that lives is not; there is a limit', async (t) => {
  const { clock, dialogs } = table(2);
  const dialog = asServer([]);
  dialogs.add(dialog);
  t.ok(dialogs.hasRoom);
  dialogs.add(
    Dialog.ofServer(request({ method: 'INVITE', callId: 'call-2' }), at('192.0.2.1'), { localTag: 'l2', owner: 'app' }),
  );
  t.notOk(dialogs.hasRoom);
  clock.advance(3_000_000);
  dialogs.touch(dialog);
  clock.advance(1_000_000);
  t.equal(dialogs.size, 1);
  clock.advance(4_000_000);
  t.equal(dialogs.size, 0);
});

t.test('the dialogs of an owner that is gone stay without one', async (t) => {
  const { dialogs } = table();
  const dialog = asServer([]);
  dialogs.add(dialog);
  dialogs.disown('other');
  t.equal(dialog.owner, 'app');
  dialogs.disown('app');
  t.equal(dialog.owner, undefined);
});
