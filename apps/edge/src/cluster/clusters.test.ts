import t from 'tap';
import { Bench } from '../testing/bench.js';
import { provisional } from '../testing/calls.js';
import { openPbx } from '../testing/pbx.js';
import { SDP_A, SDP_B } from '../testing/phone.js';

const bench = await Bench.start();
t.teardown(async () => {
  for (const pbx of [first, second, development]) pbx.close();
  await bench.close();
});
const [first, second, development] = [
  await openPbx(bench, '127.0.0.11'),
  await openPbx(bench, '127.0.0.12'),
  await openPbx(bench, '127.0.0.13'),
];

t.test('without a cluster there are only extensions', async (t) => {
  t.equal((await outsideCall('+4511223344')).status, 404);
  await bench.restartEdge({
    clusters: { 1: [first.target, second.target], 2: [development.target] },
    callLimits: { perPhone: 2, perCustomer: 100, ratePerPhone: 100 },
  });
});

t.test(
  'a number that is no extension goes to the phone’s cluster, with the identity of its extension (RFC 3325)',
  async (t) => {
    const extension = await bench.extension(bench.number(), 'Ann');
    const caller = await bench.online(extension);
    const evil = '<sip:boss@evil.example>';
    const sent = await caller.invite('+4511223344', {
      headers: {
        'P-Asserted-Identity': evil,
        'p-asserted-identity ': evil,
        'P-Preferred-Identity': evil,
        'Remote-Party-ID': evil,
        'REMOTE-PARTY-ID': evil,
        Diversion: evil,
        'X-Ringfence-Customer': 'evil',
        'x-anything': 'evil',
      },
    });
    const invite = await first.phone.request('INVITE');
    t.equal(invite.start, `INVITE sip:+4511223344@${first.phone.hostPort};transport=udp SIP/2.0`);
    const identity = `"Ann" <sip:${extension.number}@ringfence>`;
    t.ok(invite.header('From').startsWith(identity));
    t.strictSame(invite.all('P-Asserted-Identity'), [identity]);
    t.strictSame(invite.all('X-Ringfence-Customer'), [bench.customer]);
    t.equal(invite.header('Privacy'), '');
    t.notMatch(invite.text, /evil/);
    first.phone.answer(invite, 183, { body: SDP_B });
    t.equal((await provisional(caller, 183)).body, SDP_B, 'early media');
    first.phone.answer(invite, 200, { body: SDP_B });
    const answer = await caller.response(sent.callId, sent.cseq);
    caller.acknowledge(answer, sent);
    await first.phone.request('ACK');
    t.equal((await caller.ask(caller.within(answer, { method: 'BYE' }))).status, 200);
    first.phone.answer(await first.phone.request('BYE'), 200);
    await bench.event(caller.id, { type: 'call.ended', to: '+4511223344', status: 200 });
  },
);

t.test(
  'a caller that wants to be unknown is unknown to phones, and known to the cluster alone (RFC 3323, RFC 3325)',
  async (t) => {
    const [extension, other] = [await bench.extension(bench.number(), 'Ann'), await bench.extension(bench.number())];
    const [caller, callee] = [await bench.online(extension), await bench.online(other)];
    const headers = { Privacy: 'id' };
    await caller.invite(other.number, { headers });
    const inside = await callee.request('INVITE');
    t.ok(inside.header('From').startsWith('"Anonymous" <sip:anonymous@anonymous.invalid>;tag='));
    t.notMatch(inside.text.replace(/^Contact:.*$/m, ''), new RegExp(`Ann|sip:${extension.number}@|Asserted`));
    callee.answer(inside, 486);
    await caller.invite('22334455', { headers });
    const outside = await first.phone.request('INVITE');
    t.ok(outside.header('From').startsWith('"Anonymous" <sip:anonymous@anonymous.invalid>;tag='));
    t.equal(outside.header('P-Asserted-Identity'), `"Ann" <sip:${extension.number}@ringfence>`);
    t.equal(outside.header('Privacy'), 'id');
    first.phone.answer(outside, 486);
    t.equal((await outsideCall('1', { headers: { Privacy: 'session;critical' } })).status, 500);
  },
);

