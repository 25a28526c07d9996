import t from 'tap';
import type { App } from './testing/application.js';
import { requestText, responseTo } from './testing/messages.js';
import type { UdpPhone } from './testing/phone.js';
import { contactOf, OFFER, start, viaOf } from './testing/world.js';

interface Result {
  readonly connected: boolean;
  readonly finalStatus: number | undefined;
}

/** A caller, two callees, and an application that proxies every call to both. */
async function proxying(t: Parameters<typeof start>[0], options: object) {
  const targets: string[] = [];
  let settle: (result: Result) => void = () => {};
  const result = new Promise<Result>((resolve) => {
    settle = resolve;
  });
  const world = await start(t, (app: App) => {
    app.invite((req) => {
      app.proxyRequest(req, targets, options).then((outcome) => settle(outcome as Result));
    });
  });
  const phones = [await world.phone(), await world.phone(), await world.phone()] as const;
  const [alice, bob, carol] = phones;
  targets.push(`sip:bob@127.0.0.1:${bob.port}`, `sip:carol@127.0.0.1:${carol.port}`);
  alice.send(
    requestText({ method: 'INVITE', via: viaOf(alice, '1'), ...OFFER, more: [...OFFER.more, contactOf(alice)] }),
  );
  return { ...world, alice, bob, carol, result };
}

const answer = (
  phone: UdpPhone,
  to: Parameters<typeof responseTo>[0],
  status: number,
  tag: string,
  more: string[] = [],
) => phone.send(responseTo(to, status, { tag, more }).toBuffer().toString());

const ackOf = (alice: UdpPhone, branch: string, to: string | undefined) =>
  alice.send(requestText({ method: 'ACK', via: viaOf(alice, branch), to: to ?? '' }));

t.test('one target after another, the best failure to the caller (section 16.7)', async (t) => {
  const { alice, bob, carol, result } = await proxying(t, {});
  const first = await bob.request('INVITE');
  t.equal(first.uri, `sip:bob@127.0.0.1:${bob.port}`);
  t.equal(first.values('Via').length, 2);
  t.equal(first.value('Max-Forwards'), '69');
  t.equal(first.value('Record-Route'), undefined);
  answer(bob, first, 407, 'b', ['Proxy-Authenticate: Digest realm="x"']);
  await bob.request('ACK');
  answer(carol, await carol.request('INVITE'), 404, 'c');
  const failure = await alice.response(407);
  t.equal(failure.values('Via').length, 1);
  t.equal(failure.value('Proxy-Authenticate'), 'Digest realm="x"');
  ackOf(alice, '1', failure.value('To'));
  t.match(await result, { connected: false, finalStatus: 404 });
});

t.test('a 6xx ends the search', async (t) => {
  const { alice, bob, carol, result } = await proxying(t, {});
  answer(bob, await bob.request('INVITE'), 603, 'b');
  await alice.response(603);
  await result;
  t.same(carol.received, []);
});

t.test('all at once: the first 2xx goes to the caller, the others are cancelled', async (t) => {
  const { alice, bob, carol, result } = await proxying(t, { forking: 'simultaneous' });
  const [toBob, toCarol] = [await bob.request('INVITE'), await carol.request('INVITE')];
  answer(bob, toBob, 180, 'b');
  t.equal((await alice.response(180)).to.tag, 'b');
  answer(carol, toCarol, 200, 'c', [contactOf(carol)]);
  t.equal((await alice.response(200)).to.tag, 'c');
  const cancel = await bob.request('CANCEL');
  answer(bob, cancel, 200, 'b');
  answer(bob, toBob, 487, 'b');
  await bob.request('ACK');
  t.match(await result, { connected: true, finalStatus: 200 });
});

t.test('a 2xx of another branch reaches the caller too (section 16.7, step 5)', async (t) => {
  const { alice, bob, carol } = await proxying(t, { forking: 'simultaneous' });
  const [toBob, toCarol] = [await bob.request('INVITE'), await carol.request('INVITE')];
  answer(bob, toBob, 200, 'b', [contactOf(bob)]);
  answer(carol, toCarol, 200, 'c', [contactOf(carol)]);
  const tags = [(await alice.response(200)).to.tag, (await alice.response(200)).to.tag];
  t.same(tags.sort(), ['b', 'c']);
});

t.test('remaining in the dialog: requests of both sides pass, strangers do not', async (t) => {
  const { alice, bob, port } = await proxying(t, { remainInDialog: true });
  const invite = await bob.request('INVITE');
  t.equal(invite.value('Record-Route'), `<sip:127.0.0.1:${port};lr>`);
  answer(bob, invite, 200, 'b', [contactOf(bob), `Record-Route: ${invite.value('Record-Route')}`]);
  const ok = await alice.response(200);
  const route = `Route: ${ok.value('Record-Route')}`;
  const inside = (method: string, cseq: number, branch: string, to = ok.value('To') ?? '') =>
    alice.send(
      requestText({
        method,
        cseq,
        uri: `sip:phone@127.0.0.1:${bob.port}`,
        via: viaOf(alice, branch),
        to,
        more: [route],
      }),
    );
  inside('ACK', 1, 'a');
  const ack = await bob.request('ACK');
  t.same([ack.value('Route'), ack.values('Via').length], [undefined, 2]);
  const info = requestText({
    method: 'INFO',
    uri: `sip:phone@127.0.0.1:${alice.port}`,
    via: viaOf(bob, 'i'),
    from: ok.value('To') ?? '',
    to: ok.value('From') ?? '',
    more: [route],
  });
  bob.send(info);
  answer(alice, await alice.request('INFO'), 200, '');
  await bob.response(200, 'INFO');
  inside('INFO', 2, 's', '<sip:bob@example.com>;tag=stranger');
  await alice.response(481, 'INFO');
  inside('BYE', 3, 'b');
  answer(bob, await bob.request('BYE'), 200, 'b');
  t.equal((await alice.response(200, 'BYE')).values('Via').length, 1);
});

t.test('a caller that cancels ends the search', async (t) => {
  const { alice, bob, carol, result } = await proxying(t, {});
  const invite = await bob.request('INVITE');
  answer(bob, invite, 180, 'b');
  await alice.response(180);
  alice.send(requestText({ method: 'CANCEL', via: viaOf(alice, '1') }));
  await alice.response(487);
  answer(bob, await bob.request('CANCEL'), 200, 'b');
  answer(bob, invite, 487, 'b');
  await bob.request('ACK');
  t.match(await result, { connected: false });
  t.same(carol.received, []);
});

t.test('a redirection is followed where that is asked for', async (t) => {
  const { alice, bob, carol, result } = await proxying(t, { followRedirects: true });
  answer(bob, await bob.request('INVITE'), 302, 'b', [`Contact: <sip:moved@127.0.0.1:${carol.port}>`]);
  const moved = await carol.request('INVITE');
  t.equal(moved.uri, `sip:moved@127.0.0.1:${carol.port}`);
  answer(carol, moved, 200, 'c', [contactOf(carol)]);
  await alice.response(200);
  t.match(await result, { connected: true });
});

t.test('a target that does not answer in time is given up for the next', async (t) => {
  const { alice, bob, carol } = await proxying(t, { provisionalTimeout: '100ms' });
  await bob.request('INVITE');
  const second = await carol.request('INVITE');
  answer(carol, second, 100, '');
  await new Promise((resolve) => setTimeout(resolve, 150));
  answer(carol, second, 200, 'c', [contactOf(carol)]);
  t.equal((await alice.response(200)).to.tag, 'c');
});