t.test('what the cluster answers is what the caller hears, but for what is between cluster and edge', async (t) => {
  const caller = await bench.online(await bench.extension(bench.number()));
  for (const [status, told] of [
    [404, 404],
    [484, 484],
    [603, 603],
    [407, 500],
    [302, 500],
  ] as const) {
    const sent = await caller.invite('33');
    first.phone.answer(await first.phone.request('INVITE'), status);
    t.equal((await caller.response(sent.callId, sent.cseq)).status, told);
    await first.phone.request('ACK');
  }
});

t.test('the next target is asked when one says 503, and none is left when all do (RFC 3263 4.3)', async (t) => {
  const caller = await bench.online(await bench.extension(bench.number()));
  const sent = await caller.invite('44');
  first.phone.answer(await first.phone.request('INVITE'), 503);
  const invite = await second.phone.request('INVITE');
  t.match(invite.start, /^INVITE sip:44@127.0.0.12/);
  second.phone.answer(invite, 503);
  const response = await caller.response(sent.callId, sent.cseq);
  t.equal(response.status, 503);
});

t.test('a cancelled call asks no further target', async (t) => {
  const caller = await bench.online(await bench.extension(bench.number()));
  const sent = await caller.invite('45');
  const invite = await first.phone.request('INVITE');
  first.phone.answer(invite, 180);
  await provisional(caller, 180);
  caller.cancel(sent.text);
  first.phone.answer(await first.phone.request('CANCEL'), 200);
  first.phone.answer(invite, 503);
  await provisional(caller, 487);
  await t.rejects(second.phone.request('INVITE', 200));
});

t.test('an emergency call ignores the limits, and is never anonymous', async (t) => {
  const caller = await bench.online(await bench.extension(bench.number(), 'Ann'));
  await bench.extension('112', 'No help');
  for (const number of ['51', '52']) {
    await caller.invite(number);
    await first.phone.request('INVITE');
  }
  t.equal((await caller.authenticated({ method: 'INVITE', uri: 'sip:53@h', body: SDP_A })).status, 486, 'too many');
  await caller.invite('112', { headers: { Privacy: 'id' } });
  const invite = await first.phone.request('INVITE');
  t.match(invite.start, /^INVITE sip:112@/);
  t.match(invite.header('From'), /^"Ann" <sip:\d+@ringfence>/);
  t.match(invite.header('P-Asserted-Identity'), /^"Ann"/);
  t.equal(invite.header('Privacy'), '');
  first.phone.answer(invite, 486);
});

t.test('a phone of the development cluster calls there', async () => {
  const caller = await bench.online(await bench.extension(bench.number()), { pbxCluster: 2 });
  await caller.invite('46');
  const invite = await development.phone.request('INVITE');
  development.phone.answer(invite, 486);
});

t.test('a cluster calls the phones of an extension of a customer, and says who calls', async (t) => {
  const extension = await bench.extension(bench.number());
  const callee = await bench.online(extension);
  const other = await bench.online(extension, { pbxCluster: 2 });
  const sent = invitation(first.phone, extension.number, {
    'X-Ringfence-Customer': bench.customer,
    'P-Asserted-Identity': '"Åse \\"B\\"" <sip:+4599887766@pbx>, <tel:+4599887766>',
    'X-Other': 'evil',
  });
  const invite = await callee.request('INVITE');
  t.ok(invite.header('From').startsWith('"Åse \\"B\\"" <sip:+4599887766@ringfence>;tag='));
  t.notMatch(invite.text, /evil|X-Ringfence|Asserted/);
  t.notOk(
    other.untaken.some((start) => start.startsWith('INVITE')),
    'a phone of another cluster does not ring',
  );
  callee.answer(invite, 200, { body: SDP_B });
  const answer = await first.phone.response(sent.callId, 1);
  t.equal(answer.status, 200);
  first.phone.acknowledge(answer, sent);
  await callee.request('ACK');
  const [call] = await bench.store.calls.ofExtension(bench.customer, extension._id);
  t.match(call, { caller: { number: '+4599887766', name: 'Åse "B"' }, callee: { answeredBy: callee.id } });
  t.equal((await first.phone.ask(first.phone.within(answer, { method: 'BYE', cseq: 9 }))).status, 200);
  callee.answer(await callee.request('BYE'), 200);
});

t.test('a cluster calls a phone by its username, and a caller that it calls unknown is unknown', async (t) => {
  const extension = await bench.extension(bench.number());
  const [callee, other] = [await bench.online(extension), await bench.online(extension)];
  const sent = invitation(first.phone, callee.account.username, { Privacy: 'id' });
  const invite = await callee.request('INVITE');
  t.ok(invite.header('From').startsWith('"Anonymous" <sip:anonymous@anonymous.invalid>;tag='));
  callee.answer(invite, 486);
  t.equal((await first.phone.response(sent.callId, 1)).status, 486);
  t.strictSame(
    other.untaken.filter((start) => start.startsWith('INVITE')),
    [],
  );
});

t.test('nobody else comes in without credentials, and a cluster calls nobody else', async (t) => {
  const extension = await bench.extension(bench.number());
  const callee = await bench.online(extension);
  const headers = { 'X-Ringfence-Customer': bench.customer };
  const stranger = await bench.phone({ username: 'x', password: '' }, '127.0.0.14');
  t.equal((await stranger.response(invitation(stranger, extension.number, headers).callId, 1)).status, 407);
  t.equal((await stranger.response(invitation(stranger, callee.account.username).callId, 1)).status, 407);
  const refused = async (number: string, more: Record<string, string> = {}) =>
    (await first.phone.response(invitation(first.phone, number, more).callId, 1)).status;
  t.equal(await refused(extension.number), 404, 'of no customer');
  t.equal(await refused(extension.number, { 'X-Ringfence-Customer': 'f'.repeat(24) }), 404, 'of no known customer');
  t.equal(await refused('999', headers), 404);
  t.equal(await refused('x'.repeat(32)), 404);
  t.equal(
    (await development.phone.response(invitation(development.phone, callee.account.username).callId, 1)).status,
    480,
    'another cluster',
  );
  const own = await bench.account({ extension: extension._id });
  const phone = await bench.phone(own, '127.0.0.11');
  t.equal((await phone.register()).status, 200);
  t.equal((await phone.authenticated({ method: 'REGISTER' })).status, 200, 'a cluster’s address proves no phone');
});

t.test('a target that does not answer is left out, and comes back by itself', async (t) => {
  const caller = await bench.online(await bench.extension(bench.number()));
  first.health = undefined;
  const sent = await caller.invite('61');
  await first.phone.request('INVITE');
  const began = Date.now();
  const invite = await second.phone.next((message) => message.start.startsWith('INVITE sip:61@'), 9_000);
  t.ok(Date.now() - began < 8_000, `${Date.now() - began} ms until the next target is asked`);
  second.phone.answer(invite, 486);
  t.equal((await caller.response(sent.callId, sent.cseq)).status, 486);
  await caller.invite('62');
  second.phone.answer(await second.phone.next((message) => message.start.startsWith('INVITE sip:62@')), 486);
  second.health = 503;
  for (let i = 0; i < 200 && (await outsideCall('63')).status !== 503; i++)
    await new Promise((r) => setTimeout(r, 100));
  t.equal((await outsideCall('63')).status, 503, 'none is reachable');
  await caller.invite('112');
  t.ok(
    await second.phone.next((message) => message.start.startsWith('INVITE sip:112@'), 20_000),
    'help is called all the same',
  );
  first.health = 200;
  for (let i = 0; i < 200; i++) {
    await caller.invite('65');
    const back = await first.phone
      .next((message) => message.start.startsWith('INVITE sip:65@'), 100)
      .catch(() => undefined);
    if (back) return t.pass('it is back');
  }
  return t.fail('it did not come back');
});

function invitation(pbx: typeof first.phone, number: string, headers: Record<string, string> = {}) {
  const callId = `pbx-${Math.random()}`;
  const request = {
    method: 'INVITE',
    uri: `sip:${number}@ringfence`,
    to: `<sip:${number}@ringfence>`,
    body: SDP_A,
    callId,
    headers,
  };
  pbx.send(pbx.compose({ ...request, cseq: 1, from: '"Somebody" <sip:+4511111111@pbx>' }));
  return { ...request, from: '"Somebody" <sip:+4511111111@pbx>' };
}

async function outsideCall(number: string, request = {}) {
  const caller = await bench.online(await bench.extension(bench.number()));
  return caller.authenticated({ method: 'INVITE', uri: `sip:${number}@h`, body: SDP_A, ...request });
}
